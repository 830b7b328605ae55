public import KafkaTransport

/// What an append does when there is no room: the records that wait for a lane or a broker have all the memory that they may
/// have. It says nothing of the first record of a topic, which waits until the topic is known, up to
/// ``Producer/Configuration/blockTimeout``.
public enum WhenFull: Sendable {
    /// Waits for room, up to ``Producer/Configuration/blockTimeout``.
    case wait
    /// Waits for room until a moment.
    case waitUntil(MonotonicInstant)
    /// Fails at once, with `.memoryExhausted`.
    case fail
}

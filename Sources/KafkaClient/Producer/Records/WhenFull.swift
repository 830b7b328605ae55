public import KafkaTransport

/// What an append does when there is no room: the records that wait for a lane or a broker have all the memory that they may
/// have. The first record of a topic, or for a partition that is not known, also waits until it is, within the same time; with ``fail``, up to
/// ``Producer/Configuration/blockTimeout``.
public enum WhenFull: Sendable {
    /// Waits for room, up to ``Producer/Configuration/blockTimeout``.
    case wait
    /// Waits for room until a moment.
    case waitUntil(MonotonicInstant)
    /// Fails at once, with `.memoryExhausted`.
    case fail
}

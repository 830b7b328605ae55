import KafkaTransport

/// How many bytes are worth asking a broker for at once.
///
/// Near, an answer stays within the core's cache until its records are read, and the next one is asked for before. Far, what is
/// asked for at once must keep the wire busy for several round trips, because the next request leaves when the answer is there:
///
///      bytes ≈ gain × rate × time to the first byte
///
/// A value: times are arguments.
struct FetchWindow {
    /// The bytes to ask for.
    private(set) var byteCount: Int
    private let byteCountMin: Int
    private let byteCountMax: Int
    /// The shortest time until an answer that was there to be given came, in ns.
    private var roundTripNs: Int64 = .max

    /// The time of a near broker, with its work: no reason to ask for more.
    private static let nearNs: Int64 = 500_000
    /// With so many round trips' worth of bytes on the way in each, four fifths of the time are not waited.
    private static let gain = 4.0

    init(byteCountMin: Int, byteCountMax: Int) {
        self.byteCountMin = min(byteCountMin, byteCountMax)
        self.byteCountMax = byteCountMax
        byteCount = self.byteCountMin
    }

    /// The bytes to ask for of a partition when so many are read: so many at once that the last ones of them, which others do not
    /// help to fill the wire, keep it busy as well.
    func partitionByteCount(among count: Int) -> Int { byteCount / min(max(count, 1), 4) }

    /// Takes an answer.
    ///
    /// - Parameters:
    ///   - asked: the bytes that were asked for.
    ///   - firstByteNs: from the request to the first bytes of the answer.
    ///   - lastByteNs: from the request to the whole answer.
    mutating func didAnswer(asked: Int, answered: Int, firstByteNs: Int64, lastByteNs: Int64) {
        // With less there was no more to be had, and the broker may have waited for it.
        if answered < asked / 2 { return }
        roundTripNs = min(roundTripNs, max(1, firstByteNs))
        guard roundTripNs > Self.nearNs else { return byteCount = byteCountMin }
        // Twice as much at most: a short transfer says little about the rate.
        let transferNs = max(1, lastByteNs - firstByteNs)
        let rate = Double(answered) / Double(transferNs)
        let worth = Self.gain * rate * Double(roundTripNs)
        byteCount = max(byteCountMin, min(byteCountMax, 2 * byteCount, Int(min(worth, 1e15))))
    }
}

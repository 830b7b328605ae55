import KafkaTransport

/// Looks again and again how many records are acknowledged, or read.
struct RateSampler {
    /// Records a second, in each interval that has ended.
    private(set) var rates: [Double] = []
    private let recorders: [LaneRecorder]
    private let intervalNs: Int64
    private var before: (time: MonotonicInstant, acked: Int64)

    init(_ recorders: [LaneRecorder], intervalNs: Int64) {
        self.recorders = recorders
        self.intervalNs = intervalNs
        before = (.now, Self.acked(recorders))
    }

    /// Waits for the end of the next interval, and takes its rate. False when the task was cancelled meanwhile.
    mutating func sample() async -> Bool {
        let leftNs = max(0, intervalNs - MonotonicInstant.now.nanoseconds(since: before.time))
        guard (try? await Task.sleep(for: .nanoseconds(leftNs))) != nil, !Task.isCancelled else { return false }
        let now = (time: MonotonicInstant.now, acked: Self.acked(recorders))
        let elapsedNs = now.time.nanoseconds(since: before.time)
        if elapsedNs > 0 { rates.append(Double(now.acked - before.acked) / Double(elapsedNs) * 1e9) }
        before = now
        return true
    }

    private static func acked(_ recorders: [LaneRecorder]) -> Int64 {
        recorders.reduce(0) { $0 + $1.ackedRecords }
    }
}

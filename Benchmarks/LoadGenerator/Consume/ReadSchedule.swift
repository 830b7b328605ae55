import KafkaTransport
import Synchronization

/// How much may be read by when, where `--rate` bounds it. All lanes of a run share it.
final class ReadSchedule: Sendable {
    private let intervalNs: Double
    private let read = Atomic<Int64>(0)

    /// The longest until a lane that rests notices that the run is over.
    private static let longestRestNs: Int64 = 50_000_000

    /// - Parameter rate: records a second, above 0.
    init(rate: Double) { intervalNs = 1e9 / rate }

    /// Counts what was read.
    func add(_ records: Int64) { read.add(records, ordering: .relaxed) }

    /// Before this time, no more is to be read.
    func next(from begin: MonotonicInstant) -> MonotonicInstant {
        let ns = Double(read.load(ordering: .relaxed)) * intervalNs
        return ns < 9e18 ? begin.advanced(byNanoseconds: Int64(ns)) : .distantFuture
    }

    /// Returns when more may be read. Called on the loop of a lane.
    ///
    /// - Throws: `CancellationError`.
    func rest(on loop: EventLoop, from begin: MonotonicInstant) async throws {
        guard next(from: begin) > .now else { return }
        let timer = PreciseTimer(on: loop)
        while next(from: begin) > .now {
            try Task.checkCancellation()
            let longest = MonotonicInstant.now.advanced(byNanoseconds: Self.longestRestNs)
            await timer.wait(until: min(next(from: begin), longest))
        }
    }
}

// The consumers of `kbench end-to-end`: each on a loop of its own, from the topic's end on.
//
//      begin ─▶ ready: each partition's broker has answered once ─▶ warm-up, run ─▶ drain: all that was acknowledged has come

import KafkaClient
import KafkaTransport
import Synchronization

/// Reads what a run sends, while it is sent.
final class EndToEndReading: Sendable {
    let received: ReceivedRecords
    /// One for each consumer.
    let recorders: [ReceiptRecorder]
    /// Holds closed loops back where the broker keeps only so much; nil where nothing does.
    let pace: ReaderPace?
    /// Knows how far the clock of the process that sends is ahead; nil where that is this one.
    private let clocks: ClockAsker?
    private let consumers: [Consumer]
    private let loops: EventLoopGroup
    private let tasks = Mutex<[Task<Void, Never>]>([])
    private let end = EndOfReading()

    /// How long brokers have to answer for the first time.
    private static let readyWithin = Duration.seconds(30)
    /// So long after the last record that came, no more is waited for.
    static let patience = Duration.seconds(10)

    /// Why the reading has ended before its time; nil while it goes on.
    var failure: (any Error)? { end.error.withLock { $0 } }

    /// - Parameters:
    ///   - run: the run whose records are waited for; nil for those of any.
    ///   - clocks: knows how far the clock of the process that sends is ahead; nil where that is this one. It is closed with the
    ///     reading.
    ///   - unreadMax: records that may be stored and not received yet, by which closed loops go; nil for any number.
    ///   - acked: how many records of the run are acknowledged.
    /// - Throws: `TransportError` when no threads could be started.
    init(
        _ configuration: RunConfiguration, of run: UInt32?, cluster: Cluster, connection: ConnectionConfiguration,
        clocks: ClockAsker? = nil, unreadMax: Int64? = nil, acked: @escaping @Sendable () -> Int64 = { 0 }
    ) throws {
        let received = ReceivedRecords(of: run)
        self.received = received
        self.clocks = clocks
        recorders = (0..<configuration.consumers).map { _ in ReceiptRecorder(received, clocks: clocks) }
        pace = unreadMax.map { ReaderPace(unreadMax: $0, acked: acked) }
        loops = try EventLoopGroup(count: configuration.consumers, name: "kbench-consumer")
        consumers = loops.loops.map { loop in
            Consumer(
                ConsumerConfiguration(isolation: configuration.isolation.level), cluster: cluster,
                connection: connection, on: [loop])
        }
    }

    /// Begins to read, and returns when each partition's broker has answered once: what is sent then is not delayed by a
    /// connection that is being opened.
    ///
    /// - Parameter starts: the offsets to begin at.
    /// - Throws: `RunError`, or why a consumer has ended. `CancellationError`.
    func begin(_ topic: String, from starts: [Int64], interrupt: SharedFlag) async throws {
        for (index, consumer) in consumers.enumerated() {
            var share: [TopicPartition: StartOffset] = [:]
            for partition in stride(from: index, to: starts.count, by: consumers.count) {
                share[TopicPartition(topic, Int32(partition))] = .offset(starts[partition])
            }
            await consumer.add(share)
            let task = Task { [recorder = recorders[index], received, pace, end] in
                do {
                    try await consumer.forEachBatch { batch, reader in
                        try recorder.take(batch, reader)
                        let count = received.distinctCount
                        pace?.tell(received: count > 0 ? count : received.warmUpCount)
                    }
                } catch is CancellationError {} catch {
                    end.error.withLock { $0 = $0 ?? error }
                }
            }
            tasks.withLock { $0.append(task) }
        }
        let deadline = MonotonicInstant.now + Self.readyWithin
        while try await !isReady() {
            if interrupt.isSet { throw CancellationError() }
            guard .now < deadline else {
                throw RunError("topic '\(topic)': not all partitions could be read within \(Self.readyWithin)")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private func isReady() async throws -> Bool {
        if let failure { throw failure }
        for consumer in consumers {
            if await consumer.partitions.values.contains(where: { $0.highWatermark < 0 }) { return false }
        }
        return true
    }

    /// Waits until so many records were received, or nothing was for a while, or there is no use in waiting.
    ///
    /// - Parameters:
    ///   - count: how many records were acknowledged.
    ///   - isWarmUp: whether it is the warm-up's that are waited for.
    ///   - isOver: says that nothing more can come, or that the user wants an end.
    func drain(_ count: Int64, isWarmUp: Bool, until isOver: () -> Bool) async {
        var (seen, deadline) = (Int64(-1), MonotonicInstant.now + Self.patience)
        var pauseNs: Int64 = 200_000
        while failure == nil, !isOver(), !Task.isCancelled {
            let now = isWarmUp ? received.warmUpCount : received.distinctCount
            if now >= count { return }
            if now > seen {
                (seen, deadline) = (now, .now + Self.patience)
                pauseNs = 200_000
            } else if .now >= deadline {
                return
            }
            try? await Task.sleep(for: .nanoseconds(pauseNs))
            pauseNs = min(2 * pauseNs, 20_000_000)
        }
    }

    /// Latencies count from the schedule of a load. Called before its records are sent.
    func count(from dueTimes: DueTimes?) { for recorder in recorders { recorder.count(from: dueTimes) } }

    /// Of all consumers.
    var histogram: HdrHistogram { recorders.reduce(into: HdrHistogram.latencyNs()) { $0.add($1.histogram) } }

    /// Of all consumers.
    var read: ReadTally { recorders.reduce(into: ReadTally()) { $0.add($1.read) } }

    /// Closes the consumers. What was received can still be read.
    func close() async {
        for consumer in consumers { await consumer.close() }
        for task in tasks.withLock({ $0 }) { await task.value }
        await loops.shutDown()
        await clocks?.close()
    }

    /// What came of it, once nothing more comes.
    ///
    /// - Parameter expected: records that were to be received; nil where that is not known.
    func report(expected: Int64?) -> ReceiptReport {
        let counts = received.counts
        return ReceiptReport(
            counts: counts, expected: expected, notPositive: recorders.reduce(0) { $0 + $1.notPositive },
            growthNs: recorders.reduce(into: Backlog()) { $0.add($1.backlog) }.growthNs, clock: clocks?.worst,
            failure: failure)
    }
}

/// Why reading has ended.
private final class EndOfReading: Sendable {
    let error = Mutex<(any Error)?>(nil)
}

/// What was received of a run.
struct ReceiptReport {
    let counts: ReceivedRecords.Counts
    /// Records that were to be received; nil where that is not known.
    let expected: Int64?
    /// Records that came before they were due, or just then.
    let notPositive: Int64
    /// By how much later records of the end of a schedule were received than those of its first half, in ns; 0 without one.
    let growthNs: Double
    /// How far the clock of another machine was ahead, where that was most uncertain; nil where there was one clock.
    var clock: ClockComparison.Estimate?
    /// Why reading ended before its time.
    let failure: (any Error)?

    /// As the columns of `runs.csv`.
    var received: RunResult.Received {
        RunResult.Received(
            read: counts.distinct, lost: lost, duplicated: counts.duplicated, notPositive: notPositive,
            clockAheadNs: clock?.offsetNs, clockErrorNs: clock?.errorNs)
    }

    /// Records that were to be received and were not.
    var lost: Int64? { expected.map { max(0, $0 - counts.distinct) } }

    /// What is wrong, each in words; each makes the run a failure.
    var problems: [String] {
        var problems: [String] = []
        if let failure { problems.append("the consumer has ended: \(failure)") }
        if counts.elsewhere > 0 {
            problems.append(
                """
                \(Quantity.counted(counts.elsewhere, "record")) bear the time of another machine's clock, or of one that was \
                restarted since, and nobody has told how far it is ahead: run both roles of this version of kbench at the same time, \
                with the right to create and use topic '…\(ClockChannel.topic(beside: ""))', or on one machine
                """)
        }
        if let expected, let lost, lost > 0 {
            problems.append(
                """
                \(lost) of \(expected) records were not received, though \
                \(EndToEndReading.patience.nanoseconds / 1_000_000_000) s passed after the last one that was
                """)
        }
        return problems
    }
}

import KafkaClient
import KafkaTransport

/// The numbers in the stamps of one run: another one for what is sent before the clock starts.
struct VerificationStamps: Sendable {
    let run: RunStamps
    let warmUp: RunStamps

    init() {
        // Not of the seed: what an earlier run with the same seed has left in a topic must not pass for this one's.
        let number = UInt32.random(in: .min ... .max)
        run = RunStamps(run: number)
        warmUp = RunStamps(run: ~number)
    }
}

/// Reads back what a run stores, from its begin on, and compares it with what was acknowledged.
struct Verification: Sendable {
    let ledger: DeliveryLedger
    /// Nil where a reader that comes late finds all the same.
    let pace: ReaderPace?
    private let reader: TopicReader
    private let reading: Task<Void, Never>
    private let starts: [Int64]
    private let isOrdered: Bool
    private let begun: MonotonicInstant

    /// The share of the embedded broker's memory that may hold what is not read yet. Partitions fill unevenly, and each keeps
    /// what it has room for.
    private static let unreadShare: Int64 = 4
    /// The same in transactions: they are read all at once when they commit, and the more unevenly they fill.
    private static let unreadShareOfTransactions: Int64 = 16
    private static let timeAfterInterrupt = Duration.seconds(5)
    /// What a record takes in a log besides its key, value and headers, about.
    private static let overheadByteCount = 16.0

    /// Begins to read.
    ///
    /// - Parameters:
    ///   - starts: the topic's end offsets.
    ///   - logByteCount: what the broker keeps; nil for one that keeps all.
    static func begin(
        _ configuration: RunConfiguration, _ stamps: VerificationStamps, topic: String, from starts: [Int64],
        cluster: Cluster, connection: ConnectionConfiguration, on loop: EventLoop, bytesPerRecord: Double,
        logByteCount: Int64?
    ) -> Verification {
        let isInHeaders = configuration.stampsAreInHeaders
        let own = StampReader(stamps: stamps.run, isInHeaders: isInHeaders)
        let ledger = DeliveryLedger(own)
        let unreadMax = logByteCount.map {
            Self.unreadMax(
                logByteCount: $0, bytesPerRecord: bytesPerRecord, inTransactions: configuration.transactionalID != nil)
        }
        let pace = ReaderPace(unreadMax: unreadMax ?? .max, acked: { ledger.ackedRecords })
        let reader = TopicReader(
            topic, cluster: cluster, from: starts, stamps: own,
            warmUp: StampReader(stamps: stamps.warmUp, isInHeaders: isInHeaders),
            isolation: configuration.transactionalID == nil ? .readUncommitted : .readCommitted, on: loop, connection,
            pace: pace)
        return Verification(
            ledger: ledger, pace: unreadMax == nil ? nil : pace, reader: reader,
            reading: Task(executorPreference: loop) { await reader.run() }, starts: starts,
            isOrdered: configuration.keepsOrder, begun: .now)
    }

    /// Records that a broker may hold which keeps so much, and that are not read yet.
    static func unreadMax(logByteCount: Int64, bytesPerRecord: Double, inTransactions: Bool) -> Int64 {
        let share = inTransactions ? unreadShareOfTransactions : unreadShare
        return max(1, Int64(Double(logByteCount / share) / (bytesPerRecord + overheadByteCount)))
    }

    /// CPU time of the reader so far, in ns.
    func cpuNs() async -> Int64 { await reader.cpuNs() }

    /// Reads what is left, and compares.
    ///
    /// - Parameters:
    ///   - ends: the topic's end offsets, after all that was acknowledged is in it.
    ///   - interrupt: once it is set, only so much time is left.
    func finish(at ends: [Int64], interrupt: SharedFlag) async -> VerificationReport {
        await reader.end(at: ends)
        let impatience = Task {
            while !interrupt.isSet { try await Task.sleep(for: .milliseconds(100)) }
            try await Task.sleep(for: Self.timeAfterInterrupt)
            await reader.stop("interrupted before all was read")
        }
        await reading.value
        impatience.cancel()
        return await report(ends: ends, failure: await reader.failure)
    }

    /// What was found so far, where it can't be known what there is to be found.
    func unfinished(_ reason: String) async -> VerificationReport {
        await stop()
        return await report(ends: [], failure: reason)
    }

    private func report(ends: [Int64], failure: String?) async -> VerificationReport {
        var report = VerificationReport(
            await reader.records, ledger, starts: starts, ends: ends, isComplete: failure == nil,
            isOrdered: isOrdered)
        report.failure = report.failure ?? failure
        report.cpuNs = await cpuNs()
        report.durationNs = MonotonicInstant.now.nanoseconds(since: begun)
        return report
    }

    /// Stops reading, whatever is left.
    func stop() async {
        await reader.stop("stopped")
        await reading.value
    }
}

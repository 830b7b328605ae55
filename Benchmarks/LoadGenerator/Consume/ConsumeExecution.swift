import KafkaClient
import KafkaTransport
import Synchronization

/// The reading of one run: from the first request to the last record.
struct ConsumeExecution {
    let configuration: RunConfiguration
    let consumers: [Consumer]
    /// One for each lane of each consumer.
    let recorders: [LaneRecorder]
    /// Set when the user wants an end.
    let interrupt: SharedFlag

    /// Thrown by a lane when enough was read: the others end too.
    private struct Enough: Error {}

    /// Reads, and returns when enough was read, the time is over, or the user wants an end.
    ///
    /// - Parameters:
    ///   - total: the records to read.
    ///   - starts: where each partition is read from.
    ///   - timeline: told of the records while it lasts.
    func measure(
        _ total: Int64, from starts: [TopicPartition: StartOffset], timeline: Timeline, events: EventLog
    ) async -> RunExecution.Measurement {
        var measurement = RunExecution.Measurement()
        ProcessUsage.resetPeakRss()
        measurement.cpuTimeBefore = CPUTime.now()
        let cpuBefore = ProcessUsage.cpuTimeNs()
        measurement.begin = .now
        events.begin(at: measurement.begin)
        let sampling = Task { [recorders] in
            var sampler = RateSampler(recorders, intervalNs: 50_000_000)
            while await sampler.sample() {}
            return sampler.rates
        }
        let timelining = Task { [recorders, begin = measurement.begin] in
            await timeline.record(from: begin, recorders) { 0 }
        }
        let reading = Task { try await read(total, from: starts) }
        let end = end(from: measurement.begin)
        let watchdog = Task { [interrupt] in
            while !interrupt.isSet, end > .now {
                try await Task.sleep(for: .nanoseconds(min(end.nanoseconds(since: .now), 50_000_000)))
            }
            reading.cancel()
        }
        do { try await reading.value } catch is Enough {} catch is CancellationError {} catch {
            measurement.failure = error
        }
        watchdog.cancel()
        sampling.cancel()
        measurement.rates = await sampling.value
        events.end()
        let lastRead = recorders.map(\.tally.lastAck).max() ?? .distantPast
        measurement.durationNs = (lastRead > measurement.begin ? lastRead : .now).nanoseconds(since: measurement.begin)
        measurement.processCpuNs = ProcessUsage.cpuTimeNs() - cpuBefore
        measurement.cpuTimeAfter = CPUTime.now()
        measurement.clientPeakRssBytes = ProcessUsage.peakRssBytes()
        timelining.cancel()
        await timelining.value
        return measurement
    }

    private func end(from begin: MonotonicInstant) -> MonotonicInstant {
        guard case .durationNs(let ns) = configuration.amount else { return .distantFuture }
        return begin.advanced(byNanoseconds: ns)
    }

    private func read(_ total: Int64, from starts: [TopicPartition: StartOffset]) async throws {
        let left = RecordsLeft(total)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, consumer) in consumers.enumerated() {
                let share = starts.filter { Int($0.key.partition) % consumers.count == index }
                let lanes = Array(recorders[index * configuration.cores..<(index + 1) * configuration.cores])
                group.addTask {
                    await consumer.add(share)
                    try await consumer.forEachBatch { batch, reader, lane in
                        try Self.take(batch, reader, lanes[lane])
                        if left.take(Int64(batch.header.recordCount)) { throw Enough() }
                    }
                }
            }
            while try await group.next() != nil {}
        }
    }

    /// Visits every record, as a program that reads it would.
    private static func take(_ batch: FetchedBatch, _ reader: RecordReader, _ recorder: LaneRecorder) throws {
        var tally = ReadTally()
        var records: Int64 = 0
        var bytes = 0
        try reader.forEachRecord(in: batch) { record in
            records += 1
            bytes += (record.key?.byteCount ?? 0) + (record.value?.byteCount ?? 0)
        }
        tally.records = records
        tally.payloadBytes = Int64(bytes)
        tally.wireBytes = Int64(batch.byteCount)
        tally.plainBytes = Int64(
            batch.compression == .none ? batch.byteCount : reader.lastByteCount + RecordBatchHeader.byteCount)
        tally.batches = 1
        recorder.didRead(tally)
    }
}

/// How many records are still to be read, by all lanes together.
private final class RecordsLeft: Sendable {
    private let count: Atomic<Int64>

    init(_ count: Int64) { self.count = Atomic(count) }

    /// - Returns: whether nothing is left.
    func take(_ records: Int64) -> Bool { count.subtract(records, ordering: .relaxed).newValue <= 0 }
}

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
    /// Nil for consumers without a group.
    var members: GroupMembers?

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
        members?.beginMeasuring()
        let reading = Task { [begin = measurement.begin] in try await read(total, from: starts, begin) }
        let end = end(from: measurement.begin)
        let watchdog = Task { [interrupt, members] in
            while !interrupt.isSet, members?.failure == nil, end > .now {
                try await Task.sleep(for: .nanoseconds(min(end.nanoseconds(since: .now), 50_000_000)))
            }
            reading.cancel()
        }
        do { try await reading.value } catch is Enough {} catch is CancellationError {} catch {
            measurement.failure = error
        }
        measurement.failure = measurement.failure ?? members?.failure
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

    private func read(
        _ total: Int64, from starts: [TopicPartition: StartOffset], _ begin: MonotonicInstant
    ) async throws {
        let left = RecordsLeft(total)
        let schedule = configuration.rate.map { ReadSchedule(rate: $0) }
        let rest = schedule.map { schedule in
            { @Sendable (loop: EventLoop, _: Int) async throws in try await schedule.rest(on: loop, from: begin) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, consumer) in consumers.enumerated() {
                let share = starts.filter { Int($0.key.partition) % consumers.count == index }
                let lanes = Array(recorders[index * configuration.cores..<(index + 1) * configuration.cores])
                group.addTask { [members] in
                    if members == nil {
                        await consumer.add(share)
                    } else {
                        // From the beginning, whatever the group has committed; what came before the clock started is dropped.
                        let partitions = await consumer.partitions.keys
                        for partition in partitions {
                            try await consumer.seek(partition, to: starts[partition] ?? .earliest)
                        }
                        try await consumer.resume(partitions)
                    }
                    if configuration.decoders > 0 {
                        return try await readDecoded(consumer, lanes[0], left, schedule, begin)
                    }
                    try await consumer.forEachBatch(rest: rest) { batch, reader, lane in
                        try Self.take(batch, reader, lanes[lane])
                        schedule?.add(Int64(batch.header.recordCount))
                        if left.take(Int64(batch.header.recordCount)) { throw Enough() }
                    }
                }
            }
            while try await group.next() != nil {}
        }
    }

    /// Reads what a consumer's decoders have decompressed, on a thread of its own.
    private func readDecoded(
        _ consumer: Consumer, _ recorder: LaneRecorder, _ left: RecordsLeft, _ schedule: ReadSchedule?,
        _ begin: MonotonicInstant
    ) async throws {
        let loop = try EventLoop(name: "kbench-reader")
        try await always {
            let reading = Task(executorPreference: loop) {
                try await consumer.withDecoders(
                    configuration.decoders, batchesPerMeasurement: Int(Self.batchesPerMeasurement)
                ) { batches in
                    for try await decoded in batches {
                        try Self.take(decoded, recorder)
                        schedule?.add(Int64(decoded.batch.header.recordCount))
                        if left.take(Int64(decoded.batch.header.recordCount)) { throw Enough() }
                        try await schedule?.rest(on: loop, from: begin)
                    }
                }
            }
            try await withTaskCancellationHandler {
                try await reading.value
            } onCancel: {
                reading.cancel()
            }
        } thenCleanUp: {
            await loop.shutDown()
        }
    }

    /// The thread's clock is read around one decompression of so many: it costs some hundred nanoseconds.
    private static let batchesPerMeasurement: Int64 = 8

    /// Visits every record, as a program that reads it would.
    private static func take(_ batch: FetchedBatch, _ reader: RecordReader, _ recorder: LaneRecorder) throws {
        let isCompressed = batch.compression != .none
        reader.measuresDecompression =
            isCompressed && recorder.tally.read.compressedBatches % batchesPerMeasurement == 0
        var visit = RecordVisit()
        try reader.forEachRecord(in: batch) { visit.add($0) }
        recorder.didRead(
            visit.tally(
                of: batch, recordByteCount: isCompressed ? reader.lastByteCount : nil,
                decompressionNs: reader.measuresDecompression ? reader.lastDecompressionNs : nil))
    }

    private static func take(_ decoded: DecodedBatch, _ recorder: LaneRecorder) throws {
        var visit = RecordVisit()
        try decoded.forEachRecord { visit.add($0) }
        recorder.didRead(
            visit.tally(
                of: decoded.batch, recordByteCount: decoded.recordByteCount, decompressionNs: decoded.decompressionNs))
    }
}

/// What is counted of each record of a batch.
private struct RecordVisit {
    private var records: Int64 = 0
    private var bytes = 0

    @inline(__always)
    mutating func add(_ record: borrowing Record) {
        records += 1
        bytes += (record.key?.byteCount ?? 0) + (record.value?.byteCount ?? 0)
    }

    /// - Parameters:
    ///   - recordByteCount: the bytes of the records after decompression; nil where they are as they came.
    ///   - decompressionNs: what that took; nil where it was not measured.
    func tally(of batch: FetchedBatch, recordByteCount: Int?, decompressionNs: Int64?) -> ReadTally {
        var tally = ReadTally()
        tally.records = records
        tally.payloadBytes = Int64(bytes)
        tally.wireBytes = Int64(batch.byteCount)
        tally.plainBytes = Int64(recordByteCount.map { $0 + RecordBatchHeader.byteCount } ?? batch.byteCount)
        tally.batches = 1
        if batch.compression != .none { tally.compressedBatches = 1 }
        if let decompressionNs {
            tally.measuredBatches = 1
            tally.measuredNs = max(0, decompressionNs - GeneratorClock.readingNs)
        }
        return tally
    }
}

/// How many records are still to be read, by all lanes together.
private final class RecordsLeft: Sendable {
    private let count: Atomic<Int64>

    init(_ count: Int64) { self.count = Atomic(count) }

    /// - Returns: whether nothing is left.
    func take(_ records: Int64) -> Bool { count.subtract(records, ordering: .relaxed).newValue <= 0 }
}

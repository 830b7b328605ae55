import KafkaClient
import KafkaTransport

/// Writes a row of `timeline.csv` for each interval of a run.
actor Timeline {
    private let runNumber: Int
    private let intervalNs: Int64
    private let file: TimelineFile
    private let canaries: Canaries
    /// CPU time of kbench and its broker so far; nil where the broker is somebody else's.
    private let ownCpuNs: @Sendable () async -> Int64?
    /// Each interval in which the canaries were asked, the first ones of a very long run.
    private(set) var intervals: [CanaryJudge.Interval] = []
    /// The first error that kept a row from being written.
    private(set) var failure: OutputError?

    /// Canaries are asked no more often; a little less than a quarter of a second, as no interval is exactly that long.
    private static let canaryIntervalNs: Int64 = 240_000_000
    private static let intervalsMax = 20_000

    init(
        runNumber: Int, intervalNs: Int64, file: TimelineFile, canaries: Canaries,
        ownCpuNs: @escaping @Sendable () async -> Int64?
    ) {
        self.runNumber = runNumber
        self.intervalNs = intervalNs
        self.file = file
        self.canaries = canaries
        self.ownCpuNs = ownCpuNs
    }

    /// Writes until it is cancelled; the last row is of what is left then.
    ///
    /// - Parameters:
    ///   - receipts: of what consumers receive meanwhile.
    ///   - inFlightCount: how many requests are in flight.
    func record(
        from begin: MonotonicInstant, _ recorders: [LaneRecorder], receipts: [ReceiptRecorder] = [],
        inFlightCount: @Sendable () async -> Int
    ) async {
        var previous = begin
        var sum = LaneRecorder.Interval()
        var spare = LaneRecorder.Interval()
        var (received, spareReceived) = (ReceiptRecorder.Interval(), ReceiptRecorder.Interval())
        var sampled = begin
        canaries.begin(ownCpuNs: await ownCpuNs())
        while failure == nil {
            let passed = previous.nanoseconds(since: begin) / intervalNs
            let due = begin.advanced(byNanoseconds: (passed + 1) * intervalNs)
            let isOver = await sleep(until: due)
            let latenessNs = isOver ? nil : max(0, MonotonicInstant.now.nanoseconds(since: due))
            // Asked before the records are counted: an answer may take its time.
            let inFlight = await inFlightCount()
            let now = MonotonicInstant.now
            for recorder in recorders {
                recorder.exchangeInterval(for: &spare)
                sum.add(spare)
                spare.reset()
            }
            for recorder in receipts {
                recorder.exchangeInterval(for: &spareReceived)
                received.add(spareReceived)
                spareReceived.reset()
            }
            var sample: CanarySample?
            if !isOver, now.nanoseconds(since: sampled) >= Self.canaryIntervalNs {
                sample = canaries.sampleDuring(latenessNs: latenessNs, ownCpuNs: await ownCpuNs())
                sampled = now
            }
            if !isOver || sum.records > 0 || received.records > 0 {
                write(sum, receipts.isEmpty ? nil : received, from: previous, to: now, since: begin, inFlight, sample)
            }
            if isOver { return }
            sum.reset()
            received.reset()
            previous = now
        }
    }

    private func sleep(until due: MonotonicInstant) async -> Bool {
        let leftNs = due.nanoseconds(since: .now)
        do {
            if leftNs > 0 { try await Task.sleep(for: .nanoseconds(leftNs), tolerance: .zero) }
            return Task.isCancelled
        } catch {
            return true
        }
    }

    private func write(
        _ sum: LaneRecorder.Interval, _ received: ReceiptRecorder.Interval?, from previous: MonotonicInstant,
        to now: MonotonicInstant,
        since begin: MonotonicInstant, _ inFlight: Int, _ sample: CanarySample?
    ) {
        var row = TimelineFile.Row(run: runNumber, timeNs: now.nanoseconds(since: begin))
        row.recordsAcked = sum.records
        row.bytesAcked = sum.bytes
        row.throughputRps = Double(sum.records) / (Double(now.nanoseconds(since: previous)) / 1e9)
        row.inFlight = inFlight
        row.totalLatency = LatencyFigures(sum.total)
        row.recordsReceived = received?.records
        row.endToEndLatency = received.flatMap { LatencyFigures($0.endToEnd) }
        row.canaries = sample
        if let sample, let throughput = row.throughputRps, intervals.count < Self.intervalsMax {
            intervals.append(
                CanaryJudge.Interval(
                    throughputRps: throughput, p99Ns: row.totalLatency?.p99Ns, sample: sample))
        }
        do {
            try file.append(row)
        } catch {
            failure = error
        }
    }
}

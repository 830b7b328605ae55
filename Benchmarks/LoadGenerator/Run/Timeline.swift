import KafkaClient
import KafkaTransport

/// Writes a row of `timeline.csv` for each interval of a run.
actor Timeline {
    private let runNumber: Int
    private let intervalNs: Int64
    private let file: TimelineFile
    /// The first error that kept a row from being written.
    private(set) var failure: OutputError?

    init(runNumber: Int, intervalNs: Int64, file: TimelineFile) {
        self.runNumber = runNumber
        self.intervalNs = intervalNs
        self.file = file
    }

    /// Writes until it is cancelled; the last row is of what is left then.
    func record(from begin: MonotonicInstant, _ pipeline: RunPipeline) async {
        var previous = begin
        var sum = LaneRecorder.Interval()
        var spare = LaneRecorder.Interval()
        while failure == nil {
            let intervals = previous.nanoseconds(since: begin) / intervalNs
            let isOver = await sleep(until: begin.advanced(byNanoseconds: (intervals + 1) * intervalNs))
            // Asked before the records are counted: an answer may take its time.
            var inFlight = 0
            for lane in pipeline.lanes { inFlight += await lane.inFlightCount }
            let now = MonotonicInstant.now
            for recorder in pipeline.recorders {
                recorder.exchangeInterval(for: &spare)
                sum.add(spare)
                spare.reset()
            }
            if !isOver || sum.records > 0 { write(sum, from: previous, to: now, since: begin, inFlight) }
            if isOver { return }
            sum.reset()
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
        _ sum: LaneRecorder.Interval, from previous: MonotonicInstant, to now: MonotonicInstant,
        since begin: MonotonicInstant, _ inFlight: Int
    ) {
        var row = TimelineFile.Row(run: runNumber, timeNs: now.nanoseconds(since: begin))
        row.recordsAcked = sum.records
        row.bytesAcked = sum.bytes
        row.throughputRps = Double(sum.records) / (Double(now.nanoseconds(since: previous)) / 1e9)
        row.inFlight = inFlight
        row.totalLatency = LatencyFigures(sum.total)
        do {
            try file.append(row)
        } catch {
            failure = error
        }
    }
}

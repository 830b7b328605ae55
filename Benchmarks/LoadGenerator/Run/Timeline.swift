import KafkaClient

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
    func record(from beginNs: Int64, _ pipeline: RunPipeline) async {
        var previousNs = beginNs
        var sum = LaneRecorder.Interval()
        var spare = LaneRecorder.Interval()
        while failure == nil {
            let dueNs = previousNs - (previousNs - beginNs) % intervalNs + intervalNs
            let isOver = await sleep(untilNs: dueNs)
            // Asked before the records are counted: an answer may take its time.
            var inFlight = 0
            for producer in pipeline.producers { inFlight += await producer.inFlightCount }
            let now = MonotonicClock.nowNs()
            for recorder in pipeline.recorders {
                recorder.exchangeInterval(for: &spare)
                sum.add(spare)
                spare.reset()
            }
            if !isOver || sum.records > 0 { write(sum, from: previousNs, to: now, since: beginNs, inFlight) }
            if isOver { return }
            sum.reset()
            previousNs = now
        }
    }

    private func sleep(untilNs dueNs: Int64) async -> Bool {
        let leftNs = dueNs - MonotonicClock.nowNs()
        do {
            if leftNs > 0 { try await Task.sleep(for: .nanoseconds(leftNs), tolerance: .zero) }
            return Task.isCancelled
        } catch {
            return true
        }
    }

    private func write(
        _ sum: LaneRecorder.Interval, from previousNs: Int64, to now: Int64, since beginNs: Int64, _ inFlight: Int
    ) {
        var row = TimelineFile.Row(run: runNumber, timeNs: now - beginNs)
        row.recordsAcked = sum.records
        row.bytesAcked = sum.bytes
        row.throughputRps = Double(sum.records) / (Double(now - previousNs) / 1e9)
        row.inFlight = inFlight
        row.totalLatency = LatencyFigures(sum.total)
        do {
            try file.append(row)
        } catch {
            failure = error
        }
    }
}

/// What a run measured, as its result.
extension RunResult {
    /// - Parameters:
    ///   - histograms: of all recorders together.
    ///   - bytesPerRecord: keys, values and headers of a record, on average.
    mutating func fill(
        _ measurement: RunExecution.Measurement, _ recorders: [LaneRecorder], _ histograms: LatencyHistograms,
        bytesPerRecord: Double
    ) {
        durationNs = measurement.durationNs
        // An estimate: it can't be more than there was.
        let withoutReaderNs = max(0, measurement.processCpuNs - measurement.readerCpuNs)
        let generatorNs = min(measurement.generatorCpuNs, withoutReaderNs)
        generatorCpuNs = generatorNs
        clientCpuNs = withoutReaderNs - generatorNs
        clientPeakRssBytes = measurement.clientPeakRssBytes
        if configuration.stage == .generate {
            recordsAcked = measurement.generatedRecords
            payloadBytesAcked = Int64(Double(measurement.generatedRecords) * bytesPerRecord)
            return
        }
        recordsAcked = recorders.reduce(0) { $0 + $1.ackedRecords }
        recordsFailed = recorders.reduce(0) { $0 + $1.tally.failedRecords }
        payloadBytesAcked = Int64(Double(recordsAcked ?? 0) * bytesPerRecord)
        batches = recorders.reduce(0) { $0 + $1.tally.batches }
        let built = recorders.reduce(0) { $0 + $1.tally.builtBytes }
        let compressed = recorders.reduce(0) { $0 + $1.tally.ackedBytes }
        if compressed > 0 { compressionRatio = Double(built) / Double(compressed) }
        if configuration.stage == .broker { wireBytes = recorders.reduce(0) { $0 + $1.tally.wireBytes } }
        if histograms.total.totalCount > 0 { recordsClamped = Int64(clamping: histograms.total.clampedCount) }
        received = measurement.receipts?.received
        transactions = measurement.transactions?.committed
        latencies = histograms.byStage.compactMapValues { LatencyFigures($0) }
    }

    /// What happened to leaders and batches, where a broker takes part.
    mutating func fill(_ history: EventLog.History, _ recorders: [LaneRecorder], _ gaps: PartitionGaps) {
        leadersMoved = history.leadersMoved
        recordsRetried = recorders.reduce(0) { $0 + $1.tally.retriedRecords }
        longestGap = gaps.longest.map { Gap(partition: $0.partition, durationNs: $0.durationNs) }
    }
}

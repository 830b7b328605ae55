import KafkaClient

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

extension OutputSettings {
    /// Proves that the file of `--trace` can be written to.
    ///
    /// - Throws: `OutputError` when it can't, or when there is such a file already.
    package func prepareTrace(isResumed: Bool) throws(OutputError) {
        guard let trace else { return }
        if !isResumed, TextFile.exists(trace) {
            throw OutputError(
                path: trace, action: "write spans to", reason: "there is such a file already; give --trace another one")
        }
        let isThere = TextFile.exists(trace)
        try OutputFile(path: trace).append("")
        // A command that fails before its first span leaves nothing in the way of the next.
        if !isThere { unlink(trace) }
    }
}

/// Writes the sampled deliveries of one run to the file of `--trace`, some times in a second.
actor TraceWriter {
    private let file: OutputFile
    private let samples: TraceSamples
    private let tracer: DeliveryTracer
    /// The first error that kept spans from being written. Nothing is written after it.
    private(set) var failure: OutputError?
    /// The batches of the sample that could not be written in time.
    nonisolated var droppedCount: Int { samples.droppedCount }

    init(_ file: OutputFile, _ samples: TraceSamples, run: Int, label: String, clientID: String) {
        self.file = file
        self.samples = samples
        tracer = DeliveryTracer(
            serviceName: "kbench", clientID: clientID,
            attributes: [
                ("service.version", KafkaClientVersion.current), ("kbench.run", "\(run)"), ("kbench.label", label),
            ])
    }

    /// Writes until it is cancelled, and then what is left.
    func write() async {
        while !Task.isCancelled {
            // Cut short when it is cancelled.
            try? await Task.sleep(for: .milliseconds(200))
            writeSamples()
        }
        // What has come while the last was written.
        writeSamples()
    }

    private func writeSamples() {
        let deliveries = samples.takeAll()
        guard !deliveries.isEmpty, failure == nil else { return }
        do throws(OutputError) {
            try file.append(tracer.jsonLine(of: deliveries) + "\n")
        } catch {
            failure = error
        }
    }
}

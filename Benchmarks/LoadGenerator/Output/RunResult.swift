/// What a run has measured; nil everywhere means not measured.
package struct RunResult: Sendable, Equatable {
    /// The number of the run, from 1.
    package var run: Int
    package var startedAt: Timestamp
    /// `none`, `embedded`, or the bootstrap servers.
    package var target: String
    package var configuration: RunConfiguration
    /// How connections were secured; nil where there were none.
    package var security: ClientSecurity?

    /// From the first record to the last acknowledgement, in ns.
    package var durationNs: Int64?
    package var recordsAcked: Int64?
    package var recordsFailed: Int64?
    /// Of a run that reads.
    package var recordsRead: Int64?
    /// Of `kbench end-to-end`, where it receives.
    package var received: Received?
    /// CPU time of decompression, of a run that reads compressed batches.
    package var decompressCpuNs: Int64?
    /// How long the members of a group took to share partitions out, before the clock started.
    package var groupJoinNs: Int64?
    /// Bytes of keys, values and headers of the records acknowledged.
    package var payloadBytesAcked: Int64?
    /// Bytes written to connections.
    package var wireBytes: Int64?
    /// Bytes of batches before their codec, divided by those after it.
    package var compressionRatio: Double?
    package var batches: Int64?
    /// User and system time of this process without the generator's.
    package var clientCpuNs: Int64?
    /// CPU time for making records and keys, and for keeping the schedule.
    package var generatorCpuNs: Int64?
    /// Records a second that the generator makes for this workload with nothing behind it.
    package var generatorCapacityRps: Double?
    /// User and system time of the broker's process.
    package var brokerCpuNs: Int64?
    package var clientPeakRssBytes: Int64?
    /// How often a partition got another leader.
    package var leadersMoved: Int64?
    /// Records that were sent more than once.
    package var recordsRetried: Int64?
    /// The longest time for which a partition had no acknowledgement while a batch waited for one.
    package var longestGap: Gap?
    /// Transactions that were committed; nil where there are none.
    package var transactions: Int64?
    /// With `--verify`, what was read back.
    package var verified: Verified?
    package var latencies: [LatencyStage: LatencyFigures] = [:]
    /// Records whose total latency is longer than histograms tell apart (an hour). Percentiles that fall among them are the maximum.
    package var recordsClamped: Int64?
    /// All that is wrong with the figures; empty when nothing is.
    package var verdicts: [Verdict] = []

    /// What was received while it was sent.
    package struct Received: Sendable, Equatable {
        /// Each record once.
        package var read: Int64
        /// Acknowledged, or waited for, and not received; nil where it is not known how many there are.
        package var lost: Int64?
        /// Received again.
        package var duplicated: Int64
        /// Received before they were due, or just then.
        package var notPositive: Int64
        /// How far the clock of the machine that sent was ahead of this one's, and by how much that may be wrong, where it was most
        /// uncertain, in ns; nil where both are one.
        package var clockAheadNs: Int64?
        package var clockErrorNs: Int64?
    }

    /// What was read back.
    package struct Verified: Sendable, Equatable {
        /// Records of the run, whatever is wrong with them.
        package var read: Int64
        /// Nil when not everything could be read or judged.
        package var wrong: Wrong?
        /// CPU time of the reader, in ns.
        package var cpuNs: Int64
        /// From the begin of the run until all was read, in ns.
        package var durationNs: Int64

        /// Records with which something is wrong.
        package struct Wrong: Sendable, Equatable {
            package var lost: Int64
            package var duplicated: Int64
            /// Nil where records have no order.
            package var reordered: Int64?
            package var corrupted: Int64
        }
    }

    /// A partition without an acknowledgement.
    package struct Gap: Sendable, Equatable {
        package var partition: Int32
        package var durationNs: Int64

        package init(partition: Int32, durationNs: Int64) {
            self.partition = partition
            self.durationNs = durationNs
        }
    }

    package init(run: Int, startedAt: Timestamp, target: String, configuration: RunConfiguration) {
        self.run = run
        self.startedAt = startedAt
        self.target = target
        self.configuration = configuration
    }

    /// The word of the `verdict` column.
    package var verdict: Verdict.Kind { Verdict.gravest(of: verdicts) }
    /// Acknowledged, or read.
    package var recordsDone: Int64? { recordsAcked ?? recordsRead }
    package var durationSeconds: Double? { durationNs.map { Double($0) / 1e9 } }
    package var throughputRps: Double? { perSecond(recordsDone) }
    package var throughputBytesPerSecond: Double? { perSecond(payloadBytesAcked) }
    package var wireBytesPerSecond: Double? { perSecond(wireBytes) }
    package var recordsPerBatch: Double? { ratio(recordsDone, batches) }
    package var clientCpuNsPerRecord: Double? { ratio(clientCpuNs, recordsDone) }
    package var generatorCpuNsPerRecord: Double? { ratio(generatorCpuNs, recordsDone) }
    package var decompressCpuNsPerRecord: Double? { ratio(decompressCpuNs, recordsDone) }
    /// Those that people are shown first: to the receipt, where there is one.
    var shownLatencies: LatencyFigures? { latencies[.endToEnd] ?? latencies[.total] }
    /// The generator's share of this process's CPU time, 0 … 1.
    package var generatorCpuShare: Double? {
        guard let clientCpuNs, let generatorCpuNs, clientCpuNs + generatorCpuNs > 0 else { return nil }
        return Double(generatorCpuNs) / Double(clientCpuNs + generatorCpuNs)
    }

    /// The share of the generator's own capacity that the run used, 0 … 1; more where the figure of it is out of date.
    package var generatorCapacityShare: Double? {
        guard let throughputRps, let generatorCapacityRps, generatorCapacityRps > 0 else { return nil }
        return throughputRps / generatorCapacityRps
    }

    private func perSecond(_ amount: Int64?) -> Double? { ratio(amount, durationNs).map { $0 * 1e9 } }

    private func ratio(_ amount: Int64?, _ base: Int64?) -> Double? {
        guard let amount, let base, base > 0 else { return nil }
        return Double(amount) / Double(base)
    }
}

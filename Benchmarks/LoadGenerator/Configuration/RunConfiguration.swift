/// What one run does: every setting that can differ between the runs of a sweep, and the workload, fully resolved.
package struct RunConfiguration: Sendable, Equatable {
    /// How much is sent, or for how long.
    package enum Amount: Sendable, Equatable {
        case records(Int64)
        case durationNs(Int64)
    }

    /// Where the bytes of the values come from.
    package enum PayloadSource: Sendable, Equatable {
        /// Made from the seed; `compressibility` (0 … 1) is the share of the bytes that a codec can remove.
        case generated(compressibility: Double)
        /// The pieces of a file between delimiters.
        case file(path: String, delimiter: String)
    }

    package var stage: PipelineStage = .broker
    package var amount: Amount = .records(10_000_000)
    /// What is sent before the clock starts; nil for nothing.
    package var warmup: Amount?

    package var recordSize: RecordSize = .fixed(100)
    package var payload: PayloadSource = .generated(compressibility: 0.5)
    package var keys: KeyDistribution = .none
    /// Bytes of each key; 0 without keys.
    package var keySize = 0
    /// Headers of each record.
    package var headerCount = 0
    /// Bytes of each header, its key and its value together; 0 without headers.
    package var headerSize = 0
    package var seed: UInt64 = 0

    package var partitions = 64
    package var partitioner: PartitionerChoice = .sticky
    package var builder: BuilderChoice = .sharded
    package var cores = 1
    /// Produce requests in flight, all brokers together.
    package var concurrency = defaultConcurrency(cores: 1)
    package var codec: CodecChoice = .none
    /// The most a batch may have, in bytes on the wire before its codec.
    package var batchSizeBytes = 16 << 10
    package var lingerNs: Int64 = 5_000_000
    package var acks: AcksChoice = .all
    package var idempotence = false
    /// Records a second of an open loop; nil: as fast as possible.
    package var rate: Double?

    package init() {}

    /// The concurrency without `--concurrency`: two requests for each lane, one of which is written while the other is
    /// on its way.
    package static func defaultConcurrency(cores: Int) -> Int { cores * 2 }

    /// The most bytes the overhead of a batch and of a record's own fields can come to, record batch v2: 61 of the
    /// batch, 1 of attributes, varints of at most 5 (length, offset delta, three lengths) and 10 (timestamp delta).
    package static let overheadByteCount = 61 + 1 + 5 * 5 + 10

    /// What a record of `recordSizeBytes` and its key and headers need in a batch of their own, in bytes, at most.
    package func batchByteCount(recordSizeBytes: Int) -> Int {
        Self.overheadByteCount + recordSizeBytes + keySize + headerCount * (headerSize + 10)
    }

    /// The batch size without `--batch-size`: what keeps all partitions' open batches within 1 MiB of a core's own
    /// cache, between 16 KiB and 256 KiB, rounded down to a power of two; where a record would not fit, what it needs, rounded up to 4 KiB.
    package static func automaticBatchSize(partitions: Int, atLeast needed: Int) -> Int {
        let share = min(max((1 << 20) / max(partitions, 1), 16 << 10), 256 << 10)
        let size = 1 << (Int.bitWidth - 1 - share.leadingZeroBitCount)
        return max(size, (needed + 4095) / 4096 * 4096)
    }

    /// Bytes of keys, values and headers of a record, on average.
    package var payloadBytesPerRecord: Int64 {
        Int64(recordSize.meanByteCount) + Int64(keySize) + Int64(headerCount) * Int64(headerSize)
    }

    /// Payload bytes of one run; nil when a duration decides, or when the product has no end.
    package var payloadBytes: Int64? {
        guard case .records(let count) = amount else { return nil }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: payloadBytesPerRecord)
        return overflow ? nil : bytes
    }
}

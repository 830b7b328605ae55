import KafkaClient
import KafkaProtocol

/// What one run does: every setting that can differ between the runs of a sweep, and the workload, fully resolved.
package struct RunConfiguration: Sendable, Equatable {
    /// How much is sent, or for how long.
    package enum Amount: Sendable, Equatable {
        case records(Int64)
        case durationNs(Int64)
    }

    /// What is sent before the clock starts.
    package enum WarmUp: Sendable, Equatable {
        case fixed(Amount)
        /// Until the rate is steady, and no longer than `untilSteadyMaxNs`.
        case untilSteady

        package static let untilSteadyMaxNs: Int64 = 5_000_000_000

        /// What is sent at most.
        var amount: Amount {
            switch self {
            case .fixed(let amount): amount
            case .untilSteady: .durationNs(Self.untilSteadyMaxNs)
            }
        }
    }

    /// Where the bytes of the values come from.
    package enum PayloadSource: Sendable, Equatable {
        /// Made from the seed; `compressibility` (0 … 1) is the share of the bytes that a codec can remove.
        case generated(compressibility: Double)
        /// The pieces of a file between delimiters.
        case file(path: String, delimiter: String)
    }

    package var mode = RunMode.produce
    package var stage: PipelineStage = OptionTable.standard(\.stage)
    /// How far away the embedded broker is: the time from a request to its answer, in ns.
    package var rttNs: Int64 = OptionTable.standard(\.rtt)
    /// The age at which what is known of the topic is asked for anew, in ns.
    package var metadataMaxAgeNs: Int64 = OptionTable.standard(\.metadataMaxAge)
    package var amount = Amount.records(OptionTable.standard(\.records))
    /// What is sent before the clock starts; nil for nothing.
    package var warmup: WarmUp?

    package var recordSize: RecordSize = OptionTable.standard(\.recordSize)
    package var payload = PayloadSource.generated(compressibility: OptionTable.standard(\.compressibility))
    package var keys: KeyDistribution = OptionTable.standard(\.keys)
    /// Bytes of each key; 0 without keys.
    package var keySize = 0
    /// Headers of each record.
    package var headerCount: Int = OptionTable.standard(\.headers)
    /// Bytes of each header, its key and its value together; 0 without headers.
    package var headerSize = 0
    package var seed: UInt64 = 0

    package var partitions: Int = OptionTable.standard(\.partitions)
    package var partitioner: PartitionerChoice = .sticky
    package var builder: BuilderChoice = OptionTable.standard(\.builder)
    package var door: DoorChoice = .lane
    /// Tasks that append through the door; 0 for lanes, which have generators of their own.
    package var tasks = 0
    package var cores = 1
    /// Produce requests in flight for each broker and lane, at most.
    package var concurrency = ProducerConfiguration.inFlightUsual(mayReorder: false)
    package var codec: CodecChoice = OptionTable.standard(\.codec)
    /// The most a batch may have, in bytes on the wire before its codec.
    package var batchSizeBytes = 0
    /// Whether batches may become larger where the broker is far or behind.
    package var adaptsBatchSize = true
    package var lingerNs: Int64 = OptionTable.standard(\.linger)
    package var acks: AcksChoice = OptionTable.standard(\.acks)
    package var idempotence: IdempotenceChoice = OptionTable.standard(\.idempotence)
    /// Records a second of an open loop; nil: as fast as possible.
    package var rate: Double?
    /// Every record has a stamp and is read back.
    package var isVerified = false
    /// Consumers that share the partitions; of a run that reads.
    package var consumers = 1
    /// Threads of each consumer that decompress; 0: its lanes do. Of a run that reads.
    package var decoders = 0
    /// Of `kbench end-to-end`.
    package var role = EndToEndRole.both
    /// Of a run that reads.
    package var isolation: IsolationChoice = OptionTable.standard(\.isolation)
    /// The group whose members the consumers are; nil for partitions that they share without one.
    package var group: String?
    package var groupProtocol: GroupProtocolChoice = OptionTable.standard(\.groupProtocol)
    /// Several batches of a partition are in flight, without idempotence.
    package var mayReorder = false
    /// Records are sent in transactions, as the producer of this id; nil: not in transactions.
    package var transactionalID: String?
    /// How long a transaction takes records, in ns.
    package var transactionDurationNs: Int64 = OptionTable.standard(\.transactionDuration)

    /// The defaults of the table of options, on one core and with seed 0.
    package init() {
        batchSizeBytes = automaticBatchSize
    }

    /// Whether brokers store each batch once: as asked for, or as acks and the requests in flight allow.
    package var isIdempotent: Bool {
        guard stage == .broker else { return false }
        return ProducerConfiguration(
            acks: acks.acks, idempotence: idempotence.setting, inFlightPerBrokerMax: concurrency, mayReorder: mayReorder
        ).isIdempotent
    }

    /// Whether brokers would store each batch once, as with acks all they usually do, if fewer requests might be in flight.
    var givesUpIdempotence: Bool {
        stage == .broker && acks == .all && idempotence == .auto && !mayReorder && !isIdempotent
    }

    /// The most bytes that a batch of one record has besides the record's key, value and headers.
    package static let overheadByteCount = RecordBatchHeader.byteCount + RecordChunk.recordOverheadMax

    /// What the largest record with its key and headers needs in a batch of its own, in bytes, at most.
    package var neededBatchByteCount: Int {
        Self.overheadByteCount + recordSize.maximumByteCount + keySize + headerCount * (headerSize + 10)
            + (mayStampHeaders ? RecordStamp.headerByteCount + 10 : 0)
    }

    /// After which brokers abort a transaction, without `transaction.timeout.ms`.
    static let usualTransactionTimeout = Producer.Configuration().transactionTimeout

    /// Whether something is stored behind what was acknowledged: what is on its way with acks 0, and markers of transactions.
    var storesMoreLater: Bool { acks == .none || transactionalID != nil }

    /// The client's own batch size.
    static let usualBatchSize = BuilderConfiguration().batchByteCount

    /// The batch size without `--batch-size`; where a record would not fit, what it needs, rounded up to 4 KiB.
    var automaticBatchSize: Int { max(Self.usualBatchSize, (neededBatchByteCount + 4095) / 4096 * 4096) }

    /// What a batch may come to have.
    var largestBatchSize: Int {
        adaptsBatchSize ? max(batchSizeBytes, BuilderConfiguration().batchByteCountMax) : batchSizeBytes
    }

    /// Whether the stamps of all records lie in a header: the values are not kbench's own.
    var stampsAreInHeaders: Bool {
        if case .file = payload { true } else { false }
    }

    /// Whether the run reads, and not only sends.
    var reads: Bool { mode == .consume || mode == .endToEnd && role != .produce }

    /// The stage whose latencies are what the run is about: to the receipt, where it sends and receives; nil where nothing is sent.
    var shownStage: LatencyStage? { mode.shownStage(role) }

    /// Whether records of one generator keep their order in a partition. Batches that may go to any partition go to the lanes
    /// of the sequential builder in turn, and overtake one another.
    var keepsOrder: Bool { !(partitioner == .none && builder == .sequential && door == .lane && cores > 1) }

    /// Whether a record may need a header for its stamp.
    private var mayStampHeaders: Bool {
        isVerified && (stampsAreInHeaders || recordSize.minimumByteCount < RecordStamp.byteCount)
    }

    /// What an embedded broker keeps so that a run can be read back; nil where nothing is.
    ///
    /// Twice the payload, for what batches add to it, and no more than 1 GiB: the reader follows the run.
    var verifiedLogByteCount: Int64? {
        if mode == .consume {
            // All of it, with what batches add.
            return max(64 << 20, (payloadBytes ?? 1 << 30) / 4 * 6)
        }
        guard isVerified || mode == .endToEnd else { return nil }
        let most: Int64 = 1 << 30
        guard let payload = payloadBytes, payload < most / 2 else { return most }
        return max(64 << 20, 2 * payload)
    }

    /// Bytes of keys, values and headers of a record, on average; of headers for stamps the most.
    package var payloadBytesPerRecord: Int64 {
        Int64(recordSize.meanByteCount) + Int64(keySize) + Int64(headerCount) * Int64(headerSize)
            + Int64(mayStampHeaders ? RecordStamp.headerByteCount : 0)
    }

    /// Payload bytes of one run; nil when a duration decides, or when they are too many to count.
    package var payloadBytes: Int64? {
        guard case .records(let count) = amount else { return nil }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: payloadBytesPerRecord)
        return overflow ? nil : bytes
    }
}

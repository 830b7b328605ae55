public import KafkaCompression
import KafkaProtocol
import KafkaTransport

/// How batches are built.
///
/// It is checked when a builder or a ``Producer`` is created with it.
public struct BuilderConfiguration: Sendable {
    /// The bytes at which a batch is full, before compression and header included: 128 to `batchByteCountMax`. A longer
    /// record gets a longer batch, for itself. Kafka's `batch.size`.
    ///
    /// As long as nobody sets it, it is what suits partitions and brokers: see `adaptsBatchByteCount`.
    public var batchByteCount: Int { didSet { adaptsBatchByteCount = false } }
    /// The most bytes of a batch, before compression and header included: 512 bytes to 1 GiB. A record that needs a longer
    /// one is refused. It should not exceed the broker's `message.max.bytes`.
    public var batchByteCountMax: Int
    /// Whether batches may be longer than `batchByteCount`, up to `batchByteCountMax`: where few are open, and while a
    /// partition's leader is behind or far away; and shorter where so many are open that there would be too little memory for
    /// those that are sent. True, until `batchByteCount` is set.
    ///
    /// The sequential builder's batches have up to four times `batchByteCount` where few are open, and are never shorter.
    public var adaptsBatchByteCount: Bool
    /// How long a batch waits for more records: zero to one hour. With zero, batches are sealed at the end of each append.
    /// Small ones that could not be sent then, because their leader is busy, take more records for up to half a second.
    /// Kafka's `linger.ms`.
    public var linger: Duration
    /// The most bytes that the batches of one lane have together: at least twice `batchByteCount`. Batches count while they
    /// are open, queued or in flight, and until the last reference to them is gone. At the bound, appending waits; while all
    /// brokers keep up, it waits when they have enough. A ``Producer`` has so much for all its lanes together, and for the
    /// records that are not in batches yet: a quarter is for these (half with the sequential builder), and of the rest each lane needs as much as two batches: the default is enough
    /// for 768 lanes of the default batches. Kafka's `buffer.memory`.
    public var memoryByteCountMax: Int
    /// Compresses batches.
    public var codec: any CompressionCodec
    /// Chooses the partition of each record.
    public var partitioner: any Partitioner

    /// Creates a configuration. Parameters that are left out have the defaults; the properties say units and bounds.
    ///
    /// Without `batchByteCount` it is 16 KiB, or what suits the partitions and the brokers better.
    public init(
        batchByteCount: Int? = nil, batchByteCountMax: Int = 1 << 20, linger: Duration = .milliseconds(5),
        memoryByteCountMax: Int = 32 << 20, codec: any CompressionCodec = Codec.uncompressed,
        partitioner: any Partitioner = KeyPartitioner.murmur2
    ) {
        self.batchByteCount = batchByteCount ?? 16 << 10
        adaptsBatchByteCount = batchByteCount == nil
        self.batchByteCountMax = batchByteCountMax
        self.linger = linger
        self.memoryByteCountMax = memoryByteCountMax
        self.codec = codec
        self.partitioner = partitioner
    }

    /// One problem for each setting that can't be used.
    var problems: [ConfigurationProblem] {
        var check = ConfigurationCheck("BuilderConfiguration")
        check.expect("batchByteCountMax", batchByteCountMax, in: 512...(1 << 30))
        check.expect(
            "batchByteCount", batchByteCount >= 128 && batchByteCount <= batchByteCountMax,
            "is \(batchByteCount); it must lie between 128 and batchByteCountMax, which is \(batchByteCountMax)")
        check.expect("linger", linger, in: .zero ... .seconds(3600))
        check.expect(
            "memoryByteCountMax", memoryByteCountMax / 2 >= batchByteCount,
            "is \(memoryByteCountMax); it must hold at least two batches of \(batchByteCount) bytes")
        return check.problems
    }

    /// When a lane looks next for batches that have lingered, of which the first is due at a moment.
    ///
    /// There is at least half a millisecond between two looks, so that what comes due meanwhile shares one.
    func nextLook(due: MonotonicInstant) -> MonotonicInstant { max(due, .now + .microseconds(500)) }

    func validate(for what: String) throws(KafkaClientError) {
        try ConfigurationCheck.throwIfAny(problems, for: what)
    }
}

public import KafkaCompression
import KafkaProtocol
import KafkaTransport

/// How batches are built.
///
/// It is checked when a builder or a ``Producer`` is created with it.
public struct BuilderConfiguration: Sendable {
    /// The bytes at which a batch is full, before compression and header included: 128 to `batchByteCountMax`. A longer
    /// record gets a longer batch, for itself. Kafka's `batch.size`.
    public var batchByteCount: Int
    /// The most bytes of a batch, before compression and header included: 512 bytes to 1 GiB. A record that needs a longer
    /// one is refused. It should not exceed the broker's `message.max.bytes`.
    public var batchByteCountMax: Int
    /// How long a batch waits for more records: zero to one hour. With zero, batches are sealed at the end of each append.
    /// Kafka's `linger.ms`.
    public var linger: Duration
    /// The most bytes that the batches of one lane have together: at least twice `batchByteCount`. Batches count while they
    /// are open, queued or in flight, and until the last reference to them is gone. At the bound, appending waits. A
    /// ``Producer`` has so much for all its lanes together, and for the records that are not in batches yet: a quarter is for
    /// these (half with the sequential builder), and of the rest each lane needs as much as two batches: the default is enough
    /// for 768 lanes of the default batches. Kafka's `buffer.memory`.
    public var memoryByteCountMax: Int
    /// Compresses batches.
    public var codec: any CompressionCodec
    /// Chooses the partition of each record.
    public var partitioner: any Partitioner

    /// Creates a configuration. Parameters that are left out have the defaults; the properties say units and bounds.
    public init(
        batchByteCount: Int = 16 << 10, batchByteCountMax: Int = 1 << 20, linger: Duration = .milliseconds(5),
        memoryByteCountMax: Int = 32 << 20, codec: any CompressionCodec = Codec.uncompressed,
        partitioner: any Partitioner = KeyPartitioner.murmur2
    ) {
        self.batchByteCount = batchByteCount
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

    /// When a lane looks next for batches that have lingered.
    ///
    /// There is at least half a millisecond between two looks, because each visits all partitions, which may be thousands.
    func nextLook(oldestFirstAppend oldest: MonotonicInstant) -> MonotonicInstant {
        max(oldest + linger, .now + .microseconds(500))
    }

    func validate(for what: String) throws(KafkaClientError) {
        try ConfigurationCheck.throwIfAny(problems, for: what)
    }
}

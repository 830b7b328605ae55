public import KafkaCompression
import KafkaProtocol
import KafkaTransport

/// How batches are built.
///
/// Checked when a builder or a ``Producer`` is made of it.
public struct BuilderConfiguration: Sendable {
    /// Bytes at which a batch is full, header included: 128 to `batchByteCountMax`. Kafka's `batch.size`.
    public var batchByteCount: Int
    /// The longest batch at all, in bytes: 512 bytes to 1 GiB. A record that needs more is refused. Kafka's
    /// `message.max.bytes` of the broker.
    public var batchByteCountMax: Int
    /// How long a batch waits for more records: zero to one hour. Zero seals at the end of each append. Kafka's `linger.ms`.
    public var linger: Duration
    /// Bytes of all batches of one lane that are open, queued, in flight or delivered and still held: at least two batches.
    /// When they are reached, appending waits. Kafka's `buffer.memory`.
    public var memoryByteCountMax: Int
    /// What compresses batches.
    public var codec: any CompressionCodec
    /// What chooses partitions.
    public var partitioner: any Partitioner

    /// The defaults, and what differs from them.
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

    /// What can't be used, one by one.
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

    /// When batches that linger are looked after next.
    ///
    /// Looks are apart by half a millisecond at least: each walks over all partitions, which are thousands at times.
    func nextLook(oldestFirstAppend oldest: MonotonicInstant) -> MonotonicInstant {
        max(oldest + linger, .now + .microseconds(500))
    }

    func validate(for what: String) throws(KafkaClientError) {
        try ConfigurationCheck.throwIfAny(problems, for: what)
    }
}

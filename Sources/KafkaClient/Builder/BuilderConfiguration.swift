public import KafkaCompression

/// How batches are built. Validated by `init`.
public struct BuilderConfiguration: Sendable {
    /// Bytes at which a batch is full, header included. Kafka's `batch.size`.
    public let batchByteCount: Int
    /// The longest batch at all: a record that needs more is refused. Kafka's `message.max.bytes` of the broker.
    public let batchByteCountMax: Int
    /// How long a batch waits for more records. Kafka's `linger.ms`; zero seals at the end of each append.
    public let linger: Duration
    /// Bytes of all batches of one lane that are open, queued, in flight or delivered and still held. When they are
    /// reached, appending waits. Kafka's `buffer.memory`.
    public let memoryByteCountMax: Int
    public let codec: any CompressionCodec
    public let partitioner: any Partitioner

    /// - Throws: `KafkaClientError` that names the value and its bounds.
    public init(
        batchByteCount: Int = 16 << 10, batchByteCountMax: Int = 1 << 20, linger: Duration = .milliseconds(5),
        memoryByteCountMax: Int = 32 << 20, codec: any CompressionCodec = Codec.uncompressed,
        partitioner: any Partitioner = KeyPartitioner.murmur2
    ) throws(KafkaClientError) {
        func check(_ condition: Bool, _ message: @autoclosure () -> String) throws(KafkaClientError) {
            if !condition { throw KafkaClientError(.invalidConfiguration, message()) }
        }
        try check(
            (512...(1 << 30)).contains(batchByteCountMax),
            "batchByteCountMax is \(batchByteCountMax); it must lie between 512 bytes and 1 GiB")
        try check(
            (128...batchByteCountMax).contains(batchByteCount),
            "batchByteCount is \(batchByteCount); it must lie between 128 bytes and batchByteCountMax (\(batchByteCountMax))"
        )
        try check(
            linger >= .zero && linger <= .seconds(3600), "linger is \(linger); it must lie between zero and one hour")
        try check(
            memoryByteCountMax >= 2 * batchByteCount,
            "memoryByteCountMax is \(memoryByteCountMax); it must hold at least two batches of \(batchByteCount) bytes")
        self.batchByteCount = batchByteCount
        self.batchByteCountMax = batchByteCountMax
        self.linger = linger
        self.memoryByteCountMax = memoryByteCountMax
        self.codec = codec
        self.partitioner = partitioner
    }
}

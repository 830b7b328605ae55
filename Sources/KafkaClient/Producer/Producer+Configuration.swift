public import KafkaCompression

extension Producer {
    /// How batches are built, and by how many threads.
    public enum Strategy: Sendable {
        /// Lanes that share nothing, each with its own thread and connections.
        case sharded(lanes: Int)
        /// One collector, so many workers that serialise and compress.
        case sequential(workers: Int)
    }

    /// All of a producer's settings. Validated by `init`.
    public struct Configuration: Sendable {
        public let builder: BuilderConfiguration
        public let producer: ProducerConfiguration
        public let strategy: Strategy
        /// Called for each delivery on the producer's own thread: must be quick and must not block.
        public let onDelivery: (@Sendable (Delivery) -> Void)?

        /// - Throws: `KafkaClientError` when there are no lanes or workers, or more than 1,024.
        public init(
            builder: BuilderConfiguration, producer: ProducerConfiguration, strategy: Strategy = .sharded(lanes: 1),
            onDelivery: (@Sendable (Delivery) -> Void)? = nil
        ) throws(KafkaClientError) {
            let count =
                switch strategy {
                case .sharded(let lanes): lanes
                case .sequential(let workers): workers
                }
            guard (1...1024).contains(count) else {
                throw KafkaClientError(.invalidConfiguration, "\(count) lanes or workers; there must be 1 to 1024")
            }
            self.builder = builder
            self.producer = producer
            self.strategy = strategy
            self.onDelivery = onDelivery
        }

        /// The settings that most programs change; the others have their defaults.
        ///
        /// - Throws: `KafkaClientError` that names the value and its bounds.
        public init(
            codec: some CompressionCodec = Codec.uncompressed, acks: Acks = .all,
            partitioner: any Partitioner = KeyPartitioner.murmur2, linger: Duration = .milliseconds(5),
            batchByteCount: Int = 16 << 10, builder strategy: Strategy = .sharded(lanes: 1),
            onDelivery: (@Sendable (Delivery) -> Void)? = nil
        ) throws(KafkaClientError) {
            try self.init(
                builder: BuilderConfiguration(
                    batchByteCount: batchByteCount, linger: linger, codec: codec, partitioner: partitioner),
                producer: ProducerConfiguration(acks: acks), strategy: strategy, onDelivery: onDelivery)
        }

        /// Threads that the producer needs.
        var loopCount: Int {
            switch strategy {
            case .sharded(let lanes): lanes
            case .sequential(let workers): workers + 1
            }
        }
    }
}

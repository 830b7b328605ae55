public import KafkaCompression
import KafkaProtocol

extension Producer {
    /// How batches are built, and by how many threads.
    public enum Strategy: Sendable {
        /// Lanes that share nothing, each with its own thread and connections: 1 to 1,024.
        case sharded(lanes: Int)
        /// One collector, and workers that serialise and compress: 1 to 1,024.
        case sequential(workers: Int)
    }

    /// All of a producer's settings.
    ///
    /// Checked when a producer is made of it.
    public struct Configuration: Sendable {
        /// How batches are built.
        public var builder: BuilderConfiguration
        /// How batches are produced.
        public var producer: ProducerConfiguration
        /// By how many threads.
        public var strategy: Strategy
        /// Called for each delivery on the producer's own thread: must be quick and must not block.
        public var onDelivery: (@Sendable (Delivery) -> Void)?

        /// The settings that most programs change; the others have their defaults, and are reached through `builder` and
        /// `producer`.
        ///
        /// - Parameters:
        ///   - codec: what compresses batches.
        ///   - acks: who must have a batch before it counts as acknowledged.
        ///   - partitioner: what chooses partitions.
        ///   - linger: how long a batch waits for more records.
        ///   - batchByteCount: bytes at which a batch is full.
        ///   - strategy: how batches are built, and by how many threads.
        ///   - onDelivery: called for each delivery on the producer's own thread.
        public init(
            codec: some CompressionCodec = Codec.uncompressed, acks: Acks = ProducerConfiguration().acks,
            partitioner: any Partitioner = BuilderConfiguration().partitioner,
            linger: Duration = BuilderConfiguration().linger,
            batchByteCount: Int = BuilderConfiguration().batchByteCount, strategy: Strategy = .sharded(lanes: 1),
            onDelivery: (@Sendable (Delivery) -> Void)? = nil
        ) {
            builder = BuilderConfiguration(
                batchByteCount: batchByteCount, linger: linger, codec: codec, partitioner: partitioner)
            producer = ProducerConfiguration(acks: acks)
            self.strategy = strategy
            self.onDelivery = onDelivery
        }

        /// Lanes, or workers.
        private var laneCount: Int {
            switch strategy {
            case .sharded(let lanes): lanes
            case .sequential(let workers): workers
            }
        }

        /// Threads that the producer needs.
        var loopCount: Int {
            switch strategy {
            case .sharded(let lanes): lanes
            case .sequential(let workers): workers + 1
            }
        }

        func validate() throws(KafkaClientError) {
            var check = ConfigurationCheck("Producer.Configuration")
            check.expect(
                "strategy", (1...1024).contains(laneCount), "has \(laneCount) lanes or workers; there must be 1 to 1024"
            )
            try ConfigurationCheck.throwIfAny(
                check.problems + builder.problems + producer.problems, for: "a producer")
        }
    }
}

public import KafkaCompression
import KafkaProtocol

extension Producer {
    /// How a producer builds batches, and on how many threads.
    public enum Strategy: Sendable {
        /// A ``ShardedBuilder``: lanes that share nothing, each with a thread and connections of its own. 1 to 1,024 lanes.
        case sharded(lanes: Int)
        /// A ``SequentialBuilder``: one thread that collects records and sends batches, and workers that serialise and
        /// compress, each with a thread of its own. 1 to 1,024 workers.
        case sequential(workers: Int)
    }

    /// All settings of a producer.
    ///
    /// They are checked when a producer is created: settings out of their bounds are then thrown as one error.
    public struct Configuration: Sendable {
        /// How batches are built.
        public var builder: BuilderConfiguration
        /// How batches are produced.
        public var producer: ProducerConfiguration
        /// How batches are built, and on how many threads.
        public var strategy: Strategy
        /// How long an append waits for room, or for the partitions of a topic: zero to one hour. Kafka's `max.block.ms`.
        public var blockTimeout = Duration.seconds(60)
        /// How long ``Producer/run()`` waits at its end until all records are delivered: zero to one day.
        public var shutdownTimeout = Duration.seconds(30)
        /// The name by which brokers know the producer's transactions: of the program that goes on where this one ends, never of two that
        /// run at the same time, for the later one fences the earlier. 1 to 32,767 bytes; nil, the default, for no transactions. With one
        /// the producer is idempotent, and records are appended within ``Producer/withTransaction(_:)``. Kafka's `transactional.id`.
        public var transactionalID: String?
        /// How long a transaction may last before its coordinator aborts it: 1 ms to one day, and at most what the broker allows, which is
        /// 15 minutes by default. With Kafka 4.2 and newer (`transaction.version` 2) the producer is told so and goes on
        /// (``KafkaClientError/Code/transactionTimedOut``); elsewhere it is fenced. Kafka's `transaction.timeout.ms`.
        public var transactionTimeout = Duration.seconds(60)
        /// How long threads may take to answer before they count as unresponsive. Tests have less.
        var patience = Duration.seconds(10)
        /// Called for each delivery, also of records that failed before they were in a batch, on the thread of the lane that
        /// sent the batch; with several lanes from several threads. It must be quick and must not block. What it throws, the
        /// next ``Producer/flush()`` throws.
        public var onDelivery: (@Sendable (Delivery) throws -> Void)?

        /// Creates a configuration by the settings that most programs change. All others have their defaults, and can be
        /// changed in `builder` and `producer`.
        ///
        /// - Parameters:
        ///   - codec: compresses batches.
        ///   - acks: which brokers must have a batch before it counts as acknowledged.
        ///   - partitioner: chooses the partition of each record.
        ///   - linger: how long a batch waits for more records: zero to one hour.
        ///   - batchByteCount: the bytes at which a batch is full, header included: 128 to
        ///     ``BuilderConfiguration/batchByteCountMax``. Nil for what suits the partitions and the brokers.
        ///   - strategy: how batches are built, and on how many threads.
        ///   - transactionalID: the name of the producer's transactions; nil for none. See the property.
        ///   - onDelivery: called for each delivery; see the property.
        public init(
            codec: some CompressionCodec = Codec.uncompressed, acks: Acks = ProducerConfiguration().acks,
            partitioner: any Partitioner = BuilderConfiguration().partitioner,
            linger: Duration = BuilderConfiguration().linger,
            batchByteCount: Int? = nil, strategy: Strategy = .sharded(lanes: 1), transactionalID: String? = nil,
            onDelivery: (@Sendable (Delivery) throws -> Void)? = nil
        ) {
            builder = BuilderConfiguration(
                batchByteCount: batchByteCount, linger: linger, codec: codec, partitioner: partitioner)
            producer = ProducerConfiguration(acks: acks)
            self.strategy = strategy
            self.transactionalID = transactionalID
            self.onDelivery = onDelivery
        }

        /// The number of threads that the producer needs.
        package var loopCount: Int {
            switch strategy {
            case .sharded(let lanes): lanes
            case .sequential(let workers): workers + 1
            }
        }

        /// The number of lanes that send batches.
        package var laneCount: Int { if case .sharded(let lanes) = strategy { lanes } else { 1 } }

        /// How the memory that the producer may use is divided: for records that lanes have not taken, and for the batches of
        /// each lane. The sequential builder keeps records that are in no batch, up to half of what its batches have.
        var memoryShares: (roomByteCountMax: Int, batchByteCountMax: Int) {
            let quarter = builder.memoryByteCountMax / 4
            return switch strategy {
            case .sharded(let lanes): (quarter, 3 * quarter / max(1, lanes))
            case .sequential: (quarter, 2 * quarter)
            }
        }

        func validate() throws(KafkaClientError) {
            var check = ConfigurationCheck("Producer.Configuration")
            let count =
                switch strategy {
                case .sharded(let lanes): lanes
                case .sequential(let workers): workers
                }
            check.expect(
                "strategy", (1...1024).contains(count), "has \(count) lanes or workers; there must be 1 to 1024")
            check.expect("blockTimeout", blockTimeout, in: .zero ... .seconds(3600))
            check.expect("shutdownTimeout", shutdownTimeout, in: .zero ... .seconds(86_400))
            check.expect(
                "producer.deliveryTimeout", producer.deliveryTimeout > builder.linger,
                "is \(producer.deliveryTimeout); it must be longer than builder.linger, which is \(builder.linger)")
            if let transactionalID {
                check.expect(
                    "transactionalID", (1...Int(Int16.max)).contains(transactionalID.utf8.count),
                    "has \(transactionalID.utf8.count) bytes; it must have 1 to 32767")
                check.expect("transactionTimeout", transactionTimeout, in: .milliseconds(1) ... .seconds(86_400))
                check.expect(
                    "transactionalID", producer.isIdempotent,
                    "needs an idempotent producer: acks all, at most 5 requests in flight, and no mayReorder")
            }
            let problems = check.problems + builder.problems + producer.problems
            if problems.isEmpty {
                check.expect(
                    "builder.memoryByteCountMax", memoryShares.batchByteCountMax / 2 >= builder.batchByteCount,
                    """
                    is \(builder.memoryByteCountMax); with \(laneCount) lanes each has \(memoryShares.batchByteCountMax) bytes \
                    for its batches, which must hold two of \(builder.batchByteCount)
                    """)
            }
            try ConfigurationCheck.throwIfAny(problems.isEmpty ? check.problems : problems, for: "a producer")
        }
    }
}

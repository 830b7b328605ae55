import KafkaClient

/// The library's configurations of a run.
extension RunConfiguration {
    /// Bytes of a request that is full. Measured from 128 KiB to 1 MiB: smaller ones wake a lane more often, which costs
    /// most where a broker has the caches meanwhile; larger ones leave a core's own cache.
    static let requestByteCount = 512 << 10

    /// A lane's memory is its share of the client's own, and what its open batches have besides.
    func builderConfiguration(lane: Int, of lanes: Int) throws -> BuilderConfiguration {
        let openBatches =
            switch partitioner {
            case .none: 1
            case .sticky where keys == .none: 1
            case .roundRobin: (partitions + lanes - 1) / lanes
            default: partitions
            }
        var configuration = BuilderConfiguration(
            batchByteCount: batchSizeBytes, batchByteCountMax: max(batchSizeBytes, 1 << 20),
            linger: .nanoseconds(lingerNs),
            memoryByteCountMax: (openBatches + 1) * batchSizeBytes + BuilderConfiguration().memoryByteCountMax / lanes,
            codec: stage == .build ? .uncompressed : codec.codec,
            partitioner: try partitioner(lane: lane, of: lanes))
        configuration.adaptsBatchByteCount = adaptsBatchSize
        return configuration
    }

    func producerConfiguration(_ settings: ClientSettings) -> ProducerConfiguration {
        // What is set bounds what is not.
        let backoff = settings.retryBackoff ?? min(.milliseconds(100), settings.retryBackoffMax ?? .seconds(1))
        let requestByteCountMax = settings.requestByteCountMax ?? ProducerConfiguration().requestByteCountMax
        return ProducerConfiguration(
            acks: acks.acks, deliveryTimeout: settings.deliveryTimeout ?? .seconds(120),
            retryBackoff: backoff, retryBackoffMax: settings.retryBackoffMax ?? max(backoff, .seconds(1)),
            attempts: settings.attempts ?? .max, idempotence: isIdempotent,
            inFlightPerBrokerMax: concurrency, mayReorder: mayReorder,
            requestByteCountTarget: min(Self.requestByteCount, requestByteCountMax),
            requestByteCountMax: requestByteCountMax)
    }

    /// What a producer gets whose doors are used. Its memory is the library's default, as an application's is.
    func producerConfiguration(forDoors settings: ClientSettings) throws -> Producer.Configuration {
        let laneCount = builder == .sharded ? cores : 1
        var configuration = Producer.Configuration(
            strategy: builder == .sharded ? .sharded(lanes: cores) : .sequential(workers: cores))
        configuration.builder = try builderConfiguration(lane: 0, of: 1)
        // Of a producer's memory lanes have three quarters, or half.
        let usual = BuilderConfiguration().memoryByteCountMax
        let openBatches = configuration.builder.memoryByteCountMax - usual
        configuration.builder.memoryByteCountMax = usual + openBatches * laneCount * 2
        configuration.producer = producerConfiguration(settings)
        configuration.transactionalID = transactionalID
        configuration.transactionTimeout = settings.transactionTimeout ?? Self.usualTransactionTimeout
        return configuration
    }

    /// Each lane's partitioner begins at another partition, so that lanes don't crowd on one.
    private func partitioner(lane: Int, of lanes: Int) throws -> any Partitioner {
        switch partitioner {
        case .none: AnyPartitioner()
        case .roundRobin: try RoundRobinPartitioner(start: lane, stride: lanes)
        case .sticky: try StickyPartitioner(start: lane, stride: lanes)
        case .murmur2: try KeyPartitioner.murmur2.rotating(from: lane, by: lanes)
        case .crc32: try KeyPartitioner.crc32.rotating(from: lane, by: lanes)
        case .fnv1a: try KeyPartitioner.fnv1a.rotating(from: lane, by: lanes)
        case .custom: CustomPartitioner(Self.chooseByLastBytes)
        }
    }

    /// An application's own choice: the number that the key ends with.
    private static func chooseByLastBytes(_ key: UnsafeRawBufferPointer?, of partitionCount: Int) -> Int32 {
        guard let key else { return -1 }
        let number = key.suffix(4).reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
        return Int32(number % UInt32(partitionCount))
    }
}

extension ClientSettings {
    func connectionConfiguration() -> ConnectionConfiguration {
        ConnectionConfiguration(
            clientID: clientID, connectTimeout: connectTimeout ?? .seconds(10),
            requestTimeout: requestTimeout ?? .seconds(30), tls: security.tls, sasl: security.sasl)
    }
}

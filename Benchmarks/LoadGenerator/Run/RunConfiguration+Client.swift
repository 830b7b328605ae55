import KafkaClient

/// The library's configurations of a run.
extension RunConfiguration {
    /// Bytes of a request that is full. Measured from 128 KiB to 1 MiB: smaller ones wake a lane more often, which costs
    /// most where a broker has the caches meanwhile; larger ones leave a core's own cache.
    static let requestByteCount = 512 << 10

    /// What one lane may hold: its open batches, its requests in flight, and one more being gathered.
    ///
    /// As little as that, because what lies in the core's own cache is what is fast.
    func builderConfiguration(lane: Int, of lanes: Int, concurrency: Int) throws -> BuilderConfiguration {
        let openBatches =
            keys == .none && partitioner == .sticky || partitioner == .none ? 1 : (partitions + lanes - 1) / lanes
        let request = max(Self.requestByteCount, 2 * batchSizeBytes)
        let requests = (concurrency + lanes - 1) / lanes + 1
        return BuilderConfiguration(
            batchByteCount: batchSizeBytes, batchByteCountMax: max(batchSizeBytes, 1 << 20),
            linger: .nanoseconds(lingerNs), memoryByteCountMax: (openBatches + 1) * batchSizeBytes + requests * request,
            codec: stage == .build ? .uncompressed : codec.codec,
            partitioner: try partitioner(lane: lane, of: lanes))
    }

    /// - Parameter concurrency: requests in flight of all lanes together; a lane gets its share. When there are fewer
    ///   requests than lanes, the lanes share one limit instead.
    func producerConfiguration(
        lane: Int, of lanes: Int, concurrency: Int, _ settings: ClientSettings
    ) -> ProducerConfiguration {
        let share = max(1, (concurrency + lanes - 1 - lane) / lanes)
        // What is set bounds what is not.
        let backoff = settings.retryBackoff ?? min(.milliseconds(100), settings.retryBackoffMax ?? .seconds(1))
        let requestByteCountMax = settings.requestByteCountMax ?? 1 << 20
        return ProducerConfiguration(
            acks: acks.acks, deliveryTimeout: settings.deliveryTimeout ?? .seconds(120),
            retryBackoff: backoff, retryBackoffMax: settings.retryBackoffMax ?? max(backoff, .seconds(1)),
            attempts: settings.attempts ?? .max, idempotence: isIdempotent,
            inFlightPerBrokerMax: min(share, settings.inFlightPerBroker ?? share),
            inFlightMax: share, requestByteCountTarget: min(Self.requestByteCount, requestByteCountMax),
            requestByteCountMax: requestByteCountMax)
    }

    /// What a producer gets whose doors are used. Its memory is the library's default, as an application's is.
    func producerConfiguration(concurrency: Int, _ settings: ClientSettings) throws -> Producer.Configuration {
        let laneCount = builder == .sharded ? cores : 1
        var configuration = Producer.Configuration(
            strategy: builder == .sharded ? .sharded(lanes: cores) : .sequential(workers: cores))
        configuration.builder = try builderConfiguration(lane: 0, of: 1, concurrency: concurrency)
        configuration.builder.memoryByteCountMax = max(
            BuilderConfiguration().memoryByteCountMax, configuration.builder.memoryByteCountMax * laneCount * 2)
        configuration.producer = producerConfiguration(lane: 0, of: laneCount, concurrency: concurrency, settings)
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
            requestTimeout: requestTimeout ?? .seconds(30))
    }
}

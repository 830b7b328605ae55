public import KafkaProtocol

/// No partitioner: every record may go to any partition, and the producer picks one per batch.
public struct AnyPartitioner: Partitioner {
    public init() {}

    public func makeAssigner() -> any PartitionAssigner { Assigner() }

    private final class Assigner: PartitionAssigner {
        func assign(_ chunk: RecordChunk, partitionCount: Int, to partitions: UnsafeMutableBufferPointer<Int32>) {
            partitions.update(repeating: -1)
        }
    }
}

/// Record after record to the next partition.
///
/// Lanes that share a topic get disjoint partitions when `start` is the lane, `stride` the number of lanes, and the
/// number of partitions a multiple of it.
public struct RoundRobinPartitioner: Partitioner {
    private let rotation: PartitionRotation

    /// Begins with partition 0, and takes every one in turn.
    public init() { rotation = PartitionRotation() }

    /// - Parameters:
    ///   - start: the first partition, from 0 on.
    ///   - stride: from one partition to the next, at least 1.
    /// - Throws: `KafkaClientError` with `.invalidArgument`.
    public init(start: Int, stride: Int) throws(KafkaClientError) {
        rotation = try PartitionRotation(start: start, stride: stride)
    }

    public func makeAssigner() -> any PartitionAssigner { Assigner(rotation) }

    private final class Assigner: PartitionAssigner {
        private var rotation: PartitionRotation

        init(_ rotation: PartitionRotation) { self.rotation = rotation }

        func assign(_ chunk: RecordChunk, partitionCount: Int, to partitions: UnsafeMutableBufferPointer<Int32>) {
            rotation.fill(partitions, partitionCount: partitionCount)
        }
    }
}

/// Records without regard to keys stick to one partition until its batch is sealed, then to the next.
///
/// The batches are as full as can be, and one is open at a time. Source: KIP-480; the order is a rotation instead of
/// chance, so that consecutive batches never wait for each other.
public struct StickyPartitioner: Partitioner {
    private let rotation: PartitionRotation

    /// Begins with partition 0, and takes every one in turn.
    public init() { rotation = PartitionRotation() }

    /// - Parameters:
    ///   - start: the first partition, from 0 on.
    ///   - stride: from one partition to the next, at least 1.
    /// - Throws: `KafkaClientError` with `.invalidArgument`.
    public init(start: Int, stride: Int) throws(KafkaClientError) {
        rotation = try PartitionRotation(start: start, stride: stride)
    }

    public func makeAssigner() -> any PartitionAssigner {
        KeyAssigner(rotation, hash: nil)
    }
}

/// Hashes keys as other clients do; records without a key stick to a partition per batch.
public struct KeyPartitioner: Partitioner {
    private let hash: @Sendable (UnsafeRawBufferPointer, Int) -> Int32
    private let rotation: PartitionRotation

    private init(
        rotation: PartitionRotation = PartitionRotation(),
        _ hash: @escaping @Sendable (UnsafeRawBufferPointer, Int) -> Int32
    ) {
        self.hash = hash
        self.rotation = rotation
    }

    /// Java's default (`BuiltInPartitioner`), librdkafka's `murmur2_random`: murmur2 of the key, an empty one too.
    public static let murmur2 = KeyPartitioner {
        Int32((KeyHash.murmur2($0) & 0x7FFF_FFFF) % UInt32($1))
    }

    /// librdkafka's `consistent_random`, its default: CRC-32 of the key; an empty key counts as none.
    public static let crc32 = KeyPartitioner { key, partitionCount in
        key.isEmpty ? -1 : Int32(KeyHash.crc32(key) % UInt32(partitionCount))
    }

    /// The ancestor's: 32-bit FNV-1a of the key, as Sarama's `HashPartitioner` reads it: signed, its absolute rest.
    /// librdkafka's `fnv1a_random`.
    public static let fnv1a = KeyPartitioner { key, partitionCount in
        abs(Int32(bitPattern: KeyHash.fnv1a(key)) % Int32(partitionCount))
    }

    /// The same partitioner whose batches without keys begin at another partition: for lanes that share a topic.
    ///
    /// - Parameters:
    ///   - start: the first partition, from 0 on.
    ///   - stride: from one partition to the next, at least 1.
    /// - Throws: `KafkaClientError` with `.invalidArgument`.
    public func rotating(from start: Int, by stride: Int) throws(KafkaClientError) -> KeyPartitioner {
        KeyPartitioner(rotation: try PartitionRotation(start: start, stride: stride), hash)
    }

    public func makeAssigner() -> any PartitionAssigner { KeyAssigner(rotation, hash: hash) }
}

/// The user's own choice, by key.
public struct CustomPartitioner: Partitioner {
    private let choose: @Sendable (UnsafeRawBufferPointer?, Int) -> Int32

    /// - Parameter choose: gets the key (nil for none) and the number of partitions; gives a partition or -1 for any.
    public init(_ choose: @escaping @Sendable (_ key: UnsafeRawBufferPointer?, _ partitionCount: Int) -> Int32) {
        self.choose = choose
    }

    public func makeAssigner() -> any PartitionAssigner { Assigner(choose) }

    private final class Assigner: PartitionAssigner {
        private let choose: @Sendable (UnsafeRawBufferPointer?, Int) -> Int32

        init(_ choose: @escaping @Sendable (UnsafeRawBufferPointer?, Int) -> Int32) { self.choose = choose }

        func assign(_ chunk: RecordChunk, partitionCount: Int, to partitions: UnsafeMutableBufferPointer<Int32>) {
            chunk.forEachKey { partitions[$0] = choose($1, partitionCount) }
        }
    }
}

private final class KeyAssigner: PartitionAssigner {
    private var rotation: PartitionRotation
    private let hash: (@Sendable (UnsafeRawBufferPointer, Int) -> Int32)?

    /// - Parameter hash: nil to disregard keys.
    init(_ rotation: PartitionRotation, hash: (@Sendable (UnsafeRawBufferPointer, Int) -> Int32)?) {
        self.rotation = rotation
        self.hash = hash
    }

    func assign(_ chunk: RecordChunk, partitionCount: Int, to partitions: UnsafeMutableBufferPointer<Int32>) {
        guard let hash else { return partitions.update(repeating: -1) }
        chunk.forEachKey { index, key in
            partitions[index] = key.map { hash($0, partitionCount) } ?? -1
        }
    }

    func partitionForBatch(partitionCount: Int) -> Int32 { rotation.advance(partitionCount: partitionCount) }
}

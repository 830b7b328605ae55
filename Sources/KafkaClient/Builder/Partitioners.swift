public import KafkaProtocol

/// Chooses no partition: every record may go to any, and the producer chooses one for each batch when it sends the batch.
public struct AnyPartitioner: Partitioner {
    /// Creates the partitioner.
    public init() {}

    /// Makes an assigner that leaves every choice to the producer.
    public func makeAssigner() -> any PartitionAssigner { Assigner() }

    private final class Assigner: PartitionAssigner {
        var partitionWithoutKey: Int32? { -1 }

        func assign(_ chunk: RecordChunk, partitionCount: Int, to partitions: UnsafeMutableBufferPointer<Int32>) {
            partitions.update(repeating: -1)
        }
    }
}

/// Puts each record into the next partition in turn, without regard to keys.
///
/// Lanes that share a topic get different partitions when `start` is the index of the lane, `stride` is the number of lanes,
/// and the number of partitions is a multiple of that.
public struct RoundRobinPartitioner: Partitioner {
    private let rotation: PartitionRotation

    /// Begins with partition 0, and takes every partition in turn.
    public init() { rotation = PartitionRotation() }

    /// Begins with a partition, and takes every n-th from there. After the last partition it goes on from the first.
    ///
    /// - Parameters:
    ///   - start: the first partition: 0 to `Int32.max`. It is taken modulo the number of partitions.
    ///   - stride: the distance from one partition to the next: 1 to `Int32.max`.
    /// - Throws: `KafkaClientError` with `.invalidArgument` when one is out of its bounds.
    public init(start: Int, stride: Int) throws(KafkaClientError) {
        rotation = try PartitionRotation(start: start, stride: stride)
    }

    /// Makes an assigner that begins with the first partition.
    public func makeAssigner() -> any PartitionAssigner { Assigner(rotation) }

    private final class Assigner: PartitionAssigner {
        private var rotation: PartitionRotation

        init(_ rotation: PartitionRotation) { self.rotation = rotation }

        func assign(_ chunk: RecordChunk, partitionCount: Int, to partitions: UnsafeMutableBufferPointer<Int32>) {
            rotation.fill(partitions, partitionCount: partitionCount)
        }
    }
}

/// Puts all records into one batch until it is sealed, and gives each batch the next partition in turn, without regard to
/// keys.
///
/// Batches are as full as can be, because only one is open at a time. Source: KIP-480, but the next partition is the next in
/// turn and not a random one, so that consecutive batches never wait for each other.
public struct StickyPartitioner: Partitioner {
    private let rotation: PartitionRotation

    /// Begins with partition 0, and takes every partition in turn.
    public init() { rotation = PartitionRotation() }

    /// Begins with a partition, and takes every n-th from there. After the last partition it goes on from the first.
    ///
    /// - Parameters:
    ///   - start: the first partition: 0 to `Int32.max`. It is taken modulo the number of partitions.
    ///   - stride: the distance from one partition to the next: 1 to `Int32.max`.
    /// - Throws: `KafkaClientError` with `.invalidArgument` when one is out of its bounds.
    public init(start: Int, stride: Int) throws(KafkaClientError) {
        rotation = try PartitionRotation(start: start, stride: stride)
    }

    /// Makes an assigner that begins with the first partition.
    public func makeAssigner() -> any PartitionAssigner {
        KeyAssigner(rotation, hash: nil)
    }
}

/// Chooses the partition by a hash of the key, as other clients do.
///
/// Records with the same key go to the same partition as long as the number of partitions does not change. Records without a
/// key share a batch, and each such batch goes to the next partition in turn.
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

    /// Murmur2 of the key, also of an empty one: the default of Kafka's Java client (`BuiltInPartitioner`), and librdkafka's
    /// `murmur2_random`.
    public static let murmur2 = KeyPartitioner {
        Int32((KeyHash.murmur2($0) & 0x7FFF_FFFF) % UInt32($1))
    }

    /// CRC-32 of the key; an empty key counts as none: librdkafka's default, `consistent_random`.
    public static let crc32 = KeyPartitioner { key, partitionCount in
        key.isEmpty ? -1 : Int32(KeyHash.crc32(key) % UInt32(partitionCount))
    }

    /// 32-bit FNV-1a of the key, also of an empty one: Sarama's `HashPartitioner`, and librdkafka's `fnv1a_random`.
    ///
    /// The hash is taken as a signed number, and the partition is the absolute value of its remainder.
    public static let fnv1a = KeyPartitioner { key, partitionCount in
        abs(Int32(bitPattern: KeyHash.fnv1a(key)) % Int32(partitionCount))
    }

    /// The same partitioner, with another order of partitions for batches of records without keys. For lanes that share a
    /// topic.
    ///
    /// - Parameters:
    ///   - start: the partition of the first such batch: 0 to `Int32.max`. It is taken modulo the number of partitions.
    ///   - stride: the distance from one partition to the next: 1 to `Int32.max`.
    /// - Throws: `KafkaClientError` with `.invalidArgument` when one is out of its bounds.
    public func rotating(from start: Int, by stride: Int) throws(KafkaClientError) -> KeyPartitioner {
        KeyPartitioner(rotation: try PartitionRotation(start: start, stride: stride), hash)
    }

    /// Makes an assigner that hashes keys.
    public func makeAssigner() -> any PartitionAssigner { KeyAssigner(rotation, hash: hash) }
}

/// Chooses the partition of each record by a function of its key.
public struct CustomPartitioner: Partitioner {
    private let choose: @Sendable (UnsafeRawBufferPointer?, Int) -> Int32

    /// Creates a partitioner.
    ///
    /// - Parameter choose: called for each record, with its key (nil for none; the pointer is valid during the call) and the
    ///   number of partitions. It returns a partition, 0 to `partitionCount - 1`, or -1 for any.
    public init(_ choose: @escaping @Sendable (_ key: UnsafeRawBufferPointer?, _ partitionCount: Int) -> Int32) {
        self.choose = choose
    }

    /// Makes an assigner that calls the function.
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

    var partitionWithoutKey: Int32? { -1 }

    func partitionForBatch(partitionCount: Int) -> Int32 { rotation.advance(partitionCount: partitionCount) }
}

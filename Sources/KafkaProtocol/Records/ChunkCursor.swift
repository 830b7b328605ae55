package import Synchronization

/// Writes records one after the other into the memory of a chunk that does not grow, and publishes each.
///
///      entries  [ e e e · · · ]      bytes  [ value key headers | value … | · · · · ]      published  [ 3 records ]
///                       ▲                                                 ▲
///                     count                                              end
///
/// Another thread may close the chunk and read what was published, which never changes. It is a value of plain numbers and
/// addresses, so that a record costs no reference counting.
package struct ChunkCursor: BitwiseCopyable {
    private let entries: UnsafeMutablePointer<RecordChunk.Entry>
    private let capacity: Int
    private let bytes: UnsafeMutableRawPointer
    private let byteCapacity: Int
    private let partitions: UnsafeMutablePointer<Int32>
    private let published: UnsafeMutablePointer<Atomic<UInt64>>
    private let limits: Limits
    private var count = 0
    private var end = 0

    /// What records must keep to be written. Those that don't are for the caller to look at.
    package struct Limits: BitwiseCopyable, Sendable {
        /// The most bytes of key, value and headers together.
        let recordByteCountMax: Int
        let partitionCount: Int32

        package init(recordByteCountMax: Int, partitionCount: Int) {
            self.recordByteCountMax = recordByteCountMax
            self.partitionCount = Int32(clamping: partitionCount)
        }
    }

    /// Of a record whose partition the partitioner chooses.
    package static let unnamedPartition = Int32.min

    /// What `write` did.
    package enum Outcome {
        case added
        /// The record was added, and is the first of the chunk.
        case addedFirst
        /// The record was added, and the chunk is full.
        case addedLast
        /// The record was not added: it finds no room, exceeds a limit, or the chunk was closed.
        case refused
    }

    /// - Parameters:
    ///   - chunk: is filled. Nobody else uses it, and it stays referenced while the cursor is used.
    ///   - partitions: has an element for each record of the chunk's capacity.
    ///   - published: is 0; see `PublishedRecords`.
    package init(
        _ chunk: RecordChunk, partitions: UnsafeMutablePointer<Int32>,
        published: UnsafeMutablePointer<Atomic<UInt64>>, limits: Limits
    ) {
        precondition(chunk.isEmpty && !chunk.sharesArena)
        entries = chunk.tail.entries
        capacity = chunk.tail.capacity
        bytes = chunk.tail.bytes
        byteCapacity = chunk.tail.byteCapacity
        self.partitions = partitions
        self.published = published
        self.limits = limits
    }

    /// A cursor that has no room.
    package init() {
        // Never written through: nothing fits.
        entries = UnsafeMutablePointer(bitPattern: 1 << 12)!
        bytes = UnsafeMutableRawPointer(bitPattern: 1 << 12)!
        partitions = UnsafeMutablePointer(bitPattern: 1 << 12)!
        published = UnsafeMutablePointer(bitPattern: 1 << 12)!
        capacity = 0
        byteCapacity = 0
        limits = Limits(recordByteCountMax: 0, partitionCount: 0)
    }

    /// Whether one more record fits, of so many bytes of key, value and headers.
    package func hasRoom(for byteCount: Int) -> Bool { count < capacity && byteCount <= byteCapacity - end }

    /// Writes a record and publishes it, if there is room for it and it keeps the limits.
    ///
    /// - Parameters:
    ///   - partition: `unnamedPartition`, -1 for any, or a partition.
    ///   - isChecked: whether the caller has had the closer look that records near the limits need.
    package mutating func write(
        _ value: RawSpan?, _ key: RawSpan?, _ headers: [RecordHeader], _ timestampMs: Int64?, partition: Int32,
        isChecked: Bool = false
    ) -> Outcome {
        let headersByteCount = headers.isEmpty ? 0 : RecordEncoding.headersByteCount(headers)
        let byteCount = (value?.byteCount ?? 0) + (key?.byteCount ?? 0) + headersByteCount
        guard hasRoom(for: byteCount) else { return .refused }
        if !isChecked {
            guard byteCount <= limits.recordByteCountMax, partition < limits.partitionCount,
                partition >= -1 || partition == Self.unnamedPartition, (timestampMs ?? 0) >= 0
            else { return .refused }
        }
        (entries + count).initialize(
            to: RecordChunk.Entry(
                value, key, headers, headersByteCount: headersByteCount, timestampMs: timestampMs, copiedTo: bytes,
                at: end))
        partitions[count] = partition
        let one = PublishedRecords.one(hasKey: key != nil, isNamed: partition != Self.unnamedPartition)
        let before = PublishedRecords(
            word: published.pointee.add(one, ordering: .acquiringAndReleasing).oldValue)
        if before.isClosed { return .refused }
        count += 1
        end += byteCount
        if count == capacity { return .addedLast }
        return count == 1 ? .addedFirst : .added
    }
}

extension RecordChunk {
    /// Says how many records a cursor has published in the chunk.
    ///
    /// - Precondition: nothing else refers to the chunk's storage.
    package mutating func setCount(_ count: Int) {
        precondition(isKnownUniquelyReferenced(&storage) && count <= tail.capacity)
        tail.count = count
        tail.byteCount = 0
        if count > 0 {
            let last = tail.entries[count - 1]
            tail.byteCount = Int(last.headersOffset) + Int(last.headersByteCount)
        }
    }
}

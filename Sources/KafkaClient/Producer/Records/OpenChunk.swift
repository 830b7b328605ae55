import KafkaProtocol
import KafkaTransport
import Synchronization

/// A chunk that one door fills, and that is closed once: by the door, because it is full, or by any other thread, because its
/// records have waited long enough.
///
///      write and publish ─▶ … ─▶ write and publish ─▶ close     (see `ChunkCursor`, `PublishedRecords`)
///
/// A record that is written after the closing is not part of the chunk: the cursor says so, and the door writes it into its
/// next chunk. What is published never changes, and is all that the closing thread reads. The memory is used again only when
/// the door has left too: until then it may be writing such a record.
final class OpenChunk: @unchecked Sendable {
    // Unchecked: the door writes behind what it has published; `chunk` and the times are used by the door before it publishes
    // the first record, and by the closing thread after.
    private(set) var chunk: RecordChunk
    let recordCapacity: Int
    /// The partition that the caller named for each record.
    let partitions: UnsafeMutablePointer<Int32>
    /// The bytes that the room counts for it.
    let byteCount: Int
    /// When the first record was written, on both clocks.
    var began = MonotonicInstant.distantPast
    var beganMs: Int64 = 0
    private let published: UnsafeMutablePointer<Atomic<UInt64>>
    private let hasLeft = Atomic<Bool>(false)
    /// The parts of the chunk that lanes still have.
    let partsLeft = Atomic<Int>(0)

    init(recordCapacity: Int, byteCapacity: Int) {
        self.recordCapacity = recordCapacity
        chunk = RecordChunk(capacity: recordCapacity, byteCapacity: byteCapacity)
        partitions = .allocate(capacity: recordCapacity)
        published = .allocate(capacity: 1)
        published.initialize(to: Atomic(0))
        byteCount = Self.byteCount(recordCapacity: recordCapacity, byteCapacity: byteCapacity)
    }

    deinit {
        partitions.deallocate()
        published.deinitialize(count: 1)
        published.deallocate()
    }

    static func byteCount(recordCapacity: Int, byteCapacity: Int) -> Int {
        byteCapacity + recordCapacity * (RecordChunk.entryByteCount + MemoryLayout<Int32>.stride)
    }

    /// A cursor that fills the chunk, which must be empty. There is one at a time.
    func makeCursor(_ limits: ChunkCursor.Limits) -> ChunkCursor {
        ChunkCursor(chunk, partitions: partitions, published: published, limits: limits)
    }

    /// Says that the door uses the chunk's cursor no more.
    func leave() { hasLeft.store(true, ordering: .releasing) }

    /// What is published so far.
    func look() -> PublishedRecords { PublishedRecords(word: published.pointee.load(ordering: .acquiring)) }

    /// Closes the chunk. Called once.
    ///
    /// - Returns: what was published.
    func close() -> PublishedRecords {
        let word = published.pointee.bitwiseOr(PublishedRecords.closed, ordering: .acquiringAndReleasing).oldValue
        let last = PublishedRecords(word: word)
        precondition(!last.isClosed, "a chunk was closed twice")
        chunk.setCount(last.count)
        return last
    }

    /// Prepares the chunk for other records.
    ///
    /// - Returns: false when its door has not left, or somebody, such as a partitioner, has kept its records.
    func reuse() -> Bool {
        guard hasLeft.load(ordering: .acquiring), chunk.isUnshared else { return false }
        hasLeft.store(false, ordering: .relaxed)
        chunk.removeAll()
        published.pointee.store(0, ordering: .relaxed)
        return true
    }
}

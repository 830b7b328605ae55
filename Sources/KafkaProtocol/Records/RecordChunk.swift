// Records on their way to a builder. A chunk is an arena of bytes and a flat list of entries that point into it, so that
// handing over a thousand records is one call, one hop and no reference counting per record.
//
//      entries  [ key at, count | value at, count | time | headers at, count ] …
//                    │               │                        │
//      arena    ─────▼───────────────▼────────────────────────▼──────────────

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// An ordered group of records for one topic, which builders and producers take with one call.
///
/// It has the semantics of a value: a change of one copy is not seen in another, and the storage is copied only then. A
/// record takes 32 bytes, and the bytes of its key, value and headers. Chunks of a few hundred records are best, because
/// they stay in the processor's cache.
public struct RecordChunk: @unchecked Sendable {
    // Unchecked: the storage is written through a unique reference only.
    var storage: Storage
    var tail: Tail
    /// What records are marked with; see `RecordChunk+Marks`.
    var runs: [RecordRun] = []
    /// The numbers of the records; nil for none. See `RecordChunk+Numbers`.
    package var numbering: RecordNumbering?

    /// Where one record's bytes lie in the arena. Counts of -1 are null.
    struct Entry: BitwiseCopyable {
        var valueOffset: UInt32
        var valueByteCount: Int32
        var keyOffset: UInt32
        var keyByteCount: Int32
        /// `unsetTimestamp`: the time at which the builder takes it.
        var timestampMs: Int64
        var headersOffset: UInt32
        /// Bytes of the headers as a record has them, their count in front; 0 for none.
        var headersByteCount: UInt32
    }

    static let unsetTimestamp = Int64.min

    /// Owns the memory of entries and bytes.
    final class Storage {
        fileprivate(set) var arena: RecordArena
        /// The arena of the keys where it is not `arena`.
        var keyArena: RecordArena?
        fileprivate(set) var entries: UnsafeMutablePointer<Entry>
        fileprivate(set) var capacity: Int
        /// What these records were taken from. Its bytes must not change while they are used here.
        let origin: Storage?
        /// Where the memory goes when nothing refers to the storage any more; nil when it is freed then.
        let recycler: ChunkRecycler?

        init(
            arena: RecordArena, keyArena: RecordArena? = nil, capacity: Int, origin: Storage? = nil,
            recycler: ChunkRecycler? = nil
        ) {
            self.arena = arena
            self.keyArena = keyArena
            self.capacity = max(1, capacity)
            self.origin = origin
            self.recycler = recycler
            entries = .allocate(capacity: self.capacity)
        }

        init(_ memory: ChunkRecycler.Memory, _ recycler: ChunkRecycler) {
            arena = memory.arena
            entries = memory.entries
            capacity = memory.capacity
            origin = nil
            self.recycler = recycler
        }

        fileprivate func grow(to capacity: Int, keeping count: Int) {
            let larger = UnsafeMutablePointer<Entry>.allocate(capacity: capacity)
            larger.initialize(from: entries, count: count)
            entries.deallocate()
            entries = larger
            self.capacity = capacity
        }

        deinit {
            let memory = ChunkRecycler.Memory(arena: arena, entries: entries, capacity: capacity)
            if recycler?.keep(memory) != true { entries.deallocate() }
        }
    }

    /// Where the next record is written: addresses in the storage, and how much of it is used. A copy of what the storage
    /// says, so that a record costs no reference counting.
    struct Tail: BitwiseCopyable {
        var entries: UnsafeMutablePointer<Entry>
        var capacity: Int
        var count = 0
        var bytes: UnsafeMutableRawPointer
        /// 0 where the arena is shared: nothing is written there.
        var byteCapacity: Int
        var byteCount = 0

        init(_ storage: Storage, sharesArena: Bool) {
            entries = storage.entries
            capacity = storage.capacity
            bytes = storage.arena.base
            byteCapacity = sharesArena ? 0 : min(storage.arena.capacity, RecordArena.byteCountMax)
        }
    }

    let sharesArena: Bool

    /// Creates an empty chunk that copies the bytes of its records.
    ///
    /// - Parameters:
    ///   - capacity: the number of records that memory is reserved for. The chunk grows when there are more.
    ///   - byteCapacity: the bytes of keys, values and headers that memory is reserved for. The chunk grows when there are
    ///     more.
    public init(capacity: Int = 256, byteCapacity: Int = 16 << 10) {
        self.init(Storage(arena: RecordArena(capacity: byteCapacity), capacity: capacity), sharesArena: false)
    }

    /// Creates an empty chunk whose records lie in an arena. They are added by
    /// ``append(keyAt:valueAt:headersAt:timestampMs:)``.
    ///
    /// - Parameters:
    ///   - arena: the bytes of keys, values and headers.
    ///   - capacity: the number of records that memory is reserved for. The chunk grows when there are more.
    public init(sharing arena: RecordArena, capacity: Int = 256) {
        self.init(Storage(arena: arena, capacity: capacity), sharesArena: true)
    }

    init(_ storage: Storage, sharesArena: Bool) {
        self.storage = storage
        self.sharesArena = sharesArena
        tail = Tail(storage, sharesArena: sharesArena)
    }

    /// The most bytes that a record takes in a batch besides its key, value and headers: 32.
    package static let recordOverheadMax = RecordEncoding.overheadMax

    /// The number of records.
    public var count: Int { tail.count }
    /// Whether the chunk has no record.
    public var isEmpty: Bool { tail.count == 0 }

    /// The bytes of keys, values and headers that the chunk has copied. For a chunk that shares an arena, the bytes of the
    /// arena.
    public var byteCount: Int { sharesArena ? storage.arena.byteCount : tail.byteCount }

    /// Headers in the form that they have in a record, to be copied into an arena: their number and their bytes (KIP-98).
    public static func encoded(_ headers: [RecordHeader]) -> [UInt8] { RecordEncoding.headers(headers) }

    /// The bytes of headers in that form.
    package static func encodedByteCount(_ headers: [RecordHeader]) -> Int { RecordEncoding.headersByteCount(headers) }

    /// Removes all records, and keeps the memory for others. A shared arena keeps its bytes. Later records have no tag.
    public mutating func removeAll() {
        if !runs.isEmpty { runs = [] }
        numbering = nil
        if !isKnownUniquelyReferenced(&storage) {
            storage =
                sharesArena
                ? Storage(arena: storage.arena, capacity: storage.capacity)
                : (storage.recycler ?? ChunkRecycler()).makeStorage(like: storage)
        }
        tail = Tail(storage, sharesArena: sharesArena)
    }

    /// Makes room for one more entry and for so many bytes, in storage that no other value shares.
    mutating func makeRoom(for byteCount: Int) {
        let isUnique = isKnownUniquelyReferenced(&storage)
        let needsEntries = tail.count == tail.capacity
        let needsBytes = !sharesArena && byteCount > tail.byteCapacity - tail.byteCount
        if isUnique, !needsEntries, !needsBytes { return }
        let old = tail
        var arena = storage.arena
        if needsBytes || !isUnique && !sharesArena {
            let needed = old.byteCount + byteCount
            arena = RecordArena(capacity: needsBytes ? max(needed, arena.capacity * 2) : arena.capacity)
            memcpy(arena.base, old.bytes, old.byteCount)
        }
        let capacity = needsEntries ? tail.capacity * 2 : tail.capacity
        if isUnique {
            storage.arena = arena
            if needsEntries { storage.grow(to: capacity, keeping: old.count) }
        } else {
            let copy = Storage(
                arena: arena, keyArena: storage.keyArena, capacity: capacity, origin: storage.origin,
                recycler: storage.recycler)
            copy.entries.initialize(from: old.entries, count: old.count)
            storage = copy
        }
        tail = Tail(storage, sharesArena: sharesArena)
        tail.count = old.count
        tail.byteCount = old.byteCount
    }

    /// Adds an entry. There must be room for it.
    mutating func add(_ entry: Entry) {
        (tail.entries + tail.count).initialize(to: entry)
        tail.count += 1
    }
}

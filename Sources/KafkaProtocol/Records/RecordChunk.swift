// Records on their way to a builder. A chunk is an arena of bytes and a flat list of entries that point into it, so that
// handing over a thousand records is one call, one hop and no reference counting per record.
//
//      entries  [ key at, count | value at, count | time | headers at, count ] …
//                    │               │                        │
//      arena    ─────▼───────────────▼────────────────────────▼──────────────

/// An ordered group of records for one topic, which builders and producers take with one call.
///
/// It has the semantics of a value: a change of one copy is not seen in another, and the storage is copied only then. A
/// record takes 32 bytes, and the bytes of its key, value and headers. Chunks of a few hundred records are best, because
/// they stay in the processor's cache.
public struct RecordChunk: @unchecked Sendable {
    // Unchecked: the storage is written through a unique reference only.
    private var storage: Storage

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

    final class Storage {
        let arena: RecordArena
        /// The arena of the keys where it is not `arena`.
        fileprivate(set) var keyArena: RecordArena?
        var entries: UnsafeMutablePointer<Entry>
        var count = 0
        var capacity: Int

        init(arena: RecordArena, keyArena: RecordArena? = nil, capacity: Int) {
            self.arena = arena
            self.keyArena = keyArena
            self.capacity = max(1, capacity)
            entries = .allocate(capacity: self.capacity)
        }

        deinit { entries.deallocate() }

        func append(_ entry: Entry) {
            if count == capacity { grow() }
            (entries + count).initialize(to: entry)
            count += 1
        }

        private func grow() {
            let larger = UnsafeMutablePointer<Entry>.allocate(capacity: capacity * 2)
            larger.initialize(from: entries, count: count)
            entries.deallocate()
            entries = larger
            capacity *= 2
        }

        func copy(sharingArena: Bool) -> Storage {
            let copy = Storage(arena: sharingArena ? arena : arena.copy(), keyArena: keyArena, capacity: capacity)
            copy.entries.initialize(from: entries, count: count)
            copy.count = count
            return copy
        }
    }

    private let sharesArena: Bool

    /// Creates an empty chunk that copies the bytes of its records.
    ///
    /// - Parameters:
    ///   - capacity: the number of records that memory is reserved for. The chunk grows when there are more.
    ///   - byteCapacity: the bytes of keys, values and headers that memory is reserved for. The chunk grows when there are
    ///     more.
    public init(capacity: Int = 256, byteCapacity: Int = 16 << 10) {
        storage = Storage(arena: RecordArena(capacity: byteCapacity), capacity: capacity)
        sharesArena = false
    }

    /// Creates an empty chunk whose records lie in an arena. They are added by
    /// ``append(keyAt:valueAt:headersAt:timestampMs:)``.
    ///
    /// - Parameters:
    ///   - arena: the bytes of keys, values and headers.
    ///   - capacity: the number of records that memory is reserved for. The chunk grows when there are more.
    public init(sharing arena: RecordArena, capacity: Int = 256) {
        storage = Storage(arena: arena, capacity: capacity)
        sharesArena = true
    }

    /// The most bytes that a record takes in a batch besides its key, value and headers: 32.
    package static let recordOverheadMax = RecordEncoding.overheadMax

    /// The number of records.
    public var count: Int { storage.count }
    /// Whether the chunk has no record.
    public var isEmpty: Bool { storage.count == 0 }

    /// The bytes of keys, values and headers that the chunk has copied. For a chunk that shares an arena, the bytes of the
    /// arena.
    public var byteCount: Int { storage.arena.byteCount }

    /// Adds a record, and copies its bytes.
    ///
    /// - Parameters:
    ///   - key: the record's key; nil for none.
    ///   - value: the record's value; nil is a tombstone, which makes a compacted topic forget the key.
    ///   - headers: the record's headers (KIP-82).
    ///   - timestampMs: milliseconds since 1970; nil for the time at which a builder takes the record.
    /// - Throws: `KafkaClientError`: `.recordTooLarge` when the key, the value or the headers have 2 GiB or more;
    ///   `.invalidArgument` when the chunk would hold more than 4 GiB, or when it shares an arena. The chunk is unchanged
    ///   then.
    public mutating func append(
        key: RawSpan?, value: RawSpan?, headers: [RecordHeader] = [], timestampMs: Int64? = nil
    ) throws(KafkaClientError) {
        let encodedHeaders = headers.isEmpty ? [] : RecordEncoding.headers(headers)
        try check(keyByteCount: key?.byteCount ?? 0, valueByteCount: value?.byteCount ?? 0, encodedHeaders.count)
        makeUnique()
        var entry = Entry(
            valueOffset: 0, valueByteCount: -1, keyOffset: 0, keyByteCount: -1,
            timestampMs: timestampMs ?? Self.unsetTimestamp, headersOffset: 0, headersByteCount: 0)
        if let key {
            entry.keyByteCount = Int32(key.byteCount)
            entry.keyOffset = storage.arena.append(key)
        }
        if let value {
            entry.valueByteCount = Int32(value.byteCount)
            entry.valueOffset = storage.arena.append(value)
        }
        if !headers.isEmpty {
            entry.headersByteCount = UInt32(encodedHeaders.count)
            entry.headersOffset = storage.arena.append(encodedHeaders.span.bytes)
        }
        storage.append(entry)
    }

    private func check(keyByteCount: Int, valueByteCount: Int, _ headersByteCount: Int) throws(KafkaClientError) {
        if sharesArena {
            throw KafkaClientError(
                .invalidArgument, "a chunk of a shared arena takes records by where they lie, not their bytes")
        }
        guard max(keyByteCount, valueByteCount, headersByteCount) <= Int(Int32.max) else {
            throw KafkaClientError(
                .recordTooLarge,
                "a record has a key of \(keyByteCount) and a value of \(valueByteCount) bytes; each may have 2 GiB at most"
            )
        }
        let byteCount = storage.arena.byteCount + keyByteCount + valueByteCount + headersByteCount
        guard byteCount <= RecordArena.byteCountMax else {
            throw KafkaClientError(
                .invalidArgument, "a chunk holds 4 GiB at most, not \(byteCount) bytes; append it, and fill another one"
            )
        }
    }

    /// Adds a record, and copies its bytes. Parameters and errors are those of the form with spans.
    public mutating func append(
        key: [UInt8]? = nil, value: [UInt8]?, headers: [RecordHeader] = [], timestampMs: Int64? = nil
    ) throws(KafkaClientError) {
        // Spans of optional arrays can't be made in one expression: an absent array has no storage to borrow.
        switch (key, value) {
        case (nil, nil):
            try append(key: RawSpan?.none, value: RawSpan?.none, headers: headers, timestampMs: timestampMs)
        case (let key?, nil): try append(key: key.span.bytes, value: nil, headers: headers, timestampMs: timestampMs)
        case (nil, let value?):
            try append(key: nil, value: value.span.bytes, headers: headers, timestampMs: timestampMs)
        case (let key?, let value?):
            try append(key: key.span.bytes, value: value.span.bytes, headers: headers, timestampMs: timestampMs)
        }
    }

    /// Adds a record whose key and value are texts, as UTF-8. Parameters and errors are those of the form with spans.
    public mutating func append(
        key: String?, value: String?, headers: [RecordHeader] = [], timestampMs: Int64? = nil
    ) throws(KafkaClientError) {
        try append(
            key: key.map { Array($0.utf8) }, value: value.map { Array($0.utf8) }, headers: headers,
            timestampMs: timestampMs)
    }

    /// Adds a record without a key whose value is a text, as UTF-8. Parameters and errors are those of the form with spans.
    public mutating func append(
        value: String, headers: [RecordHeader] = [], timestampMs: Int64? = nil
    ) throws(KafkaClientError) {
        // A form of its own, and no default for the key above: `append(value: nil)` would be ambiguous with that.
        try append(key: nil, value: value, headers: headers, timestampMs: timestampMs)
    }

    /// Adds a record whose bytes lie in the arena that the chunk shares. Nothing is copied.
    ///
    /// - Parameters:
    ///   - key: the range of the key in the arena; nil for none.
    ///   - value: the range of the value in the arena; nil is a tombstone, which makes a compacted topic forget the key.
    ///   - headers: the range of the headers in the arena, in the form of ``encoded(_:)``; nil for none.
    ///   - timestampMs: milliseconds since 1970; nil for the time at which a builder takes the record.
    /// - Throws: `KafkaClientError`: `.invalidArgument` when a range does not lie within the arena, `.recordTooLarge` when
    ///   one has 2 GiB or more. The chunk is unchanged then.
    public mutating func append(
        keyAt key: Range<Int>?, valueAt value: Range<Int>?, headersAt headers: Range<Int>? = nil,
        timestampMs: Int64? = nil
    ) throws(KafkaClientError) {
        try check("key", key)
        try check("value", value)
        try check("headers", headers)
        makeUnique()
        storage.append(
            Entry(
                valueOffset: UInt32(truncatingIfNeeded: value?.lowerBound ?? 0),
                valueByteCount: Int32(value?.count ?? -1),
                keyOffset: UInt32(truncatingIfNeeded: key?.lowerBound ?? 0), keyByteCount: Int32(key?.count ?? -1),
                timestampMs: timestampMs ?? Self.unsetTimestamp,
                headersOffset: UInt32(truncatingIfNeeded: headers?.lowerBound ?? 0),
                headersByteCount: UInt32(headers?.count ?? 0)))
    }

    private func check(_ field: StaticString, _ range: Range<Int>?) throws(KafkaClientError) {
        guard let range else { return }
        let byteCount = storage.arena.byteCount
        guard range.lowerBound >= 0, range.upperBound <= byteCount else {
            throw KafkaClientError(
                .invalidArgument, "the \(field) of a record lies at \(range), outside the arena's \(byteCount) bytes")
        }
        guard range.count <= Int(Int32.max) else {
            throw KafkaClientError(
                .recordTooLarge, "the \(field) of a record has \(range.count) bytes; it may have 2 GiB at most")
        }
    }

    /// Headers in the form that they have in a record, to be copied into an arena: their number and their bytes (KIP-98).
    public static func encoded(_ headers: [RecordHeader]) -> [UInt8] { RecordEncoding.headers(headers) }

    /// Removes all records, and keeps the memory for others. A shared arena keeps its bytes.
    public mutating func removeAll() {
        if isKnownUniquelyReferenced(&storage) {
            storage.count = 0
            if !sharesArena { storage.arena.removeAll() }
        } else {
            let arena = sharesArena ? storage.arena : RecordArena(capacity: storage.arena.byteCount)
            storage = Storage(arena: arena, capacity: storage.capacity)
        }
    }

    private mutating func makeUnique() {
        if !isKnownUniquelyReferenced(&storage) { storage = storage.copy(sharingArena: sharesArena) }
    }
}

extension RecordChunk {
    /// Calls `body` with the entries, their number and the addresses of their bytes, which are valid during the call.
    func withEntries<R>(_ body: (UnsafePointer<Entry>, Int, Bases) -> R) -> R {
        withExtendedLifetime(storage) {
            let arena = UnsafeRawPointer(storage.arena.base)
            let keys = storage.keyArena.map { UnsafeRawPointer($0.base) } ?? arena
            return body(UnsafePointer(storage.entries), storage.count, Bases(arena: arena, keys: keys))
        }
    }

    /// The addresses that the offsets of entries count from.
    struct Bases {
        /// Of values and headers.
        let arena: UnsafeRawPointer
        let keys: UnsafeRawPointer
    }

    /// The most bytes that one record takes in a batch, for bounds and accounting.
    package func encodedByteCountMax(at index: Int) -> Int {
        withEntries { entries, count, _ in
            precondition(index < count)
            return RecordEncoding.byteCountMax(entries[index])
        }
    }

    /// The exact bytes of a batch that holds this record alone.
    package func batchByteCountAlone(at index: Int) -> Int {
        withEntries { entries, count, _ in
            precondition(index < count)
            let body = RecordEncoding.bodyByteCount(entries[index], timestampDelta: 0, offsetDelta: 0)
            return RecordBatchHeader.byteCount + RecordEncoding.varintByteCount(Int64(body)) + body
        }
    }

    /// Replaces the records by a span of another chunk's, which shares the same arena. Copies the entries once.
    ///
    /// - Precondition: both chunks were made by `init(sharing:)` with the same arena.
    package mutating func replaceAll(with range: Range<Int>, of other: RecordChunk) {
        precondition(sharesArena && other.storage.arena === storage.arena && range.upperBound <= other.count)
        if !isKnownUniquelyReferenced(&storage) || storage.capacity < range.count {
            storage = Storage(arena: storage.arena, capacity: range.count)
        }
        storage.entries.update(from: other.storage.entries + range.lowerBound, count: range.count)
        storage.count = range.count
    }

    /// Replaces the records in the same way, and gives them keys of this chunk's own, all of one size.
    ///
    /// Copies the entries once, and writes the keys.
    ///
    /// - Parameter write: gets the memory of all keys, `keyByteCount` bytes for each in their order. What no earlier call
    ///   has written there is zero.
    package mutating func replaceAll(
        with range: Range<Int>, of other: RecordChunk, keyByteCount: Int,
        writingKeys write: (UnsafeMutableRawBufferPointer) -> Void
    ) {
        precondition(sharesArena && other.storage.arena === storage.arena && range.upperBound <= other.count)
        let byteCount = range.count * keyByteCount
        // Storage that a copy of this chunk shares, or keys that selected records share, must not change.
        let isFree = isKnownUniquelyReferenced(&storage) && isKnownUniquelyReferenced(&storage.keyArena)
        if !isFree || storage.capacity < range.count || (storage.keyArena?.byteCount ?? 0) < byteCount {
            let capacity = max(storage.capacity, range.count)
            storage = Storage(
                arena: storage.arena, keyArena: RecordArena(zeroed: capacity * keyByteCount), capacity: capacity)
        }
        guard let keys = storage.keyArena?.base else { return }
        write(UnsafeMutableRawBufferPointer(start: keys, count: byteCount))
        let entries = storage.entries
        entries.update(from: other.storage.entries + range.lowerBound, count: range.count)
        for index in 0..<range.count {
            entries[index].keyOffset = UInt32(truncatingIfNeeded: index * keyByteCount)
            entries[index].keyByteCount = Int32(keyByteCount)
        }
        storage.count = range.count
    }

    /// Copies chosen records into a chunk that shares this one's bytes.
    package func selecting(_ indices: some Collection<Int>) -> RecordChunk {
        let result = RecordChunk(sharing: storage.arena, capacity: indices.count)
        result.storage.keyArena = storage.keyArena
        for index in indices {
            precondition(index < storage.count)
            result.storage.append(storage.entries[index])
        }
        return result
    }

    /// Calls `body` for each record, in order, with its key. For a ``PartitionAssigner`` that chooses partitions by keys.
    ///
    /// - Parameter body: gets the record's index, from 0 on, and its key, nil for none. The pointer is valid during the
    ///   call.
    public func forEachKey(_ body: (_ index: Int, _ key: UnsafeRawBufferPointer?) -> Void) {
        withEntries { entries, count, bases in
            for index in 0..<count {
                let entry = entries[index]
                body(
                    index,
                    entry.keyByteCount < 0
                        ? nil
                        : UnsafeRawBufferPointer(
                            start: bases.keys + Int(entry.keyOffset), count: Int(entry.keyByteCount)))
            }
        }
    }
}

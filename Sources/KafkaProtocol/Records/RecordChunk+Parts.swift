// What builders and doors do with the records of a chunk: look at them, and take some of them.

extension RecordChunk {
    /// Calls `body` with the entries, their number and the addresses of their bytes, which are valid during the call.
    func withEntries<R>(_ body: (UnsafePointer<Entry>, Int, Bases) -> R) -> R {
        withExtendedLifetime(storage) {
            let arena = UnsafeRawPointer(tail.bytes)
            let keys = storage.keyArena.map { UnsafeRawPointer($0.base) } ?? arena
            return body(UnsafePointer(tail.entries), tail.count, Bases(arena: arena, keys: keys))
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

    /// How many records of a range fit into some bytes, in order, and the most bytes that they take.
    ///
    /// - Parameters:
    ///   - room: their bytes at most.
    ///   - recordCount, byteCount: no more are counted when they are so many at least, and have so many bytes.
    package func fitting(
        _ range: Range<Int>, room: Int, until recordCount: Int, _ byteCount: Int
    ) -> (end: Int, byteCount: Int) {
        withEntries { entries, count, _ in
            precondition(range.upperBound <= count)
            var sum = 0
            var index = range.lowerBound
            while index < range.upperBound, index - range.lowerBound < recordCount || sum < byteCount {
                let next = RecordEncoding.byteCountMax(entries[index])
                if next > room - sum { break }
                sum += next
                index += 1
            }
            return (index, sum)
        }
    }

    /// Whether a record fits no batch of so many bytes.
    package func isTooLong(at index: Int, for batchByteCountMax: Int) -> Bool {
        RecordBatchHeader.byteCount + encodedByteCountMax(at: index) > batchByteCountMax
            && batchByteCountAlone(at: index) > batchByteCountMax
    }

    /// The exact bytes of a batch that holds this record alone.
    package func batchByteCountAlone(at index: Int) -> Int {
        withEntries { entries, count, _ in
            precondition(index < count)
            return Self.batchByteCountAlone(entries[index])
        }
    }

    /// The exact bytes of a batch that holds one record. Nil is null.
    package static func batchByteCountAlone(
        keyByteCount: Int?, valueByteCount: Int?, headersByteCount: Int
    ) -> Int {
        batchByteCountAlone(
            Entry(
                valueOffset: 0, valueByteCount: Int32(clamping: valueByteCount ?? -1), keyOffset: 0,
                keyByteCount: Int32(clamping: keyByteCount ?? -1), timestampMs: 0, headersOffset: 0,
                headersByteCount: UInt32(clamping: headersByteCount)))
    }

    private static func batchByteCountAlone(_ entry: Entry) -> Int {
        let body = RecordEncoding.bodyByteCount(entry, timestampDelta: 0, offsetDelta: 0)
        return RecordBatchHeader.byteCount + RecordEncoding.varintByteCount(Int64(body)) + body
    }

    /// What a door has to know of a chunk before it takes it. Linear.
    package var extent: Extent {
        withEntries { entries, count, _ in
            var extent = Extent()
            for index in 0..<count {
                let byteCount = RecordEncoding.byteCountMax(entries[index])
                extent.byteCount += byteCount + MemoryLayout<Entry>.stride - RecordEncoding.overheadMax
                extent.longestRecordByteCount = max(extent.longestRecordByteCount, byteCount)
                if entries[index].keyByteCount >= 0 { extent.hasKeys = true }
            }
            return extent
        }
    }

    /// See `extent`.
    package struct Extent {
        /// The memory that the records take in the chunk.
        package var byteCount = 0
        /// At least the most bytes that one of the records takes in a batch.
        package var longestRecordByteCount = 0
        package var hasKeys = false
    }

    /// Orders records by groups, within which they keep their order. The result shares this chunk's bytes.
    ///
    /// - Parameters:
    ///   - groups: the group of each record, 0 to `groupCount - 1`.
    ///   - slots: a number of each record, which is ordered as the records are.
    /// - Returns: the records, their numbers, and the range of each group.
    package func grouped(
        by groups: [Int32], count groupCount: Int, slots: [Int32]
    ) -> (chunk: RecordChunk, slots: [Int32], ranges: [Range<Int>]) {
        precondition(groups.count == count && slots.count == count)
        var starts = [Int](repeating: 0, count: groupCount + 1)
        for group in groups { starts[Int(group) + 1] += 1 }
        for group in 0..<groupCount { starts[group + 1] += starts[group] }
        let ranges = (0..<groupCount).map { starts[$0]..<starts[$0 + 1] }
        var ordered = derived(capacity: count)
        let orderedSlots = [Int32](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            for index in 0..<count {
                let position = starts[Int(groups[index])]
                starts[Int(groups[index])] += 1
                (ordered.tail.entries + position).initialize(to: tail.entries[index])
                buffer.initializeElement(at: position, to: slots[index])
            }
            initializedCount = count
        }
        ordered.tail.count = count
        if hasMarks { ordered.takeMarks(of: self, orderedBy: groups, ranges) }
        if let numbering { ordered.numbering = numbering.selecting(Self.places(orderedBy: groups, ranges)) }
        return (ordered, orderedSlots, ranges)
    }

    /// Where the records were that are ordered by groups.
    private static func places(orderedBy groups: [Int32], _ ranges: [Range<Int>]) -> [Int] {
        var next = ranges.map(\.lowerBound)
        var places = [Int](repeating: 0, count: groups.count)
        for (index, group) in groups.enumerated() {
            places[next[Int(group)]] = index
            next[Int(group)] += 1
        }
        return places
    }

    private mutating func takeMarks(of other: RecordChunk, orderedBy groups: [Int32], _ ranges: [Range<Int>]) {
        var next = ranges.map(\.lowerBound)
        var marks = [RecordMark?](repeating: nil, count: other.count)
        for index in 0..<other.count {
            let group = Int(groups[index])
            marks[next[group]] = other.mark(at: index)
            next[group] += 1
        }
        for (index, mark) in marks.enumerated() { self.mark(mark, from: index) }
    }

    /// The same records; in memory of their own where they take less than half of this chunk's.
    package func withoutSpareMemory() -> RecordChunk {
        if sharesArena || tail.byteCount * 2 > tail.byteCapacity || storage.keyArena != nil { return self }
        var copy = RecordChunk(capacity: count, byteCapacity: tail.byteCount)
        UnsafeMutableRawBufferPointer(start: copy.tail.bytes, count: tail.byteCount)
            .copyMemory(from: UnsafeRawBufferPointer(start: tail.bytes, count: tail.byteCount))
        copy.tail.entries.initialize(from: tail.entries, count: count)
        copy.tail.count = count
        copy.tail.byteCount = tail.byteCount
        copy.runs = runs
        copy.numbering = numbering
        return copy
    }

    /// An empty chunk for some of these records. It shares their bytes, and keeps them from being changed.
    private func derived(capacity: Int) -> RecordChunk {
        RecordChunk(
            Storage(arena: storage.arena, keyArena: storage.keyArena, capacity: capacity, origin: storage),
            sharesArena: true)
    }

    /// Replaces the records by a span of another chunk's, which shares the same arena. Copies the entries once.
    ///
    /// - Precondition: both chunks were made by `init(sharing:)` with the same arena.
    package mutating func replaceAll(with range: Range<Int>, of other: RecordChunk) {
        precondition(sharesArena && other.storage.arena === storage.arena && range.upperBound <= other.count)
        if !isKnownUniquelyReferenced(&storage) || storage.capacity < range.count {
            storage = Storage(arena: storage.arena, capacity: range.count)
            tail = Tail(storage, sharesArena: true)
        }
        tail.entries.update(from: other.tail.entries + range.lowerBound, count: range.count)
        tail.count = range.count
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
            tail = Tail(storage, sharesArena: true)
        }
        guard let keys = storage.keyArena?.base else { return }
        write(UnsafeMutableRawBufferPointer(start: keys, count: byteCount))
        let entries = tail.entries
        entries.update(from: other.tail.entries + range.lowerBound, count: range.count)
        for index in 0..<range.count {
            entries[index].keyOffset = UInt32(truncatingIfNeeded: index * keyByteCount)
            entries[index].keyByteCount = Int32(keyByteCount)
        }
        tail.count = range.count
    }

    /// Copies chosen records into a chunk that shares this one's bytes.
    package func selecting(_ indices: some Collection<Int>) -> RecordChunk {
        var result = derived(capacity: indices.count)
        result.numbering = numbering?.selecting(indices)
        for index in indices {
            precondition(index < count)
            if hasMarks { result.mark(mark(at: index)) }
            result.add(tail.entries[index])
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

extension RecordChunk {
    /// The memory that each record takes in a chunk besides its bytes.
    package static let entryByteCount = MemoryLayout<Entry>.stride

    /// Whether no other value shares the memory of this one.
    package var isUnshared: Bool {
        mutating get { isKnownUniquelyReferenced(&storage) }
    }
}

extension RecordChunk {
    /// The value of a record, borrowed from the chunk; nil for none.
    @_lifetime(borrow self)
    package func value(at index: Int) -> RawSpan? {
        precondition(index < count)
        let entry = tail.entries[index]
        return span(tail.bytes, entry.valueOffset, entry.valueByteCount)
    }

    /// The key of a record, borrowed from the chunk; nil for none.
    @_lifetime(borrow self)
    package func key(at index: Int) -> RawSpan? {
        precondition(index < count)
        let entry = tail.entries[index]
        return span(storage.keyArena?.base ?? tail.bytes, entry.keyOffset, entry.keyByteCount)
    }

    @_lifetime(borrow self)
    private func span(_ base: UnsafeMutableRawPointer, _ offset: UInt32, _ byteCount: Int32) -> RawSpan? {
        if byteCount < 0 { return nil }
        let span = RawSpan(_unsafeStart: UnsafeRawPointer(base + Int(offset)), byteCount: Int(byteCount))
        return _overrideLifetime(span, borrowing: self)
    }
}

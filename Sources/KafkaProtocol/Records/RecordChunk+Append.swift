extension RecordChunk {
    /// Adds a record, and copies its bytes.
    ///
    /// - Parameters:
    ///   - value: the record's value.
    ///   - key: the record's key.
    ///   - headers: the record's headers (KIP-82).
    ///   - timestampMs: milliseconds since 1970, not negative; nil for the time at which a producer or builder takes the
    ///     record.
    /// - Throws: `KafkaClientError`: `.recordTooLarge` when the key, the value or the headers have 2 GiB or more;
    ///   `.invalidArgument` for a negative timestamp, when the chunk would hold more than 4 GiB, or when it shares an arena.
    ///   The chunk is unchanged then.
    @inlinable
    public mutating func append<Value: RecordBytes & ~Copyable & ~Escapable, Key: RecordBytes & ~Copyable & ~Escapable>(
        value: borrowing Value, key: borrowing Key, headers: [RecordHeader] = [], timestampMs: Int64? = nil
    ) throws(KafkaClientError) {
        try value.withRecordBytes { value throws(KafkaClientError) in
            try key.withRecordBytes { key throws(KafkaClientError) in try add(value, key, headers, timestampMs) }
        }
    }

    /// Adds a record without a key, and copies its bytes. Parameters and errors are those of the form with a key.
    @inlinable
    public mutating func append<Value: RecordBytes & ~Copyable & ~Escapable>(
        value: borrowing Value, key: NullBytes = NullBytes(), headers: [RecordHeader] = [], timestampMs: Int64? = nil
    ) throws(KafkaClientError) {
        try value.withRecordBytes { value throws(KafkaClientError) in try add(value, nil, headers, timestampMs) }
    }

    /// Adds a tombstone, which makes a compacted topic forget the key. Parameters and errors are those of the form with a
    /// value.
    @inlinable
    public mutating func append<Key: RecordBytes & ~Copyable & ~Escapable>(
        value: NullBytes, key: borrowing Key, headers: [RecordHeader] = [], timestampMs: Int64? = nil
    ) throws(KafkaClientError) {
        try key.withRecordBytes { key throws(KafkaClientError) in try add(nil, key, headers, timestampMs) }
    }

    @usableFromInline
    mutating func add(
        _ value: RawSpan?, _ key: RawSpan?, _ headers: [RecordHeader], _ timestampMs: Int64?
    ) throws(KafkaClientError) {
        let headersByteCount = headers.isEmpty ? 0 : RecordEncoding.headersByteCount(headers)
        let byteCount = (value?.byteCount ?? 0) + (key?.byteCount ?? 0) + headersByteCount
        let isEasy =
            tail.count < tail.capacity && byteCount <= tail.byteCapacity - tail.byteCount && byteCount <= Int(Int32.max)
        if !isEasy || !isKnownUniquelyReferenced(&storage) || (timestampMs ?? 0) < 0 {
            try check(key?.byteCount ?? 0, value?.byteCount ?? 0, headersByteCount, timestampMs)
            makeRoom(for: byteCount)
        }
        add(
            Entry(
                value, key, headers, headersByteCount: headersByteCount, timestampMs: timestampMs,
                copiedTo: tail.bytes, at: tail.byteCount))
        tail.byteCount += byteCount
    }

    @inline(never)
    private func check(
        _ keyByteCount: Int, _ valueByteCount: Int, _ headersByteCount: Int, _ timestampMs: Int64?
    ) throws(KafkaClientError) {
        if sharesArena {
            throw KafkaClientError(
                .invalidArgument, "a chunk of a shared arena takes records by where they lie, not their bytes")
        }
        try Self.check(timestampMs: timestampMs)
        guard max(keyByteCount, valueByteCount, headersByteCount) <= Int(Int32.max) else {
            throw KafkaClientError(
                .recordTooLarge,
                "a record has a key of \(keyByteCount) and a value of \(valueByteCount) bytes; each may have 2 GiB at most"
            )
        }
        let byteCount = tail.byteCount + keyByteCount + valueByteCount + headersByteCount
        guard byteCount <= RecordArena.byteCountMax else {
            throw KafkaClientError(
                .invalidArgument, "a chunk holds 4 GiB at most, not \(byteCount) bytes; append it, and fill another one"
            )
        }
    }

    /// - Throws: `KafkaClientError` with `.invalidArgument` for a time before 1970: Kafka's brokers refuse it, because -1
    ///   means none.
    package static func check(timestampMs: Int64?) throws(KafkaClientError) {
        guard let timestampMs, timestampMs < 0 else { return }
        throw KafkaClientError(
            .invalidArgument,
            "a record's timestamp is \(timestampMs); it counts milliseconds since 1970 and can't be negative"
        )
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
        try Self.check(timestampMs: timestampMs)
        try check("key", key)
        try check("value", value)
        try check("headers", headers)
        makeRoom(for: 0)
        add(
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
}

extension RecordChunk.Entry {
    /// Copies a record's bytes to `base + offset`, where there is room for them, one after the other.
    @inline(__always)
    init(
        _ value: RawSpan?, _ key: RawSpan?, _ headers: [RecordHeader], headersByteCount: Int, timestampMs: Int64?,
        copiedTo base: UnsafeMutableRawPointer, at offset: Int
    ) {
        var end = offset
        valueOffset = UInt32(truncatingIfNeeded: end)
        valueByteCount = Self.copy(value, base, &end)
        keyOffset = UInt32(truncatingIfNeeded: end)
        keyByteCount = Self.copy(key, base, &end)
        headersOffset = UInt32(truncatingIfNeeded: end)
        self.headersByteCount = UInt32(truncatingIfNeeded: headersByteCount)
        if headersByteCount > 0 { RecordEncoding.write(headers, to: base + end) }
        self.timestampMs = timestampMs ?? RecordChunk.unsetTimestamp
    }

    @inline(__always)
    private static func copy(_ bytes: RawSpan?, _ base: UnsafeMutableRawPointer, _ end: inout Int) -> Int32 {
        guard let bytes else { return -1 }
        bytes.withUnsafeBytes { source in
            if let start = source.baseAddress { RecordEncoding.copy(start, source.count, to: base + end) }
        }
        end += bytes.byteCount
        return Int32(truncatingIfNeeded: bytes.byteCount)
    }
}

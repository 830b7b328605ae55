// The bytes of a record (KIP-98, varints zig-zag):
//
//      length | attributes | timestamp delta | offset delta | key length, key | value length, value | headers
//      varint    int8          varlong            varint         varint           varint             varint, …

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Writes records into a batch: the inner loop of producing.
enum RecordEncoding {
    /// Varints at their longest, and the attributes.
    static let overheadMax = 5 + 1 + 10 + 5 + 5 + 5 + 1

    static func byteCountMax(_ entry: RecordChunk.Entry) -> Int {
        overheadMax + Int(max(0, entry.keyByteCount)) + Int(max(0, entry.valueByteCount)) + Int(entry.headersByteCount)
    }

    /// Bytes of the record without its length.
    @inline(__always)
    static func bodyByteCount(_ entry: RecordChunk.Entry, timestampDelta: Int64, offsetDelta: Int32) -> Int {
        1 + varintByteCount(timestampDelta) + varintByteCount(Int64(offsetDelta))
            + varintByteCount(Int64(entry.keyByteCount)) + Int(max(0, entry.keyByteCount))
            + varintByteCount(Int64(entry.valueByteCount)) + Int(max(0, entry.valueByteCount))
            + (entry.headersByteCount == 0 ? 1 : Int(entry.headersByteCount))
    }

    /// Writes one record and gives the byte after it.
    ///
    /// - Invariant: `target` has room for the length's varint and `bodyByteCount`, as `OpenBatch` has checked.
    @inline(__always)
    static func write(
        _ entry: RecordChunk.Entry, bodyByteCount: Int, timestampDelta: Int64, offsetDelta: Int32,
        bases: RecordChunk.Bases, to target: UnsafeMutableRawPointer
    ) -> UnsafeMutableRawPointer {
        var cursor = writeVarint(Int64(bodyByteCount), to: target)
        let bodyStart = cursor
        cursor.storeBytes(of: 0, as: UInt8.self)
        cursor = writeVarint(timestampDelta, to: cursor + 1)
        cursor = writeVarint(Int64(offsetDelta), to: cursor)
        cursor = writeField(entry.keyByteCount, bases.keys + Int(entry.keyOffset), to: cursor)
        cursor = writeField(entry.valueByteCount, bases.arena + Int(entry.valueOffset), to: cursor)
        if entry.headersByteCount == 0 {
            cursor.storeBytes(of: 0, as: UInt8.self)
            cursor += 1
        } else {
            copy(bases.arena + Int(entry.headersOffset), Int(entry.headersByteCount), to: cursor)
            cursor += Int(entry.headersByteCount)
        }
        assert(cursor - bodyStart == bodyByteCount, "a record was written longer or shorter than it was predicted")
        return cursor
    }

    @inline(__always)
    private static func writeField(
        _ byteCount: Int32, _ source: UnsafeRawPointer, to target: UnsafeMutableRawPointer
    ) -> UnsafeMutableRawPointer {
        let cursor = writeVarint(Int64(byteCount), to: target)
        if byteCount <= 0 { return cursor }
        copy(source, Int(byteCount), to: cursor)
        return cursor + Int(byteCount)
    }

    @inline(__always)
    static func varintByteCount(_ value: Int64) -> Int {
        let bits = RecordVarint.zigZag(value)
        if bits < 1 << 7 { return 1 }
        if bits < 1 << 14 { return 2 }
        return RecordVarint.byteCount(value)
    }

    /// One and two bytes in line, more out of line.
    @inline(__always)
    static func writeVarint(_ value: Int64, to target: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
        let bits = RecordVarint.zigZag(value)
        if bits < 1 << 7 {
            target.storeBytes(of: UInt8(truncatingIfNeeded: bits), as: UInt8.self)
            return target + 1
        }
        if bits < 1 << 14 {
            let both = UInt16(truncatingIfNeeded: (bits & 0x7F) | 0x80 | (bits >> 7) << 8)
            target.storeBytes(of: both.littleEndian, as: UInt16.self)
            return target + 2
        }
        return writeLongVarint(bits, to: target)
    }

    @inline(never)
    private static func writeLongVarint(_ value: UInt64, to target: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer
    {
        var bits = value
        var cursor = target
        while bits >= 0x80 {
            cursor.storeBytes(of: UInt8(truncatingIfNeeded: bits) | 0x80, as: UInt8.self)
            bits >>= 7
            cursor += 1
        }
        cursor.storeBytes(of: UInt8(truncatingIfNeeded: bits), as: UInt8.self)
        return cursor + 1
    }

    /// Copies short spans without a call: records are short, and a call through the linker's table costs as much as the
    /// copy.
    ///
    /// - Invariant: `count` bytes are readable and writable. The last step overlaps the one before it, so no byte outside
    ///   them is touched.
    @inline(__always)
    static func copy(_ source: UnsafeRawPointer, _ count: Int, to target: UnsafeMutableRawPointer) {
        if count < 16 || count > 512 {
            memcpy(target, source, count)
            return
        }
        var offset = 0
        let last = count - 16
        while offset < last {
            target.storeBytes(
                of: source.loadUnaligned(fromByteOffset: offset, as: SIMD16<UInt8>.self), toByteOffset: offset,
                as: SIMD16<UInt8>.self)
            offset += 16
        }
        target.storeBytes(
            of: source.loadUnaligned(fromByteOffset: last, as: SIMD16<UInt8>.self), toByteOffset: last,
            as: SIMD16<UInt8>.self)
    }

    /// Headers with their count in front, as a record has them.
    static func headers(_ headers: [RecordHeader]) -> [UInt8] {
        let byteCount = headersByteCount(headers)
        return [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            write(headers, to: UnsafeMutableRawPointer(buffer.baseAddress!))
            count = byteCount
        }
    }

    /// The bytes of headers with their count in front.
    static func headersByteCount(_ headers: [RecordHeader]) -> Int {
        var byteCount = varintByteCount(Int64(headers.count))
        for header in headers {
            let keyByteCount = header.key.utf8.count
            byteCount += varintByteCount(Int64(keyByteCount)) + keyByteCount
            byteCount += varintByteCount(header.value.map { Int64($0.count) } ?? -1) + (header.value?.count ?? 0)
        }
        return byteCount
    }

    /// Writes headers with their count in front.
    ///
    /// - Invariant: `target` has room for `headersByteCount(headers)` bytes.
    static func write(_ headers: [RecordHeader], to target: UnsafeMutableRawPointer) {
        var cursor = writeVarint(Int64(headers.count), to: target)
        for header in headers {
            cursor = write(header.key.utf8Span.span.bytes, to: cursor)
            if let value = header.value {
                cursor = write(value.span.bytes, to: cursor)
            } else {
                cursor = writeVarint(-1, to: cursor)
            }
        }
    }

    private static func write(_ bytes: RawSpan, to target: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
        let cursor = writeVarint(Int64(bytes.byteCount), to: target)
        bytes.withUnsafeBytes { source in
            if let start = source.baseAddress { memcpy(cursor, start, source.count) }
        }
        return cursor + bytes.byteCount
    }
}

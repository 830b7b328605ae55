/// Strings, bytes, arrays and records: everything that begins with a length.
extension WireWriter {
    package mutating func string(_ value: String, compact: Bool) {
        nullableString(value, compact: compact)
    }

    package mutating func nullableString(_ value: String?, compact: Bool) {
        guard var value else {
            return compact ? unsignedVarint(0) : int16(-1)
        }
        value.withUTF8 { utf8 in
            guard utf8.count <= WireReader.stringByteCountMax else {
                return fail(expected: "a string of at most \(WireReader.stringByteCountMax) bytes, got \(utf8.count)")
            }
            if compact {
                unsignedVarint(UInt32(utf8.count + 1))
            } else {
                int16(Int16(utf8.count))
            }
            raw(UnsafeRawBufferPointer(utf8))
        }
    }

    package mutating func bytes(_ value: [UInt8], compact: Bool) {
        nullableBytes(value, compact: compact)
    }

    package mutating func nullableBytes(_ value: [UInt8]?, compact: Bool) {
        length(value?.count, compact: compact)
        value?.withUnsafeBytes { raw($0) }
    }

    /// The count of an array, nil for a null one.
    package mutating func arrayCount(_ count: Int?, compact: Bool) {
        length(count, compact: compact)
    }

    /// A records field; external bytes are spliced, not copied. A located one belongs to another buffer and fails.
    package mutating func records(_ value: RecordsField, compact: Bool) {
        switch value {
        case .null:
            length(nil, compact: compact)
        case .bytes(let bytes):
            self.bytes(bytes, compact: compact)
        case .external(let byteCount):
            length(byteCount, compact: compact)
            if !hasFailed {
                spliceExternal(byteCount: byteCount)
            }
        case .headed(let byteCount, let own):
            length(byteCount, compact: compact)
            if !hasFailed {
                leaveRoom(byteCount: own)
                spliceExternal(byteCount: byteCount - own)
            }
        case .located:
            fail(expected: "records as bytes or as an external byte count, got a range of a received frame")
        }
    }

    private mutating func length(_ value: Int?, compact: Bool) {
        guard let value else {
            return compact ? unsignedVarint(0) : int32(-1)
        }
        guard value >= 0, value < Int32.max else {
            return fail(expected: "a length of 0 to \(Int32.max - 1), got \(value)")
        }
        if compact {
            unsignedVarint(UInt32(value) + 1)
        } else {
            int32(Int32(value))
        }
    }
}

/// Strings, bytes, arrays, records and tagged fields: everything that begins with a length.
extension WireReader {
    /// Kafka's own limit of a string, in either form.
    static let stringByteCountMax = 0x7fff

    // MARK: Strings

    package mutating func string(compact: Bool) -> String {
        guard let value = nullableString(compact: compact) else {
            fail(expected: "a string, found null")
            return ""
        }
        return value
    }

    package mutating func nullableString(compact: Bool) -> String? {
        let start = offset
        let length = compact ? compactLength() : Int(int16())
        guard length != -1 else { return nil }
        guard length >= 0, length <= Self.stringByteCountMax else {
            fail(expected: "a string of 0 to \(Self.stringByteCountMax) bytes, found a length of \(length)", at: start)
            return ""
        }
        let range = locate(byteCount: length, "a string")
        guard !range.isEmpty else { return "" }
        guard let value = String(validating: buffer(range), as: UTF8.self) else {
            fail(expected: "a string in UTF-8, found other bytes", at: range.lowerBound)
            return ""
        }
        return value
    }

    // MARK: Bytes

    package mutating func bytes(compact: Bool) -> [UInt8] {
        guard let value = nullableBytes(compact: compact) else {
            fail(expected: "bytes, found null")
            return []
        }
        return value
    }

    package mutating func nullableBytes(compact: Bool) -> [UInt8]? {
        guard let range = nullableRange(compact: compact) else { return nil }
        return [UInt8](buffer(range))
    }

    /// A records field: where it lies in the buffer, without a copy.
    package mutating func records(compact: Bool) -> RecordsField {
        guard let range = nullableRange(compact: compact) else { return .null }
        return .located(range)
    }

    private mutating func nullableRange(compact: Bool) -> Range<Int>? {
        let length = compact ? compactLength() : Int(int32())
        guard length != -1 else { return nil }
        return locate(byteCount: length)
    }

    // MARK: Arrays

    /// The count of an array, nil when it is null, zero after a failure.
    ///
    /// A count that the remaining bytes cannot hold, with `elementByteCountMin` bytes an element, is refused.
    package mutating func arrayCount(compact: Bool, elementByteCountMin: Int = 1) -> Int? {
        let start = offset
        let count = compact ? compactLength() : Int(int32())
        guard count != -1 else { return nil }
        guard count >= 0, count <= remainingByteCount / max(elementByteCountMin, 1) else {
            fail(
                expected:
                    "an array that fits in the \(remainingByteCount) bytes that remain, found a count of \(count)",
                at: start)
            return 0
        }
        return count
    }

    /// The length of a compact form: stored plus one, zero for null, so −1 is null here too.
    private mutating func compactLength() -> Int {
        let raw = unsignedVarint()
        return hasFailed ? 0 : Int(raw) - 1
    }

    // MARK: Tagged fields

    /// Reads a tagged-field section. `body` gets the reader, narrowed to the bytes of one field, and the field's tag, and
    /// returns whether it read the field. Fields that it did not read are skipped.
    ///
    /// Tags that do not ascend are refused, as by Kafka (KIP-482).
    package mutating func taggedFields(_ body: (inout WireReader, UInt32) -> Bool) {
        let count = unsignedVarint()
        var previous: Int64 = -1
        var index: UInt32 = 0
        while index < count, !hasFailed {
            let start = offset
            let tag = unsignedVarint()
            guard hasFailed || Int64(tag) > previous else {
                fail(expected: "a tag above \(previous), found \(tag)", at: start)
                return
            }
            previous = Int64(tag)
            let byteCount = Int(unsignedVarint())
            guard !hasFailed, let outer = narrow(toByteCount: byteCount) else { return }
            if !body(&self, tag) {
                _ = locate(byteCount: remainingByteCount)
            }
            widen(to: outer)
            index += 1
        }
    }

    package mutating func skipTaggedFields() {
        taggedFields { _, _ in false }
    }
}

/// The fields of a message of Protocol Buffers, as far as metrics have them.
struct ProtobufFields {
    enum Value: Equatable {
        case number(UInt64)
        case bytes([UInt8])
    }

    private var values: [Int: [Value]] = [:]

    /// Nil when the bytes are no message.
    init?(_ bytes: [UInt8]) {
        var position = 0
        func varint() -> UInt64? {
            var value: UInt64 = 0
            for shift in stride(from: 0 as UInt64, to: 64, by: 7) {
                guard position < bytes.count else { return nil }
                let byte = bytes[position]
                position += 1
                value |= UInt64(byte & 0x7f) << shift
                if byte < 0x80 { return value }
            }
            return nil
        }
        while position < bytes.count {
            guard let key = varint() else { return nil }
            let value: Value
            switch key & 7 {
            case 0:
                guard let number = varint() else { return nil }
                value = .number(number)
            case 1:
                guard position + 8 <= bytes.count else { return nil }
                value = .number(bytes[position..<position + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) })
                position += 8
            case 2:
                guard let count = varint(), position + Int(count) <= bytes.count else { return nil }
                value = .bytes(Array(bytes[position..<position + Int(count)]))
                position += Int(count)
            default: return nil
            }
            values[Int(key >> 3), default: []].append(value)
        }
    }

    func messages(_ field: Int) -> [ProtobufFields] {
        (values[field] ?? []).compactMap { if case .bytes(let bytes) = $0 { ProtobufFields(bytes) } else { nil } }
    }

    func string(_ field: Int) -> String? {
        if case .bytes(let bytes)? = values[field]?.first { String(decoding: bytes, as: UTF8.self) } else { nil }
    }

    func number(_ field: Int) -> UInt64? { if case .number(let number)? = values[field]?.first { number } else { nil } }

    func double(_ field: Int) -> Double? { number(field).map { Double(bitPattern: $0) } }
}

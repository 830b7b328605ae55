/// Writes messages of Protocol Buffers (proto3), as far as metrics need them. Values that are left out have their defaults.
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    private enum WireType: UInt64 {
        case varint = 0
        case fixed64 = 1
        case lengthDelimited = 2
    }

    private mutating func varint(_ value: UInt64) {
        var value = value
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        bytes.append(UInt8(value))
    }

    private mutating func key(_ field: Int, _ type: WireType) { varint(UInt64(field) << 3 | type.rawValue) }

    private mutating func littleEndian(_ value: UInt64) {
        withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
    }

    mutating func integer(_ field: Int, _ value: UInt64) {
        key(field, .varint)
        varint(value)
    }

    mutating func bool(_ field: Int, _ value: Bool) { integer(field, value ? 1 : 0) }

    mutating func fixed64(_ field: Int, _ value: UInt64) {
        key(field, .fixed64)
        littleEndian(value)
    }

    mutating func double(_ field: Int, _ value: Double) { fixed64(field, value.bitPattern) }

    mutating func string(_ field: Int, _ value: String) {
        key(field, .lengthDelimited)
        varint(UInt64(value.utf8.count))
        bytes += value.utf8
    }

    /// A message within this one.
    mutating func message(_ field: Int, _ body: (inout ProtobufWriter) -> Void) {
        var inner = ProtobufWriter()
        body(&inner)
        key(field, .lengthDelimited)
        varint(UInt64(inner.bytes.count))
        bytes += inner.bytes
    }

    /// A repeated field of eight bytes each, packed.
    mutating func packedFixed64(_ field: Int, _ values: some Collection<UInt64>) {
        key(field, .lengthDelimited)
        varint(UInt64(8 * values.count))
        for value in values { littleEndian(value) }
    }
}

// The scalars of Kafka's messages.

extension Bool: WireScalar {
    package static var wireDefault: Bool { false }
    package static func read(from reader: inout WireReader, compact: Bool) -> Bool { reader.bool() }
    package func write(to writer: inout WireWriter, compact: Bool) { writer.bool(self) }
}

extension Int8: WireScalar {
    package static var wireDefault: Int8 { 0 }
    package static func read(from reader: inout WireReader, compact: Bool) -> Int8 { reader.int8() }
    package func write(to writer: inout WireWriter, compact: Bool) { writer.int8(self) }
}

extension Int16: WireScalar {
    package static var wireDefault: Int16 { 0 }
    package static var wireByteCountMin: Int { 2 }
    package static func read(from reader: inout WireReader, compact: Bool) -> Int16 { reader.int16() }
    package func write(to writer: inout WireWriter, compact: Bool) { writer.int16(self) }
}

extension Int32: WireScalar {
    package static var wireDefault: Int32 { 0 }
    package static var wireByteCountMin: Int { 4 }
    package static func read(from reader: inout WireReader, compact: Bool) -> Int32 { reader.int32() }
    package func write(to writer: inout WireWriter, compact: Bool) { writer.int32(self) }
}

extension Int64: WireScalar {
    package static var wireDefault: Int64 { 0 }
    package static var wireByteCountMin: Int { 8 }
    package static func read(from reader: inout WireReader, compact: Bool) -> Int64 { reader.int64() }
    package func write(to writer: inout WireWriter, compact: Bool) { writer.int64(self) }
}

extension UInt16: WireScalar {
    package static var wireDefault: UInt16 { 0 }
    package static var wireByteCountMin: Int { 2 }
    package static func read(from reader: inout WireReader, compact: Bool) -> UInt16 { reader.uint16() }
    package func write(to writer: inout WireWriter, compact: Bool) { writer.uint16(self) }
}

extension UInt32: WireScalar {
    package static var wireDefault: UInt32 { 0 }
    package static var wireByteCountMin: Int { 4 }
    package static func read(from reader: inout WireReader, compact: Bool) -> UInt32 { reader.uint32() }
    package func write(to writer: inout WireWriter, compact: Bool) { writer.uint32(self) }
}

extension Double: WireScalar {
    package static var wireDefault: Double { 0 }
    package static var wireByteCountMin: Int { 8 }
    package static func read(from reader: inout WireReader, compact: Bool) -> Double { reader.float64() }
    package func write(to writer: inout WireWriter, compact: Bool) { writer.float64(self) }
}

extension KafkaUUID: WireScalar {
    package static var wireDefault: KafkaUUID { .zero }
    package static var wireByteCountMin: Int { 16 }
    package static func read(from reader: inout WireReader, compact: Bool) -> KafkaUUID { reader.uuid() }
    package func write(to writer: inout WireWriter, compact: Bool) { writer.uuid(self) }
}

extension KafkaErrorCode: WireScalar {
    package static var wireDefault: KafkaErrorCode { .none }
    package static var wireByteCountMin: Int { 2 }

    package static func read(from reader: inout WireReader, compact: Bool) -> KafkaErrorCode {
        KafkaErrorCode(rawValue: reader.int16())
    }

    package func write(to writer: inout WireWriter, compact: Bool) { writer.int16(rawValue) }
}

extension RecordsField: WireScalar {
    package static var wireDefault: RecordsField { .null }
    package var isWireNull: Bool { self == .null }
    package static func read(from reader: inout WireReader, compact: Bool) -> RecordsField {
        reader.records(compact: compact)
    }
    package func write(to writer: inout WireWriter, compact: Bool) { writer.records(self, compact: compact) }
}

extension String: WireNullableScalar {
    package static var wireDefault: String { "" }
    package static func read(from reader: inout WireReader, compact: Bool) -> String { reader.string(compact: compact) }
    package func write(to writer: inout WireWriter, compact: Bool) { writer.string(self, compact: compact) }

    package static func readNullable(from reader: inout WireReader, compact: Bool) -> String? {
        reader.nullableString(compact: compact)
    }

    package static func writeNullable(_ value: String?, to writer: inout WireWriter, compact: Bool) {
        writer.nullableString(value, compact: compact)
    }
}

/// A bytes field: `[UInt8]` itself is an array of elements, and has another form.
package struct ByteString: WireNullableScalar {
    package static var wireDefault: ByteString { ByteString(bytes: []) }
    package var bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }

    package static func read(from reader: inout WireReader, compact: Bool) -> ByteString {
        ByteString(bytes: reader.bytes(compact: compact))
    }

    package func write(to writer: inout WireWriter, compact: Bool) { writer.bytes(bytes, compact: compact) }

    package static func readNullable(from reader: inout WireReader, compact: Bool) -> ByteString? {
        reader.nullableBytes(compact: compact).map(ByteString.init)
    }

    package static func writeNullable(_ value: ByteString?, to writer: inout WireWriter, compact: Bool) {
        writer.nullableBytes(value?.bytes, compact: compact)
    }
}

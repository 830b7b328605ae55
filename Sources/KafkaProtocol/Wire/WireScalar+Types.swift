// The scalars of Kafka's messages.

extension Bool: WireScalar {
    public static var wireDefault: Bool { false }
    public static func read(from reader: inout WireReader, compact: Bool) -> Bool { reader.bool() }
    public func write(to writer: inout WireWriter, compact: Bool) { writer.bool(self) }
}

extension Int8: WireScalar {
    public static var wireDefault: Int8 { 0 }
    public static func read(from reader: inout WireReader, compact: Bool) -> Int8 { reader.int8() }
    public func write(to writer: inout WireWriter, compact: Bool) { writer.int8(self) }
}

extension Int16: WireScalar {
    public static var wireDefault: Int16 { 0 }
    public static var wireByteCountMin: Int { 2 }
    public static func read(from reader: inout WireReader, compact: Bool) -> Int16 { reader.int16() }
    public func write(to writer: inout WireWriter, compact: Bool) { writer.int16(self) }
}

extension Int32: WireScalar {
    public static var wireDefault: Int32 { 0 }
    public static var wireByteCountMin: Int { 4 }
    public static func read(from reader: inout WireReader, compact: Bool) -> Int32 { reader.int32() }
    public func write(to writer: inout WireWriter, compact: Bool) { writer.int32(self) }
}

extension Int64: WireScalar {
    public static var wireDefault: Int64 { 0 }
    public static var wireByteCountMin: Int { 8 }
    public static func read(from reader: inout WireReader, compact: Bool) -> Int64 { reader.int64() }
    public func write(to writer: inout WireWriter, compact: Bool) { writer.int64(self) }
}

extension UInt16: WireScalar {
    public static var wireDefault: UInt16 { 0 }
    public static var wireByteCountMin: Int { 2 }
    public static func read(from reader: inout WireReader, compact: Bool) -> UInt16 { reader.uint16() }
    public func write(to writer: inout WireWriter, compact: Bool) { writer.uint16(self) }
}

extension UInt32: WireScalar {
    public static var wireDefault: UInt32 { 0 }
    public static var wireByteCountMin: Int { 4 }
    public static func read(from reader: inout WireReader, compact: Bool) -> UInt32 { reader.uint32() }
    public func write(to writer: inout WireWriter, compact: Bool) { writer.uint32(self) }
}

extension Double: WireScalar {
    public static var wireDefault: Double { 0 }
    public static var wireByteCountMin: Int { 8 }
    public static func read(from reader: inout WireReader, compact: Bool) -> Double { reader.float64() }
    public func write(to writer: inout WireWriter, compact: Bool) { writer.float64(self) }
}

extension KafkaUUID: WireScalar {
    public static var wireDefault: KafkaUUID { .zero }
    public static var wireByteCountMin: Int { 16 }
    public static func read(from reader: inout WireReader, compact: Bool) -> KafkaUUID { reader.uuid() }
    public func write(to writer: inout WireWriter, compact: Bool) { writer.uuid(self) }
}

extension KafkaErrorCode: WireScalar {
    public static var wireDefault: KafkaErrorCode { .none }
    public static var wireByteCountMin: Int { 2 }

    public static func read(from reader: inout WireReader, compact: Bool) -> KafkaErrorCode {
        KafkaErrorCode(rawValue: reader.int16())
    }

    public func write(to writer: inout WireWriter, compact: Bool) { writer.int16(rawValue) }
}

extension RecordsField: WireScalar {
    public static var wireDefault: RecordsField { .null }
    public var isWireNull: Bool { self == .null }
    public static func read(from reader: inout WireReader, compact: Bool) -> RecordsField {
        reader.records(compact: compact)
    }
    public func write(to writer: inout WireWriter, compact: Bool) { writer.records(self, compact: compact) }
}

extension String: WireNullableScalar {
    public static var wireDefault: String { "" }
    public static func read(from reader: inout WireReader, compact: Bool) -> String { reader.string(compact: compact) }
    public func write(to writer: inout WireWriter, compact: Bool) { writer.string(self, compact: compact) }

    public static func readNullable(from reader: inout WireReader, compact: Bool) -> String? {
        reader.nullableString(compact: compact)
    }

    public static func writeNullable(_ value: String?, to writer: inout WireWriter, compact: Bool) {
        writer.nullableString(value, compact: compact)
    }
}

/// A bytes field: `[UInt8]` itself is an array of elements, and has another form.
struct ByteString: WireNullableScalar {
    static var wireDefault: ByteString { ByteString(bytes: []) }
    var bytes: [UInt8]

    static func read(from reader: inout WireReader, compact: Bool) -> ByteString {
        ByteString(bytes: reader.bytes(compact: compact))
    }

    func write(to writer: inout WireWriter, compact: Bool) { writer.bytes(bytes, compact: compact) }

    static func readNullable(from reader: inout WireReader, compact: Bool) -> ByteString? {
        reader.nullableBytes(compact: compact).map(ByteString.init)
    }

    static func writeNullable(_ value: ByteString?, to writer: inout WireWriter, compact: Bool) {
        writer.nullableBytes(value?.bytes, compact: compact)
    }
}

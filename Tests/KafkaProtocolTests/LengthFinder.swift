@testable import KafkaProtocol

/// Finds the lengths in the encoded form of a message, by walking the fields beside the encoder.
struct LengthFinder: FieldCoder {
    /// A length, count or size in the encoded bytes.
    struct Length {
        enum Form { case int16, int32, compact, tagCount, tagSize }

        let form: Form
        let field: String
        /// Whether the length may say that there is no value.
        let allowsNull: Bool
        var range: Range<Int>
    }

    let version: Int16
    let isFlexible: Bool
    private(set) var lengths: [Length] = []
    /// Bytes of the fields so far.
    private(set) var byteCount = 0
    private var field = ""
    private var allowsNull = false
    private var tagCount: UInt32 = 0

    /// Walks a message; `byteCount` is then that of its encoded form.
    init<M: KafkaMessage>(_ message: M, version: Int16) {
        self.version = version
        isFlexible = M.isFlexible(version: version)
        var message = message
        message.code(&self)
    }

    mutating func visit<V: WireElement>(
        _ value: inout V, _ name: StaticString, isPresent: Bool, allowsNull: Bool, default: V, isIgnorable: Bool
    ) {
        guard isPresent else { return }
        (field, self.allowsNull) = (name.description, allowsNull)
        value.codeElement(&self)
    }

    mutating func visitTagged<V: WireElement>(
        _ tag: UInt32, _ value: inout V, _ name: StaticString, isPresent: Bool, default: V, isIgnorable: Bool
    ) {
        guard isPresent, isFlexible, value != `default` else { return }
        tagCount += 1
        byteCount += Self.varintByteCount(tag)
        let sizeIndex = lengths.count
        let start = byteCount
        visit(&value, name, isPresent: true, allowsNull: true, default: `default`, isIgnorable: isIgnorable)
        // The size is known now, and moves what lies behind it.
        let sizeByteCount = Self.varintByteCount(UInt32(byteCount - start))
        for index in lengths.indices[sizeIndex...] {
            let range = lengths[index].range
            lengths[index].range = range.lowerBound + sizeByteCount..<range.upperBound + sizeByteCount
        }
        lengths.insert(
            Length(
                form: .tagSize, field: "tagged_fields", allowsNull: false, range: start..<start + sizeByteCount),
            at: sizeIndex)
        byteCount += sizeByteCount
    }

    mutating func tags(_ body: (inout LengthFinder) -> Void) {
        guard isFlexible else { return }
        let outer = tagCount
        tagCount = 0
        lengths.append(
            Length(form: .tagCount, field: "tagged_fields", allowsNull: false, range: byteCount..<byteCount + 1))
        byteCount += 1
        body(&self)
        tagCount = outer
    }

    mutating func scalar<V: WireScalar>(_ value: inout V) {
        var writer = WireWriter()
        value.write(to: &writer, compact: isFlexible)
        switch value {
        case let text as String: note(.int16, content: text.utf8.count, allowsNull: false)
        case let bytes as ByteString: note(.int32, content: bytes.bytes.count, allowsNull: false)
        case let records as RecordsField: note(.int32, content: records.byteCount, allowsNull: true)
        default: break
        }
        byteCount += writer.ownByteCount
    }

    mutating func nullableScalar<V: WireNullableScalar>(_ value: inout V?) {
        let count = lengths.count
        let allowsNull = allowsNull
        guard var present = value else { preconditionFailure("a message to look at has no nulls") }
        scalar(&present)
        for index in lengths.indices[count...] {
            let length = lengths[index]
            lengths[index] = Length(
                form: length.form, field: length.field, allowsNull: allowsNull, range: length.range)
        }
    }

    mutating func nullableStructure<S: WireNullableStruct>(_ value: inout S?) {
        precondition(value != nil, "a message to look at has no nulls")
        byteCount += 1
        value?.code(&self)
    }

    mutating func elements<E: WireElement>(_ value: inout [E]) {
        elements(&value, allowsNull: false)
    }

    mutating func nullableElements<E: WireElement>(_ value: inout [E]?) {
        guard var present = value else { preconditionFailure("a message to look at has no nulls") }
        elements(&present, allowsNull: allowsNull)
    }

    private mutating func elements<E: WireElement>(_ value: inout [E], allowsNull: Bool) {
        note(.int32, content: value.count, allowsNull: allowsNull)
        byteCount += lengths[lengths.count - 1].range.count
        for index in value.indices { value[index].codeElement(&self) }
    }

    private mutating func note(_ form: Length.Form, content: Int, allowsNull: Bool) {
        let lengthByteCount = isFlexible ? Self.varintByteCount(UInt32(content) + 1) : form == .int16 ? 2 : 4
        lengths.append(
            Length(
                form: isFlexible ? .compact : form, field: field, allowsNull: allowsNull,
                range: byteCount..<byteCount + lengthByteCount))
    }

    private static func varintByteCount(_ value: UInt32) -> Int { varint(value).count }
}

extension LengthFinder.Length {
    /// Encoded lengths that nothing can be long enough for, negative ones, and null where it is not allowed.
    ///
    /// - Parameter rest: bytes behind the length.
    func hostileForms(rest: Int) -> [[UInt8]] {
        switch form {
        case .int16:
            [[0x7f, 0xff], [0x80, 0], [0xff, 0xfe], bigEndian(Int16(rest + 1))]
                + (allowsNull ? [] : [[0xff, 0xff]])
        case .int32:
            [
                [0x7f, 0xff, 0xff, 0xff], [0x80, 0, 0, 0], [0xff, 0xff, 0xff, 0xfe], bigEndian(Int32(rest + 1)),
            ] + (allowsNull ? [] : [[0xff, 0xff, 0xff, 0xff]])
        case .compact:
            Self.hugeVarints + [varint(UInt32(rest + 2))] + (allowsNull ? [] : [[0]])
        case .tagSize: Self.hugeVarints + [varint(UInt32(rest + 1))]
        case .tagCount: Self.hugeVarints
        }
    }

    /// The largest varint, one of 33 bits, and one of six bytes.
    private static let hugeVarints: [[UInt8]] = [
        [0xff, 0xff, 0xff, 0xff, 0x0f], [0xff, 0xff, 0xff, 0xff, 0x1f], [0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    ]
}

func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
}

private func varint(_ value: UInt32) -> [UInt8] {
    var rest = value
    var bytes: [UInt8] = []
    while rest >= 0x80 {
        bytes.append(UInt8(rest & 0x7f) | 0x80)
        rest >>= 7
    }
    return bytes + [UInt8(rest)]
}

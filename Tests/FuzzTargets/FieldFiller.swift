import KafkaProtocol

/// Sets every field that a version has to a value made from its name, as `scripts/fixtures/JavaMessages.java` does.
///
/// The values differ from every default, and arrays get two elements.
package struct FieldFiller: FieldCoder {
    package let version: Int16
    package let isFlexible: Bool
    private var name = ""
    /// Of the innermost array around the field, zero outside.
    private var index = 0

    package static func filled<M: KafkaMessage>(_ type: M.Type = M.self, version: Int16) -> M {
        var filler = FieldFiller(version: version, isFlexible: M.isFlexible(version: version))
        var message = M()
        message.code(&filler)
        return message
    }

    /// As `filled(_:version:)`, without the version that stands before it.
    package static func filled<S: PrefixedStruct>(prefixed type: S.Type = S.self, version: Int16) -> S {
        var filler = FieldFiller(version: version, isFlexible: false)
        var structure = S()
        structure.code(&filler)
        return structure
    }

    private init(version: Int16, isFlexible: Bool) {
        self.version = version
        self.isFlexible = isFlexible
    }

    package mutating func visit<V: WireElement>(
        _ value: inout V, _ name: StaticString, isPresent: Bool, allowsNull: Bool, default: V, isIgnorable: Bool
    ) {
        guard isPresent else { return }
        self.name = name.description
        value.codeElement(&self)
    }

    package mutating func visitTagged<V: WireElement>(
        _ tag: UInt32, _ value: inout V, _ name: StaticString, isPresent: Bool, default: V, isIgnorable: Bool
    ) {
        // Fields that are not Kafka's are none that its own classes write.
        if tag >= ProduceResponse.serviceTimeTag { return }
        visit(&value, name, isPresent: isPresent, allowsNull: true, default: `default`, isIgnorable: isIgnorable)
    }

    package mutating func tags(_ body: (inout FieldFiller) -> Void) {
        body(&self)
    }

    package mutating func scalar<V: WireScalar>(_ value: inout V) {
        if let made = made(instead: value) as? V {
            value = made
        }
    }

    package mutating func nullableScalar<V: WireNullableScalar>(_ value: inout V?) {
        var made = V.wireDefault
        scalar(&made)
        value = made
    }

    package mutating func nullableStructure<S: WireNullableStruct>(_ value: inout S?) {
        var made = S()
        made.code(&self)
        value = made
    }

    package mutating func elements<E: WireElement>(_ value: inout [E]) {
        let outer = (name, index)
        value = (0..<2).map { element in
            (name, index) = (outer.0, element)
            var value = E.wireDefault
            value.codeElement(&self)
            return value
        }
        (name, index) = outer
    }

    package mutating func nullableElements<E: WireElement>(_ value: inout [E]?) {
        var made: [E] = []
        elements(&made)
        value = made
    }

    private func made(instead value: Any) -> Any {
        let hash = name.utf8.reduce(0x811c_9dc5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        let number = Int(hash) + index
        return switch value {
        case let value as Bool: !value
        case is Int8: Int8(number % 100 + 1)
        case is Int16: Int16(number % 30_000 + 1)
        case is KafkaErrorCode: KafkaErrorCode(rawValue: Int16(number % 30_000 + 1))
        case is Int32: Int32(Int(hash & 0x3fff_ffff) + 1 + index)
        case is Int64: Int64(hash) * 1_000_003 + Int64(index)
        case is String: "\(name)-\(index)"
        case is KafkaUUID: KafkaUUID(high: UInt64(hash), low: UInt64(number + 1))
        case is ByteString: ByteString(bytes: Array(name.utf8) + [UInt8(index)])
        case is RecordsField: RecordsField.bytes(Array(name.utf8) + [UInt8(index)])
        default: fatalError("no value for a \(type(of: value))")
        }
    }
}

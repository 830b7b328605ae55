import KafkaProtocol

/// Replaces every located records field by its bytes, so that decoded messages compare with made ones.
package struct RecordsResolver: FieldCoder {
    package let version: Int16
    package let isFlexible: Bool
    let frame: [UInt8]

    package static func resolved<M: KafkaMessage>(_ message: M, version: Int16, in frame: [UInt8]) -> M {
        var resolver = RecordsResolver(version: version, isFlexible: M.isFlexible(version: version), frame: frame)
        var message = message
        message.code(&resolver)
        return message
    }

    package mutating func visit<V: WireElement>(
        _ value: inout V, _ name: StaticString, isPresent: Bool, allowsNull: Bool, default: V, isIgnorable: Bool
    ) {
        value.codeElement(&self)
    }

    package mutating func visitTagged<V: WireElement>(
        _ tag: UInt32, _ value: inout V, _ name: StaticString, isPresent: Bool, default: V, isIgnorable: Bool
    ) {
        value.codeElement(&self)
    }

    package mutating func tags(_ body: (inout RecordsResolver) -> Void) {
        body(&self)
    }

    package mutating func scalar<V: WireScalar>(_ value: inout V) {
        if case .located(let range)? = value as? RecordsField, let bytes = RecordsField.bytes(Array(frame[range])) as? V
        {
            value = bytes
        }
    }

    package mutating func nullableScalar<V: WireNullableScalar>(_ value: inout V?) {}

    package mutating func nullableStructure<S: WireNullableStruct>(_ value: inout S?) {
        value?.code(&self)
    }

    package mutating func elements<E: WireElement>(_ value: inout [E]) {
        for index in value.indices {
            value[index].codeElement(&self)
        }
    }

    package mutating func nullableElements<E: WireElement>(_ value: inout [E]?) {
        if var elements = value {
            self.elements(&elements)
            value = elements
        }
    }
}

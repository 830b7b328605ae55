/// Writes the fields that a message visits.
///
/// What is never inlined is there once for each type of field, and not once for each field of each message: that is most of
/// what compiling the messages costs.
package struct FieldEncoder: FieldCoder {
    // Invariant: points to a writer that its owner lends for exactly as long as this encoder lives.
    private let writer: UnsafeMutablePointer<WireWriter>
    package let version: Int16
    package let isFlexible: Bool
    private var tagCount: UInt8 = 0

    init(_ writer: UnsafeMutablePointer<WireWriter>, version: Int16, isFlexible: Bool) {
        self.writer = writer
        self.version = version
        self.isFlexible = isFlexible
    }

    @inline(never)
    package mutating func visit<V: WireElement>(
        _ value: inout V, _ name: StaticString, isPresent: Bool, allowsNull: Bool, default: V, isIgnorable: Bool
    ) {
        guard !writer.pointee.hasFailed else { return }
        guard isPresent else {
            refuse(value, name, unlessEqual: `default`, isIgnorable: isIgnorable)
            return
        }
        if !allowsNull && value.isWireNull {
            writer.pointee.fail(expected: "a value in version \(version), got null")
        } else {
            value.codeElement(&self)
        }
        if writer.pointee.hasFailed {
            writer.pointee.encloseError(in: name)
        }
    }

    package mutating func tags(_ body: (inout FieldEncoder) -> Void) {
        guard isFlexible else {
            // Nothing to write; the body still refuses what this version cannot carry.
            body(&self)
            return
        }
        let outer = tagCount
        tagCount = 0
        let position = writer.pointee.ownByteCount
        writer.pointee.unsignedVarint(0)
        body(&self)
        precondition(tagCount < 0x80, "the count of tagged fields has one byte")
        writer.pointee.patch(tagCount, at: position)
        tagCount = outer
    }

    @inline(never)
    package mutating func visitTagged<V: WireElement>(
        _ tag: UInt32, _ value: inout V, _ name: StaticString, isPresent: Bool, default: V, isIgnorable: Bool
    ) {
        guard !writer.pointee.hasFailed, value != `default` else { return }
        guard isPresent, isFlexible else {
            refuse(value, name, unlessEqual: `default`, isIgnorable: isIgnorable)
            return
        }
        tagCount += 1
        writer.pointee.unsignedVarint(tag)
        let mark = writer.pointee.mark()
        value.codeElement(&self)
        if writer.pointee.hasFailed {
            writer.pointee.encloseError(in: name)
        } else {
            writer.pointee.prependSize(since: mark)
        }
    }

    package mutating func scalar<V: WireScalar>(_ value: inout V) {
        value.write(to: &writer.pointee, compact: isFlexible)
    }

    package mutating func nullableScalar<V: WireNullableScalar>(_ value: inout V?) {
        V.writeNullable(value, to: &writer.pointee, compact: isFlexible)
    }

    @inline(never)
    package mutating func nullableStructure<S: WireNullableStruct>(_ value: inout S?) {
        writer.pointee.int8(value == nil ? -1 : 1)
        value?.code(&self)
    }

    @inline(never)
    package mutating func elements<E: WireElement>(_ value: inout [E]) {
        writer.pointee.arrayCount(value.count, compact: isFlexible)
        // A copy of each element is coded: changing one within the shared array would copy the whole array.
        for (index, element) in value.enumerated() {
            var element = element
            element.codeElement(&self)
            if writer.pointee.hasFailed {
                writer.pointee.encloseError(inElement: index)
                return
            }
        }
    }

    @inline(never)
    package mutating func nullableElements<E: WireElement>(_ value: inout [E]?) {
        if var elements = value {
            self.elements(&elements)
        } else {
            writer.pointee.arrayCount(nil, compact: isFlexible)
        }
    }

    @inline(never)
    private func refuse<V: WireElement>(
        _ value: V, _ name: StaticString, unlessEqual default: V, isIgnorable: Bool
    ) {
        guard !isIgnorable, value != `default` else { return }
        writer.pointee.fail(expected: "its default, as version \(version) does not have the field")
        writer.pointee.encloseError(in: name)
    }
}

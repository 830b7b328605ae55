/// Reads the fields that a message visits. For what is never inlined, see `FieldEncoder`.
package struct FieldDecoder: FieldCoder {
    var reader: WireReader
    package let version: Int16
    package let isFlexible: Bool
    /// The tag at which the reader stands, while a tagged-field section is read.
    private var currentTag: UInt32?

    init(_ reader: WireReader, version: Int16, isFlexible: Bool) {
        self.reader = reader
        self.version = version
        self.isFlexible = isFlexible
    }

    @inline(never)
    package mutating func visit<V: WireElement>(
        _ value: inout V, _ name: StaticString, isPresent: Bool, allowsNull: Bool, default: V, isIgnorable: Bool
    ) {
        guard isPresent, !reader.hasFailed else { return }
        value.codeElement(&self)
        if !allowsNull && value.isWireNull {
            reader.fail(expected: "a value in version \(version), found null")
        }
        if reader.hasFailed {
            reader.encloseError(in: name)
        }
    }

    package mutating func tags(_ body: (inout FieldDecoder) -> Void) {
        guard isFlexible, !reader.hasFailed, !reader.takeEmptySection() else { return }
        let outer = currentTag
        // The decoder itself is handed to the body, so the section's loop works on a copy of its reader.
        var section = reader
        section.taggedFields { narrowed, tag in
            reader = narrowed
            currentTag = tag
            body(&self)
            narrowed = reader
            return currentTag == nil
        }
        reader = section
        currentTag = outer
        if let error = reader.error, error.field.isEmpty {
            reader.encloseError(in: "tagged_fields")
        }
    }

    @inline(never)
    package mutating func visitTagged<V: WireElement>(
        _ tag: UInt32, _ value: inout V, _ name: StaticString, isPresent: Bool, default: V, isIgnorable: Bool
    ) {
        guard isPresent, currentTag == tag, !reader.hasFailed else { return }
        value.codeElement(&self)
        currentTag = nil
        if reader.hasFailed {
            reader.encloseError(in: name)
        }
    }

    package mutating func scalar<V: WireScalar>(_ value: inout V) {
        value = V.read(from: &reader, compact: isFlexible)
    }

    package mutating func nullableScalar<V: WireNullableScalar>(_ value: inout V?) {
        value = V.readNullable(from: &reader, compact: isFlexible)
    }

    @inline(never)
    package mutating func nullableStructure<S: WireNullableStruct>(_ value: inout S?) {
        // As in Kafka, any byte that is not negative stands before a structure.
        guard reader.int8() >= 0, !reader.hasFailed else {
            value = nil
            return
        }
        var structure = S()
        structure.code(&self)
        value = structure
    }

    @inline(never)
    package mutating func elements<E: WireElement>(_ value: inout [E]) {
        var decoded: [E]?
        nullableElements(&decoded)
        if let decoded {
            value = decoded
        } else {
            reader.fail(expected: "an array, found null")
        }
    }

    @inline(never)
    package mutating func nullableElements<E: WireElement>(_ value: inout [E]?) {
        guard let count = reader.arrayCount(compact: isFlexible, elementByteCountMin: E.wireByteCountMin) else {
            value = nil
            return
        }
        var elements: [E] = []
        // The count is the remote's claim: memory is reserved only for as many elements as the received bytes fill.
        elements.reserveCapacity(min(count, max(8, reader.remainingByteCount / MemoryLayout<E>.stride)))
        for index in 0..<count {
            var element = E.wireDefault
            element.codeElement(&self)
            if reader.hasFailed {
                reader.encloseError(inElement: index)
                break
            }
            elements.append(element)
        }
        value = elements
    }
}

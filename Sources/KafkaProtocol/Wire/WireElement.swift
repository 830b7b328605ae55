/// A type of fields of messages and of elements of their arrays.
package protocol WireElement: Equatable, Sendable {
    /// The value of a field that was not set.
    static var wireDefault: Self { get }
    /// The fewest bytes it takes in any version; bounds the count of an array before anything is allocated.
    static var wireByteCountMin: Int { get }
    var isWireNull: Bool { get }

    mutating func codeElement<C: FieldCoder>(_ c: inout C)
}

extension WireElement {
    package static var wireByteCountMin: Int { 1 }
    package var isWireNull: Bool { false }
}

/// A structure of fields, each stated once, in `code`.
package protocol WireStruct: WireElement {
    init()

    /// Visits every field, in the order of the wire, with the versions it lives in; ends with `tags`.
    mutating func code<C: FieldCoder>(_ c: inout C)
}

extension WireStruct {
    package static var wireDefault: Self { Self() }

    package mutating func codeElement<C: FieldCoder>(_ c: inout C) {
        code(&c)
    }
}

/// A value without fields of its own.
package protocol WireScalar: WireElement {
    static func read(from reader: inout WireReader, compact: Bool) -> Self
    func write(to writer: inout WireWriter, compact: Bool)
}

extension WireScalar {
    package mutating func codeElement<C: FieldCoder>(_ c: inout C) {
        c.scalar(&self)
    }
}

/// A value that may be null.
package protocol WireNullable: WireElement {
    static func codeNullable<C: FieldCoder>(_ value: inout Self?, _ c: inout C)
}

/// A structure that may be null: a byte before it says so.
package protocol WireNullableStruct: WireStruct, WireNullable {}

extension WireNullableStruct {
    package static func codeNullable<C: FieldCoder>(_ value: inout Self?, _ c: inout C) {
        c.nullableStructure(&value)
    }
}

/// A scalar that may be null.
package protocol WireNullableScalar: WireScalar, WireNullable {
    static func readNullable(from reader: inout WireReader, compact: Bool) -> Self?
    static func writeNullable(_ value: Self?, to writer: inout WireWriter, compact: Bool)
}

extension WireNullableScalar {
    package static func codeNullable<C: FieldCoder>(_ value: inout Self?, _ c: inout C) {
        c.nullableScalar(&value)
    }
}

extension Optional: WireElement where Wrapped: WireNullable {
    package static var wireDefault: Self { nil }
    package var isWireNull: Bool { self == nil }

    package mutating func codeElement<C: FieldCoder>(_ c: inout C) {
        Wrapped.codeNullable(&self, &c)
    }
}

extension Array: WireElement, WireNullable where Element: WireElement {
    package static var wireDefault: Self { [] }

    package mutating func codeElement<C: FieldCoder>(_ c: inout C) {
        c.elements(&self)
    }

    package static func codeNullable<C: FieldCoder>(_ value: inout Self?, _ c: inout C) {
        c.nullableElements(&value)
    }
}

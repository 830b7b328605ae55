/// Visits the fields of a message: an encoder writes them, a decoder reads them, so that each message is stated once.
///
/// The version and whether it is flexible (KIP-482) live here, so that a field is one line:
/// ```swift
/// mutating func code<C: FieldCoder>(_ c: inout C) {
///     c.field(&topics, "topics", nullable: 1...)
///     c.field(&allowAutoTopicCreation, "allow_auto_topic_creation", 4..., default: true)
///     c.tags { c in c.tagged(0, &clusterID, "cluster_id", 12...) }
/// }
/// ```
/// Names are Kafka's schema names. As in Kafka, a field that the version does not have must have its default value to be
/// encoded, unless the field is ignorable.
package protocol FieldCoder {
    var version: Int16 { get }
    var isFlexible: Bool { get }

    /// One field; `isPresent` says whether this version has it.
    mutating func visit<V: WireElement>(
        _ value: inout V, _ name: StaticString, isPresent: Bool, allowsNull: Bool, default: V, isIgnorable: Bool)

    /// One tagged field, within `tags`.
    mutating func visitTagged<V: WireElement>(
        _ tag: UInt32, _ value: inout V, _ name: StaticString, isPresent: Bool, default: V, isIgnorable: Bool)

    /// The tagged-field section that ends every structure of a flexible version; `body` visits the known ones in
    /// ascending order, possibly several times.
    mutating func tags(_ body: (inout Self) -> Void)

    mutating func scalar<V: WireScalar>(_ value: inout V)
    mutating func nullableScalar<V: WireNullableScalar>(_ value: inout V?)
    mutating func nullableStructure<S: WireNullableStruct>(_ value: inout S?)
    mutating func elements<E: WireElement>(_ value: inout [E])
    mutating func nullableElements<E: WireElement>(_ value: inout [E]?)
}

extension FieldCoder {
    /// A field that lives in `versions`.
    package mutating func field<V: WireElement>(
        _ value: inout V, _ name: StaticString, _ versions: some RangeExpression<Int16> = 0...,
        default: V = .wireDefault, ignorable: Bool = false
    ) {
        visit(
            &value, name, isPresent: versions.contains(version), allowsNull: true, default: `default`,
            isIgnorable: ignorable)
    }

    /// A field that lives in `versions` and may be null in some of them only.
    package mutating func field<V: WireNullable>(
        _ value: inout V?, _ name: StaticString, _ versions: some RangeExpression<Int16> = 0...,
        nullable: some RangeExpression<Int16>, default: V? = nil, ignorable: Bool = false
    ) {
        visit(
            &value, name, isPresent: versions.contains(version), allowsNull: nullable.contains(version),
            default: `default`, isIgnorable: ignorable)
    }

    /// A bytes field that lives in `versions`.
    package mutating func bytes(
        _ value: inout [UInt8], _ name: StaticString, _ versions: some RangeExpression<Int16> = 0...,
        ignorable: Bool = false
    ) {
        var field = ByteString(bytes: value)
        self.field(&field, name, versions, ignorable: ignorable)
        value = field.bytes
    }

    /// A nullable bytes field that lives in `versions`.
    package mutating func bytes(
        _ value: inout [UInt8]?, _ name: StaticString, _ versions: some RangeExpression<Int16> = 0...,
        ignorable: Bool = false
    ) {
        var field = value.map(ByteString.init)
        self.field(&field, name, versions, ignorable: ignorable)
        value = field?.bytes
    }

    /// A tagged field that lives in `versions`; written when it is not the default.
    package mutating func tagged<V: WireElement>(
        _ tag: UInt32, _ value: inout V, _ name: StaticString, _ versions: some RangeExpression<Int16>,
        default: V = .wireDefault, ignorable: Bool = false
    ) {
        visitTagged(
            tag, &value, name, isPresent: versions.contains(version), default: `default`, isIgnorable: ignorable)
    }

    /// The end of a structure without tagged fields of its own.
    package mutating func tags() {
        tags { _ in }
    }
}

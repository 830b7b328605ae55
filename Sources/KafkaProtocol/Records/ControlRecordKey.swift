/// The key of the record in a control batch, which says what the record is. Version 0.
///
/// Source: `ControlRecordTypeSchema.json`, KIP-98.
package struct ControlRecordKey: PrefixedStruct {
    package static let versions: ClosedRange<Int16> = 0...0

    package var type: ControlRecordType = .abort

    package init() {}

    package init(type: ControlRecordType) {
        self.type = type
    }

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&type.rawValue, "type")
        c.tags()
    }
}

/// What a control record is. Others than these two are of the controllers' log, or not known yet: they are passed over.
///
/// Source: `org.apache.kafka.common.record.ControlRecordType`.
package struct ControlRecordType: RawRepresentable, Hashable, Sendable {
    package var rawValue: Int16

    package init(rawValue: Int16) {
        self.rawValue = rawValue
    }

    /// Ends a transaction whose records do not count.
    package static let abort = ControlRecordType(rawValue: 0)
    /// Ends a transaction whose records count.
    package static let commit = ControlRecordType(rawValue: 1)
}

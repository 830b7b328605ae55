/// The value of a control record that ends a transaction. Version 0.
///
/// Source: `EndTxnMarker.json`, KIP-98.
package struct EndTransactionMarker: PrefixedStruct {
    package static let versions: ClosedRange<Int16> = 0...0

    /// Of the transaction's coordinator when it wrote the marker.
    package var coordinatorEpoch: Int32 = 0

    package init() {}

    package init(coordinatorEpoch: Int32) {
        self.coordinatorEpoch = coordinatorEpoch
    }

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&coordinatorEpoch, "coordinator_epoch")
        c.tags()
    }
}

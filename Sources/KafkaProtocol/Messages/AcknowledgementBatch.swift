/// What becomes of consecutive records that a member of a share group has acquired (KIP-932).
///
/// Source: `AcknowledgementBatch` in `ShareFetchRequest.json` and `ShareAcknowledgeRequest.json`.
package struct AcknowledgementBatch: WireStruct {
    package var firstOffset: Int64 = 0
    /// Inclusive.
    package var lastOffset: Int64 = 0
    /// One for each record, or one for all. 0: a gap, 1: accept, 2: release, 3: reject, 4: renew (KIP-1222).
    package var acknowledgeTypes: [Int8] = []

    package init() {}

    package init(firstOffset: Int64, lastOffset: Int64, acknowledgeTypes: [Int8]) {
        self.firstOffset = firstOffset
        self.lastOffset = lastOffset
        self.acknowledgeTypes = acknowledgeTypes
    }

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&firstOffset, "first_offset")
        c.field(&lastOffset, "last_offset")
        c.field(&acknowledgeTypes, "acknowledge_types")
        c.tags()
    }
}

/// Where the records of a chunk go.
package enum RecordTargets: Sendable {
    /// All to one slot: a partition, or -1 for any.
    case all(Int32)
    /// One for each record, in order.
    case each([Int32])

    /// The slot of all records, or those of each; for loops over records, which must not open the enumeration for each.
    package var parts: (all: Int32?, each: [Int32]) {
        switch self {
        case .all(let slot): (slot, [])
        case .each(let slots): (nil, slots)
        }
    }

    package subscript(index: Int) -> Int32 {
        switch self {
        case .all(let slot): slot
        case .each(let slots): slots[index]
        }
    }
}

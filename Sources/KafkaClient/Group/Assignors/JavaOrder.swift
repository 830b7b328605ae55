// The orders by which all clients of a group have to sort, so that whichever leads it, members get the same partitions.

/// Whether a text comes before another one in the order of Java's `String.compareTo`: that of their UTF-16 code units.
///
/// It is the order of their UTF-8 bytes, but that characters of four bytes come before those from U+E000 on.
func precedesInJava(_ left: String, _ right: String) -> Bool {
    var rest = right.utf8.makeIterator()
    for byte in left.utf8 {
        guard let other = rest.next() else { return false }
        if byte != other {
            let isSwapped = (byte >= 0xF0) != (other >= 0xF0) && min(byte, other) >= 0xEE
            return (byte < other) != isSwapped
        }
    }
    return rest.next() != nil
}

extension GroupMember {
    /// Whether the member comes before another one: static ones first, by their instance's id, then the others by member id.
    ///
    /// Source: `MemberInfo` in `AbstractPartitionAssignor` of Kafka's client.
    func precedes(_ other: GroupMember) -> Bool {
        switch (groupInstanceID, other.groupInstanceID) {
        case (let instance?, let otherInstance?) where instance != otherInstance:
            precedesInJava(instance, otherInstance)
        case (_?, nil): true
        case (nil, _?): false
        default: precedesInJava(id, other.id)
        }
    }
}

import KafkaQueues

/// The bytes of records that a producer holds before the builder has them, and the appenders that wait for some.
struct RecordRoom: Sendable {
    private let byteCountMax: Int
    /// Bytes of gathered records, of chunks on their way, and of records that were admitted and not added yet.
    private(set) var byteCount = 0
    /// Those of chunks on their way.
    private var leavingByteCount = 0
    private var line = WaitingLine()

    /// Appenders that wait for room.
    var lineLength: Int { line.count }

    /// An appender whose turn has come, with the room that it has now.
    struct Admitted {
        let waiter: Waiter<Void>
        let byteCount: Int
    }

    init(byteCountMax: Int) { self.byteCountMax = byteCountMax }

    /// Takes room for a record, if there is some and nobody waits for it. A record larger than the bound needs all of it.
    mutating func reserve(_ count: Int) -> Bool {
        guard line.isEmpty, has(count) else { return false }
        byteCount += count
        return true
    }

    private func has(_ count: Int) -> Bool { byteCount == 0 || byteCount + count <= byteCountMax }

    /// Joins the line for room.
    mutating func join(_ count: Int) -> Waiter<Void> { line.join(count) }

    /// Leaves the line without room.
    mutating func leave(_ waiter: Waiter<Void>) { line.leave(waiter) }

    /// Says that reserved bytes are on their way to the builder.
    mutating func leave(_ count: Int) { leavingByteCount += count }

    /// Gives back the bytes of a chunk that the builder has taken or refused.
    mutating func arrive(_ count: Int) {
        leavingByteCount -= count
        byteCount -= count
    }

    /// Gives back what was reserved for a record that was not added.
    mutating func release(_ count: Int) { byteCount -= count }

    /// Admits, in their order, the appenders that fit.
    mutating func admit() -> [Admitted] {
        var admitted: [Admitted] = []
        while let count = line.first, has(count), let waiter = line.takeFirst() {
            byteCount += count
            admitted.append(Admitted(waiter: waiter, byteCount: count))
        }
        return admitted
    }

    /// Whether gathered records must be handed over before they have lingered: an appender waits, and little is on its way
    /// whose room would come back.
    var wantsHandover: Bool { !line.isEmpty && leavingByteCount < byteCountMax / 2 }

    /// Sends all away that wait.
    mutating func refuseAll() -> [Waiter<Void>] { line.takeAll() }
}

import KafkaQueues

/// The bytes of records that a producer holds before the builder has them, and the line of appenders that wait for room.
struct RecordRoom: Sendable {
    private let byteCountMax: Int
    /// The bytes of gathered records, of handovers, and of records that were admitted and not added yet.
    private(set) var byteCount = 0
    /// The bytes of handovers alone.
    private var handoverByteCount = 0
    private var line = WaitingLine()

    /// The number of appenders that wait for room.
    var lineLength: Int { line.count }

    /// An appender for which room was taken.
    struct Admitted {
        let waiter: Waiter<Void>
        let byteCount: Int
    }

    init(byteCountMax: Int) { self.byteCountMax = byteCountMax }

    /// Takes room for a record, if there is enough and no other appender waits. A record that is larger than the bound gets
    /// room when nothing else is here.
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

    /// Says that the reserved bytes of a chunk are being handed over.
    mutating func beginHandover(_ count: Int) { handoverByteCount += count }

    /// Gives back the bytes of a chunk that the builder has taken or refused.
    mutating func endHandover(_ count: Int) {
        handoverByteCount -= count
        byteCount -= count
    }

    /// Gives back what was reserved for a record that was not added.
    mutating func release(_ count: Int) { byteCount -= count }

    /// Takes appenders out of the line, in order, as long as the first one fits, and takes their room.
    mutating func admit() -> [Admitted] {
        var admitted: [Admitted] = []
        while let count = line.first, has(count), let waiter = line.takeFirst() {
            byteCount += count
            admitted.append(Admitted(waiter: waiter, byteCount: count))
        }
        return admitted
    }

    /// Whether gathered records must be handed over before their linger time: an appender waits, and the handovers under way
    /// will give back less than half of the bound.
    var wantsHandover: Bool { !line.isEmpty && handoverByteCount < byteCountMax / 2 }

    /// Takes all waiters out of the line. The caller resumes them with an error.
    mutating func refuseAll() -> [Waiter<Void>] { line.takeAll() }
}

import KafkaTransport

/// The open batches of a lane in the order in which their linger times end, so that a look costs as much as there is due and
/// not as much as there are partitions.
///
///      held  [ due, and the leader is busy … ] by leader      line  [ oldest … youngest ]
///            seal when it is not, or too late ◀────────────────────── due
///
/// A batch that was sealed otherwise, because it is full, leaves its entry behind: it is known by the serial number of its
/// slot's batch, and taken out when it is met, or when half of all entries are such.
struct LingerLine {
    /// A batch that was opened.
    ///
    /// It does not count as a reference to the topic, which lives as long as the lane.
    struct Entry {
        private let unmanagedTopic: Unmanaged<OpenTopic>
        private let shortSlot: Int32
        private let serial: UInt32
        /// When the first record of the batch came.
        let began: MonotonicInstant

        init(_ topic: OpenTopic, _ slot: Int, serial: UInt32, began: MonotonicInstant) {
            unmanagedTopic = .passUnretained(topic)
            shortSlot = Int32(truncatingIfNeeded: slot)
            self.serial = serial
            self.began = began
        }

        var topic: OpenTopic { unmanagedTopic.takeUnretainedValue() }
        var slot: Int { Int(shortSlot) }
        var isOpen: Bool { unmanagedTopic._withUnsafeGuaranteedRef { $0.isOpen(slot, serial: serial) } }
    }

    /// What becomes of a batch whose linger time is over.
    enum Verdict {
        case seal
        /// It stays open until this broker may be sent to.
        case hold(for: Int32)
    }

    private var line: [Entry] = []
    /// Those before it are gone.
    private var head = 0
    /// By the broker that they wait for, the oldest first.
    private var held: [Int32: [Entry]] = [:]
    private var heldCount = 0
    /// No batch that is held began earlier.
    private var heldSince = MonotonicInstant.distantFuture

    /// When the first record of the oldest batch came that is not held; nil when there is none.
    mutating func oldest() -> MonotonicInstant? {
        skipClosed()
        return head < line.count ? line[head].began : nil
    }

    /// When the first record of the oldest batch came that is held, or a little earlier; nil when there is none.
    var oldestHeld: MonotonicInstant? { heldCount == 0 ? nil : heldSince }

    /// Adds a batch that was opened.
    ///
    /// - Parameter openCount: the number of open batches, with it.
    mutating func add(_ entry: Entry, openCount: Int) {
        if line.count - head + heldCount >= 2 * openCount + 32 { dropClosed() }
        // Mostly it is the youngest. Chunks that were gathered for some time may begin a little earlier.
        Self.insert(entry, to: &line, from: head)
    }

    private static func insert(_ entry: Entry, to entries: inout [Entry], from head: Int) {
        if entries.count == head || entries[entries.count - 1].began <= entry.began { return entries.append(entry) }
        var (low, high) = (head, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].began <= entry.began { low = middle + 1 } else { high = middle }
        }
        entries.insert(entry, at: low)
    }

    /// Takes out the batches that are not held and whose first record came at or before a moment, the oldest first, and asks
    /// what becomes of each.
    mutating func takeDue(_ moment: MonotonicInstant, _ verdict: (Entry) -> Verdict) {
        while head < line.count {
            let entry = line[head]
            if entry.began > moment { break }
            head += 1
            if entry.isOpen, case .hold(let broker) = verdict(entry) { hold(entry, for: broker) }
        }
        skipClosed()
    }

    private mutating func hold(_ entry: Entry, for broker: Int32) {
        Self.insert(entry, to: &held[broker, default: []], from: 0)
        heldCount += 1
        heldSince = min(heldSince, entry.began)
    }

    /// Asks once more what becomes of the batches that are held for a broker.
    mutating func takeHeld(for broker: Int32, _ verdict: (Entry) -> Verdict) {
        guard let entries = held.removeValue(forKey: broker) else { return }
        heldCount -= entries.count
        for entry in entries where entry.isOpen {
            if case .hold(let broker) = verdict(entry) { hold(entry, for: broker) }
        }
        if heldCount == 0 { heldSince = .distantFuture }
    }

    /// Takes out the batches that are held and whose first record came at or before a moment.
    mutating func takeHeld(_ moment: MonotonicInstant, _ seal: (Entry) -> Void) {
        if heldCount == 0 || heldSince > moment { return }
        var oldest = MonotonicInstant.distantFuture
        for broker in Array(held.keys) {
            var entries = held.removeValue(forKey: broker)!
            heldCount -= entries.count
            var taken = 0
            while taken < entries.count, entries[taken].began <= moment || !entries[taken].isOpen {
                if entries[taken].isOpen { seal(entries[taken]) }
                taken += 1
            }
            entries.removeSubrange(0..<taken)
            if entries.isEmpty { continue }
            oldest = min(oldest, entries[0].began)
            heldCount += entries.count
            held[broker] = entries
        }
        heldSince = oldest
    }

    private mutating func skipClosed() {
        while head < line.count, !line[head].isOpen { head += 1 }
        if head == line.count {
            line.removeAll(keepingCapacity: true)
            head = 0
        } else if head > 1024, head > line.count / 2 {
            line.removeSubrange(0..<head)
            head = 0
        }
    }

    private mutating func dropClosed() {
        line.removeSubrange(0..<head)
        head = 0
        line.removeAll { !$0.isOpen }
        for broker in Array(held.keys) { held[broker]!.removeAll { !$0.isOpen } }
        heldCount = held.values.reduce(0) { $0 + $1.count }
    }
}

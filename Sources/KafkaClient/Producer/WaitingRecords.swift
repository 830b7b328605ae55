import KafkaProtocol

/// Records that were appended one by one and are not yet with the builder. Bounded in bytes.
///
/// Chunks are handed over one after the other in the order in which they were taken from here. Each draws a ticket and
/// waits for its turn; its bytes count until the turn ends.
struct WaitingRecords: Sendable {
    struct Place: Hashable, Sendable {
        let topic: String
        let partition: Int32?
    }

    /// A chunk on its way to the builder.
    struct Taken: Sendable {
        let place: Place
        let chunk: RecordChunk
        /// What was reserved for its records.
        let byteCount: Int
        let ticket: Int
        /// Its only record is told of by the `append` that brought it, and by nobody else.
        let isAlone: Bool
    }

    /// What the end of a turn allows.
    struct TurnEnd {
        var next: CheckedContinuation<Void, Never>?
        var admitted: [CheckedContinuation<Void, any Error>] = []
        var toHandOver: [Taken] = []
    }

    enum Linger {
        case wait(ns: Int64)
        case handOver(Taken)
        case end
    }

    private struct Gathering {
        var chunk = RecordChunk()
        var byteCount = 0
        let beganNs: Int64
    }

    private let byteCountMax: Int
    private var gatherings: [Place: Gathering] = [:]
    private var partitionCounts: [String: Int] = [:]
    /// Bytes of gatherings, of chunks on their way, and of records that were admitted and not added yet.
    private(set) var byteCount = 0
    private var byteCountOnTheWay = 0
    private var waiters: [(id: UInt64, byteCount: Int, continuation: CheckedContinuation<Void, any Error>)] = []
    private var nextWaiter: UInt64 = 0
    private var nextTicket = 0
    private var serving = 0
    private var turns: [Int: CheckedContinuation<Void, Never>] = [:]
    private var lingering: Set<Place> = []
    private var lingerTasks: [Place: Task<Void, Never>] = [:]
    private(set) var isClosed = false

    init(byteCountMax: Int) { self.byteCountMax = byteCountMax }

    static let closedError = KafkaClientError(.closed, "the producer was closed and takes no more records")

    // MARK: Records

    /// Whether the place is known to exist.
    func isKnown(_ place: Place) -> Bool {
        guard !isClosed, let count = partitionCounts[place.topic] else { return false }
        return place.partition.map { $0 >= -1 && $0 < count } ?? true
    }

    mutating func learn(_ topic: String, partitionCount: Int) { partitionCounts[topic] = partitionCount }

    /// Adds a record for which there is room by `reserve` or `wait`.
    ///
    /// - Returns: the chunk, now to be handed over, when it is full; and whether nobody lingers for the place yet.
    /// - Throws: `KafkaClientError` with `.closed`.
    mutating func add(
        _ place: Place, byteCount: Int, nowNs: @autoclosure () -> Int64, _ append: (inout RecordChunk) -> Void
    ) throws(KafkaClientError) -> (full: Taken?, mustLinger: Bool) {
        if isClosed { throw Self.closedError }
        append(&gatherings[place, default: Gathering(beganNs: nowNs())].chunk)
        gatherings[place]!.byteCount += byteCount
        let gathering = gatherings[place]!
        if gathering.chunk.count >= 256 || gathering.chunk.byteCount >= 64 << 10 { return (take(place), false) }
        return (nil, lingering.insert(place).inserted)
    }

    mutating func take(_ place: Place) -> Taken? {
        guard let gathering = gatherings.removeValue(forKey: place) else { return nil }
        return take(gathering.chunk, to: place, byteCount: gathering.byteCount, isAlone: false)
    }

    mutating func takeAll() -> [Taken] { Array(gatherings.keys).compactMap { take($0) } }

    /// A record that goes alone, behind what waits for the same place.
    mutating func takeAlone(_ chunk: RecordChunk, to place: Place, byteCount: Int) throws(KafkaClientError) -> [Taken] {
        if isClosed { throw Self.closedError }
        let before = take(place).map { [$0] } ?? []
        return before + [take(chunk, to: place, byteCount: byteCount, isAlone: true)]
    }

    private mutating func take(_ chunk: RecordChunk, to place: Place, byteCount: Int, isAlone: Bool) -> Taken {
        byteCountOnTheWay += byteCount
        return Taken(place: place, chunk: chunk, byteCount: byteCount, ticket: drawTicket(), isAlone: isAlone)
    }

    // MARK: Room

    /// Takes room for a record, if there is some and nobody waits for it. What is larger than the bound needs all of it.
    mutating func reserve(_ byteCount: Int) -> Bool {
        guard waiters.isEmpty, hasRoom(byteCount) else { return false }
        self.byteCount += byteCount
        return true
    }

    private func hasRoom(_ count: Int) -> Bool { byteCount == 0 || byteCount + count <= byteCountMax }

    mutating func drawWaiter() -> UInt64 {
        nextWaiter += 1
        return nextWaiter
    }

    mutating func wait(_ id: UInt64, _ byteCount: Int, _ continuation: CheckedContinuation<Void, any Error>) {
        waiters.append((id, byteCount, continuation))
    }

    mutating func withdraw(_ id: UInt64) -> CheckedContinuation<Void, any Error>? {
        waiters.firstIndex { $0.id == id }.map { waiters.remove(at: $0).continuation }
    }

    /// Gives back room; those who wait come in their order.
    mutating func release(_ byteCount: Int) -> TurnEnd {
        self.byteCount -= byteCount
        return settle()
    }

    /// Admits who fits. Where somebody waits and little is on its way, what is being gathered goes as well, or its room
    /// would come back only when it has lingered.
    mutating func settle() -> TurnEnd {
        var end = TurnEnd()
        while let first = waiters.first, hasRoom(first.byteCount) {
            byteCount += first.byteCount
            waiters.removeFirst()
            end.admitted.append(first.continuation)
        }
        if !waiters.isEmpty, byteCountOnTheWay < byteCountMax / 2 { end.toHandOver = takeAll() }
        return end
    }

    // MARK: Turns

    mutating func drawTicket() -> Int {
        defer { nextTicket += 1 }
        return nextTicket
    }

    /// Whether it is the ticket's turn; if not, `continuation` is resumed when it is.
    mutating func isTurn(_ ticket: Int, _ continuation: CheckedContinuation<Void, Never>) -> Bool {
        if ticket == serving { return true }
        turns[ticket] = continuation
        return false
    }

    /// Ends a turn, of which so many bytes come back.
    mutating func endTurn(byteCount: Int) -> TurnEnd {
        byteCountOnTheWay -= byteCount
        serving += 1
        var end = release(byteCount)
        end.next = turns.removeValue(forKey: serving)
        return end
    }

    // MARK: Linger and end

    /// What whoever lingers for a place does next.
    mutating func linger(_ place: Place, lingerNs: Int64, nowNs: Int64) -> Linger {
        guard let gathering = gatherings[place] else {
            lingering.remove(place)
            lingerTasks[place] = nil
            return .end
        }
        let remainingNs = gathering.beganNs &+ lingerNs &- nowNs
        if remainingNs > 0 { return .wait(ns: remainingNs) }
        return take(place).map { .handOver($0) } ?? .end
    }

    /// Keeps the task that lingers, for `close`; it may have ended already.
    mutating func keep(_ task: Task<Void, Never>, for place: Place) {
        if isClosed { task.cancel() }
        if lingering.contains(place) { lingerTasks[place] = task }
    }

    /// Takes no more records.
    mutating func close() -> (
        lingering: [Task<Void, Never>], refused: [CheckedContinuation<Void, any Error>], toHandOver: [Taken]
    ) {
        isClosed = true
        defer {
            waiters = []
            lingerTasks = [:]
        }
        return (Array(lingerTasks.values), waiters.map(\.continuation), takeAll())
    }
}

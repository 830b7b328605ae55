import KafkaProtocol
import KafkaQueues
import KafkaTransport

/// Records that were appended one by one and are not yet with the builder. Bounded in bytes. A value, behind the producer's
/// lock.
///
///      reserve ─▶ add ─▶ gathering of its destination ─(full, lingered, flushed)─▶ handover ─(its turn)─▶ builder
///
/// Chunks are handed over one after the other in the order in which they left here: each handover draws a ticket and waits
/// for its turn. Its bytes count until the turn ends.
struct GatheredRecords: Sendable {
    /// Where records go: those of one destination share a chunk.
    struct Destination: Hashable, Sendable {
        let topic: String
        /// Nil lets the partitioner decide.
        let partition: Int32?
    }

    /// A chunk on its way to the builder.
    struct Handover: Sendable {
        let destination: Destination
        let chunk: RecordChunk
        /// What was reserved for its records.
        let byteCount: Int
        let ticket: Int
        /// Its only record is told of by the `append` that brought it, and by nobody else.
        let isAlone: Bool
    }

    /// What became of a record that was added.
    struct Added {
        /// Its chunk, now to be handed over, when it is full.
        var full: Handover?
        /// No task lingers for the destination yet.
        var needsLinger = false
    }

    private struct Gathering {
        var chunk = RecordChunk()
        var byteCount = 0
        let began: MonotonicInstant
    }

    private static let recordCountMax = 256
    private static let chunkByteCountMax = 64 << 10

    private var gatherings: [Destination: Gathering] = [:]
    private var partitionCounts: [String: Int] = [:]
    private var lingering: [Destination: Task<Void, Never>?] = [:]
    var room: RecordRoom
    var turns = HandoverTurns()
    private(set) var isClosed = false

    /// - Parameter byteCountMax: bytes of the records that may be here.
    init(byteCountMax: Int) { room = RecordRoom(byteCountMax: byteCountMax) }

    static let closedError = KafkaClientError(.closed, "the producer was closed and takes no more records")

    // MARK: Destinations

    /// Whether the destination is known to exist.
    func isKnown(_ destination: Destination) -> Bool {
        guard !isClosed, let count = partitionCounts[destination.topic] else { return false }
        return destination.partition.map { $0 >= -1 && $0 < count } ?? true
    }

    mutating func learn(_ topic: String, partitionCount: Int) { partitionCounts[topic] = partitionCount }

    // MARK: Records

    /// Adds a record for which there is room.
    ///
    /// - Throws: `KafkaClientError` with `.closed`, or what `append` throws: the room is given back then.
    mutating func add(
        to destination: Destination, byteCount: Int, now: @autoclosure () -> MonotonicInstant,
        _ append: (inout RecordChunk) throws(KafkaClientError) -> Void
    ) throws(KafkaClientError) -> Added {
        if isClosed { throw Self.closedError }
        do throws(KafkaClientError) {
            try append(&gatherings[destination, default: Gathering(began: now())].chunk)
        } catch {
            room.release(byteCount)
            if gatherings[destination]?.chunk.isEmpty == true { gatherings[destination] = nil }
            throw error
        }
        gatherings[destination]!.byteCount += byteCount
        let chunk = gatherings[destination]!.chunk
        if chunk.count >= Self.recordCountMax || chunk.byteCount >= Self.chunkByteCountMax {
            return Added(full: handOver(destination))
        }
        if lingering[destination] != nil { return Added() }
        lingering[destination] = .some(nil)
        return Added(needsLinger: true)
    }

    /// Takes what is gathered for a destination.
    mutating func handOver(_ destination: Destination) -> Handover? {
        guard let gathering = gatherings.removeValue(forKey: destination) else { return nil }
        return draw(gathering.chunk, to: destination, byteCount: gathering.byteCount, isAlone: false)
    }

    /// Takes all that is gathered.
    mutating func handOverAll() -> [Handover] { Array(gatherings.keys).compactMap { handOver($0) } }

    /// Takes a record that goes alone, behind what is gathered for the same destination.
    ///
    /// - Throws: `KafkaClientError` with `.closed`.
    mutating func handOver(alone chunk: RecordChunk, to destination: Destination, byteCount: Int)
        throws(KafkaClientError) -> [Handover]
    {
        if isClosed { throw Self.closedError }
        let before = handOver(destination).map { [$0] } ?? []
        return before + [draw(chunk, to: destination, byteCount: byteCount, isAlone: true)]
    }

    private mutating func draw(
        _ chunk: RecordChunk, to destination: Destination, byteCount: Int, isAlone: Bool
    ) -> Handover {
        room.leave(byteCount)
        return Handover(
            destination: destination, chunk: chunk, byteCount: byteCount, ticket: turns.drawTicket(), isAlone: isAlone)
    }

    // MARK: Linger and end

    /// What a task that lingers for a destination does next.
    enum Linger {
        case wait(Duration)
        case handOver(Handover)
        case end
    }

    mutating func linger(for destination: Destination, _ linger: Duration, now: MonotonicInstant) -> Linger {
        guard let gathering = gatherings[destination] else {
            lingering[destination] = nil
            return .end
        }
        let due = gathering.began + linger
        if due > now { return .wait(due - now) }
        return handOver(destination).map { .handOver($0) } ?? .end
    }

    /// Keeps the task that lingers, for `close`; it may have ended already.
    mutating func keep(_ task: Task<Void, Never>, for destination: Destination) {
        if isClosed { task.cancel() }
        if lingering[destination] != nil { lingering[destination] = task }
    }

    /// What `close` leaves to be done.
    struct Closing {
        let lingering: [Task<Void, Never>]
        let refused: [Waiter<Void>]
        let handovers: [Handover]
    }

    /// Takes no more records.
    mutating func close() -> Closing {
        isClosed = true
        defer { lingering = [:] }
        return Closing(
            lingering: lingering.values.compactMap { $0 }, refused: room.refuseAll(), handovers: handOverAll())
    }
}

import KafkaProtocol
import KafkaQueues
import KafkaTransport

/// Records that were appended one by one and that the builder has not taken yet. Bounded in bytes. The producer keeps it
/// behind a lock.
///
///      reserve ─▶ add ─▶ gathering of its destination ─(full, lingered, flushed)─▶ handover ─(its turn)─▶ builder
///
/// Chunks are handed over one after the other, in the order in which they were taken from here: each handover draws a ticket
/// and waits for its turn. Its bytes count until the turn ends.
struct GatheredRecords: Sendable {
    /// The topic and the partition that records are appended to. Records of one destination share a chunk.
    struct Destination: Hashable, Sendable {
        let topic: String
        /// Nil lets the partitioner choose.
        let partition: Int32?
    }

    /// A chunk on its way to the builder.
    struct Handover: Sendable {
        let destination: Destination
        let chunk: RecordChunk
        /// The bytes that were reserved for its records.
        let byteCount: Int
        let ticket: Int
        /// Whether the chunk has one record, whose `append` throws when it is refused. The record is then not counted as
        /// failed as well.
        let isAlone: Bool
    }

    /// What the caller has to do after it has added a record.
    struct Added {
        /// The record's chunk, when it is full: it must be handed over.
        var full: Handover?
        /// Whether a task must be started that lingers for the destination, because there is none yet.
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

    /// - Parameter byteCountMax: the most bytes of records that may be here.
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

    /// Adds a record for which room was reserved.
    ///
    /// - Throws: `KafkaClientError` with `.closed`; or what `append` throws, and then the room is given back. Once closed,
    ///   there is no room to give back to.
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

    /// Takes the records that are gathered for a destination; nil when there are none.
    mutating func handOver(_ destination: Destination) -> Handover? {
        guard let gathering = gatherings.removeValue(forKey: destination) else { return nil }
        return draw(gathering.chunk, to: destination, byteCount: gathering.byteCount, isAlone: false)
    }

    /// Takes the gathered records of all destinations.
    mutating func handOverAll() -> [Handover] { Array(gatherings.keys).compactMap { handOver($0) } }

    /// Takes a record that is handed over alone, after the records that are gathered for the same destination.
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
        room.beginHandover(byteCount)
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

    /// Keeps a task that lingers, so that `close` can cancel it. The task may have ended already.
    mutating func keep(_ task: Task<Void, Never>, for destination: Destination) {
        if isClosed { task.cancel() }
        if lingering[destination] != nil { lingering[destination] = task }
    }

    /// What the caller of `close` has to do.
    ///
    /// It cancels the tasks that linger, resumes the refused waiters with an error, and makes the handovers.
    struct Closing {
        let lingering: [Task<Void, Never>]
        let refused: [Waiter<Void>]
        let handovers: [Handover]
    }

    /// Refuses records from now on.
    mutating func close() -> Closing {
        isClosed = true
        defer { lingering = [:] }
        return Closing(
            lingering: lingering.values.compactMap { $0 }, refused: room.refuseAll(), handovers: handOverAll())
    }
}

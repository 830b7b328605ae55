/// What producers have of a builder's batches.
struct PendingFlow: Equatable {
    /// The bytes of the batches that have no delivery yet.
    var byteCount = 0
    /// The memory in which they lie.
    var memoryByteCount = 0
    /// The bytes that are enough. Zero: nobody says so.
    var enough = 0

    static func += (sum: inout PendingFlow, change: PendingFlow) {
        sum.byteCount += change.byteCount
        sum.memoryByteCount += change.memoryByteCount
        sum.enough += change.enough
    }

    static func - (now: PendingFlow, before: PendingFlow) -> PendingFlow {
        PendingFlow(
            byteCount: now.byteCount - before.byteCount, memoryByteCount: now.memoryByteCount - before.memoryByteCount,
            enough: now.enough - before.enough)
    }
}

extension PendingFlow {
    /// Notes that batches are on their way to a lane on another thread, or no longer.
    static func note(_ batches: [RecordBatch], _ sign: Int) {
        var rest = batches[...]
        while let first = rest.first {
            let end = rest.firstIndex { $0.pool !== first.pool } ?? rest.endIndex
            var flow = PendingFlow()
            for batch in rest[..<end] {
                flow.byteCount += sign * batch.byteCount
                flow.memoryByteCount += sign * batch.heldByteCount
            }
            first.pool?.noteFlow(flow)
            rest = rest[end...]
        }
    }
}

/// What a lane has told a builder's memory, which it does not keep alive. When the report goes, the lane has nothing any more.
final class FlowReport {
    private weak var pool: BatchMemoryPool?
    private let identity: ObjectIdentifier
    private var told = PendingFlow()

    init(to pool: BatchMemoryPool) {
        self.pool = pool
        identity = ObjectIdentifier(pool)
    }

    deinit { tell(PendingFlow()) }

    func isTo(_ pool: BatchMemoryPool?) -> Bool { pool.map { ObjectIdentifier($0) == identity } ?? false }

    /// - Returns: whether the memory is there still.
    @discardableResult
    func tell(_ flow: PendingFlow) -> Bool {
        if flow == told { return true }
        guard let pool else { return false }
        pool.noteFlow(flow - told)
        told = flow
        return true
    }
}

internal import Synchronization

/// Memory of chunks to be used again, that used last first. A chunk that was appended to a producer and is emptied gets
/// other memory while the lanes still read the old one; what they have read comes back here.
///
/// All storages of one chunk's line share a recycler, which lives as long as one of them.
final class ChunkRecycler: Sendable {
    /// The memory of one storage. It is nobody else's.
    struct Memory: @unchecked Sendable {
        // Unchecked: nothing refers to the entries but this.
        let arena: RecordArena
        let entries: UnsafeMutablePointer<RecordChunk.Entry>
        let capacity: Int

        var byteCount: Int { arena.capacity + capacity * RecordChunk.entryByteCount }
    }

    private struct State {
        var spares: [Memory] = []
        var byteCount = 0
    }

    private let state = Mutex(State())
    private static let byteCountMax = 4 << 20

    deinit { for spare in state.withLock({ $0.spares }) { spare.entries.deallocate() } }

    /// Empty storage with at least the capacity of another one.
    func makeStorage(like storage: RecordChunk.Storage) -> RecordChunk.Storage {
        let spare = state.withLock { state in
            let spare = state.spares.popLast()
            if let spare { state.byteCount -= spare.byteCount }
            return spare
        }
        if let spare, spare.capacity >= storage.capacity, spare.arena.capacity >= storage.arena.capacity {
            return RecordChunk.Storage(spare, self)
        }
        spare?.entries.deallocate()
        return RecordChunk.Storage(
            arena: RecordArena(capacity: storage.arena.capacity), capacity: storage.capacity, recycler: self)
    }

    /// Takes memory back.
    ///
    /// - Returns: false when there is enough already.
    func keep(_ memory: Memory) -> Bool {
        state.withLock { state in
            guard state.byteCount + memory.byteCount <= Self.byteCountMax else { return false }
            state.spares.append(memory)
            state.byteCount += memory.byteCount
            return true
        }
    }
}

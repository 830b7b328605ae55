import KafkaProtocol
import KafkaTransport
import Synchronization

/// The door for records of any task to any topic. One short lock is taken for each record; a topic's name is compared with
/// that of the record before, and looked up only where they differ.
final class SharedDoor: Sendable {
    private let router: ChunkRouter
    private let state = Mutex(State())

    private struct State {
        var fillers: [TopicFiller] = []
        var indices: [String: Int] = [:]
        /// The filler that was used last.
        var last = 0
    }

    private struct TopicFiller {
        let name: String
        var filler: ChunkFiller
    }

    init(_ router: ChunkRouter) { self.router = router }

    /// Adds a record.
    ///
    /// - Parameter partition: `ChunkCursor.unnamedPartition` lets the partitioner choose.
    /// - Throws: the errors of `ChunkFiller.add`.
    @inline(__always)
    func add(
        _ value: RawSpan?, _ key: RawSpan?, _ headers: [RecordHeader], _ timestampMs: Int64?, to topic: String,
        partition: Int32
    ) throws(KafkaClientError) -> RecordNeed {
        try state.withLock { state throws(KafkaClientError) in
            guard let index = index(of: topic, &state) else { return .topic }
            return try state.fillers[index].filler.add(value, key, headers, timestampMs, partition: partition)
        }
    }

    @inline(__always)
    private func index(of topic: String, _ state: inout State) -> Int? {
        if state.last < state.fillers.count, state.fillers[state.last].name == topic { return state.last }
        return findIndex(of: topic, &state)
    }

    @inline(never)
    private func findIndex(of topic: String, _ state: inout State) -> Int? {
        if let index = state.indices[topic] {
            state.last = index
            return index
        }
        guard let known = router.knownTopic(topic) else { return nil }
        state.last = state.fillers.count
        state.indices[topic] = state.last
        state.fillers.append(TopicFiller(name: topic, filler: ChunkFiller(router.makeGatherer(known))))
        return state.last
    }

    /// Numbers the records that are added to a topic from now on, in the order in which they are.
    func number(_ topic: KnownTopic, from first: Int64) {
        state.withLock { state in
            guard let index = index(of: topic.name, &state) else { return }
            state.fillers[index].filler.letGo()
            state.fillers[index].filler.gatherer.handOver()
            state.fillers[index].filler.gatherer.number(from: first)
        }
    }

    /// Opens a chunk for which room was taken.
    func take(room byteCount: Int, for recordByteCount: Int, to topic: String) throws(KafkaClientError) {
        try state.withLock { state throws(KafkaClientError) in
            guard let index = index(of: topic, &state) else { return router.room.give(byteCount) }
            try state.fillers[index].filler.take(room: byteCount, for: recordByteCount)
        }
    }

    /// Hands over a chunk of the user's, behind the records that were added before.
    ///
    /// - Parameter byteCount: the room that was taken for it, which is given back when this does not hand it over.
    /// - Throws: `KafkaClientError`: `.unknownPartition` or `.closed`; nothing of the chunk was taken then.
    func add(
        _ chunk: RecordChunk, _ extent: RecordChunk.Extent, to topic: KnownTopic, partition: Int32?
    ) throws(KafkaClientError) {
        do throws(KafkaClientError) {
            try state.withLock { state throws(KafkaClientError) in
                guard let index = index(of: topic.name, &state) else { throw ChunkRoom.closedError }
                state.fillers[index].filler.letGo()
                try state.fillers[index].filler.gatherer.handOver(
                    chunk, partition: partition, hasKeys: extent.hasKeys, byteCount: extent.byteCount)
            }
        } catch {
            router.room.give(extent.byteCount)
            throw error
        }
    }
}

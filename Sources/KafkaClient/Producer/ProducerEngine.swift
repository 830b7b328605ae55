// What runs a producer, apart from the object that programs hold: so it can come to its end when that is let go of.
//
//   append(value:…) ─▶ SharedDoor ──┐
//   RecordWriter ───────────────────┼▶ Gatherer ─▶ ChunkRouter ─▶ ChunkQueue ─▶ builder ─▶ producer lanes ─▶ deliveries
//   append(chunk) ──────────────────┘     on the caller's thread       │          on the lanes' loops
//                                                                      └ a queue for each lane

import KafkaProtocol
import KafkaTransport
import Synchronization

/// A builder, its lanes, the way of records into them, and the loops on which they run.
final class ProducerEngine: Sendable {
    let builder: any BatchBuilder
    let lanes: [ProducerLane]
    let deliveries: ProducerDeliveries
    let router: ChunkRouter
    /// What coordinates transactions; nil where the producer has none.
    let transactions: TransactionDriver?
    /// The tasks that take chunks into the builder.
    private let serving: [Task<Void, Never>]
    private let pools: [BatchMemoryPool]
    /// The loops that end with the engine; nil when they are somebody else's.
    private let loops: EventLoopGroup?
    private let ending = SharedEnd()
    private let meter: ClientMeter
    /// By which the meter knows of the memory; nil before, and when it does not any more.
    private let memoryID = Mutex<Int?>(nil)

    /// - Parameters:
    ///   - loops: as many as `configuration.loopCount` says.
    ///   - observers: see `Producer.init(_:cluster:connection:on:observing:)`.
    ///   - ownLoops: the same, when they are to end with the engine. Otherwise they must run until it has ended.
    init(
        _ configuration: Producer.Configuration, cluster: Cluster, connection: ConnectionConfiguration,
        on loops: [EventLoop], ownLoops: EventLoopGroup? = nil, observers: [any DeliverySink] = []
    ) throws {
        self.loops = ownLoops
        meter = cluster.meter
        let deliveries = ProducerDeliveries(
            configuration.onDelivery, unbuilt: observers.last, meter: cluster.meter)
        self.deliveries = deliveries
        func lane(_ index: Int, of laneCount: Int) throws -> ProducerLane {
            let sink: any DeliverySink =
                observers.isEmpty ? deliveries : ObservedDeliveries(deliveries, observers[index])
            return try ProducerLane(
                configuration.producer, on: loops[index], cluster: cluster, connection: connection,
                deliveriesTo: sink, share: LaneShare(lane: index, laneCount: laneCount),
                agesFromAppend: true, isTransactional: configuration.transactionalID != nil)
        }
        let memory = configuration.memoryShares
        var builderConfiguration = configuration.builder
        builderConfiguration.memoryByteCountMax = memory.batchByteCountMax
        let pools: [BatchMemoryPool]
        let takers: [any ChunkTaker]
        let takerLoops: [EventLoop]
        switch configuration.strategy {
        case .sharded:
            lanes = try loops.indices.map { try lane($0, of: loops.count) }
            let sharded = try ShardedBuilder(builderConfiguration, on: loops, topics: cluster, to: lanes)
            (builder, takers, takerLoops) = (sharded, sharded.lanes, loops)
            pools = sharded.lanes.map(\.pool)
        case .sequential:
            lanes = [try lane(0, of: 1)]
            let sequential = try SequentialBuilder(
                builderConfiguration, on: loops[0], workersOn: Array(loops.dropFirst()), topics: cluster, to: lanes[0])
            (builder, takers, takerLoops) = (sequential, [sequential], [loops[0]])
            pools = [sequential.pool]
        }
        self.pools = pools
        let room = ChunkRoom(byteCountMax: memory.roomByteCountMax, on: loops[0], meter: cluster.meter)
        let queues = takerLoops.map { ChunkQueue(on: $0, room: room, linger: configuration.builder.linger) }
        router = ChunkRouter(
            configuration.builder, room: room, queues: queues, topics: BuilderTopics(cluster)
        ) { deliveries.refuse($0) }
        transactions = configuration.transactionalID.map { [lanes] in
            TransactionDriver(
                TransactionSettings($0, configuration, cluster.configuration), cluster: cluster, lanes: lanes,
                room: room)
        }
        if let transactions {
            room.suspend(.noTransaction)
            deliveries.setOnRefusal { [weak transactions] in transactions?.didRefuse($0) }
            Task(executorPreference: transactions.loop) { await transactions.start() }
        }
        serving = zip(queues, takers).map { queue, taker in
            Task(executorPreference: queue.loop) { await queue.serve(taker) { deliveries.refuse($0) } }
        }
        let totalByteCount = configuration.builder.memoryByteCountMax
        memoryID.withLock { id in
            id = meter.add { [weak self] in self.map { ProducerMemory($0.backlog, of: totalByteCount) } }
        }
    }

    /// Sends everything that was appended before, and waits until its fate is known.
    func flush() async throws {
        router.handOverAll()
        for queue in router.queues { try await queue.waitUntilTaken() }
        await builder.flush()
        for lane in lanes { try await lane.drain() }
    }

    /// Closes the connections. Records that are not delivered yet fail. Returns when nothing of the producer runs any more.
    ///
    /// Calling it again waits for the same end.
    func end() async { await ending.reach { [self] in await close() } }

    private func close() async {
        router.close()
        await transactions?.close()
        // Stopped first: whether the last batches of the builder are sent must not be a race with closing.
        for lane in lanes { await lane.stop() }
        await builder.finish()
        for queue in router.queues { queue.close() }
        for task in serving { await task.value }
        for lane in lanes { await lane.close() }
        await loops?.shutDown()
        forgetMemory()
    }

    deinit { forgetMemory() }

    private func forgetMemory() {
        let id = memoryID.withLock { id in
            defer { id = nil }
            return id
        }
        if let id { meter.remove(memory: id) }
    }

    /// What is waiting.
    var backlog: Producer.Backlog {
        Producer.Backlog(
            recordCount: max(
                0, router.handedOverCount.load(ordering: .relaxed) - deliveries.recordCount.load(ordering: .relaxed)),
            gatheredByteCount: router.room.takenByteCount,
            batchByteCount: pools.reduce(0) { $0 + $1.takenByteCount }, waitingAppends: router.room.lineLength)
    }
}

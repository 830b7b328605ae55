import Synchronization
import Testing

@testable import KafkaClient

/// The strategies that keep to the contract of `BatchBuilder`.
enum BuilderStrategy: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case lane = "one lane"
    case shardedByOne = "sharded, one lane"
    case shardedByThree = "sharded, three lanes"
    case sequentialWithOne = "sequential, one worker"
    case sequentialWithThree = "sequential, three workers"

    var testDescription: String { rawValue }

    var loopCount: Int {
        switch self {
        case .lane, .shardedByOne: 1
        case .shardedByThree: 3
        case .sequentialWithOne: 2
        case .sequentialWithThree: 4
        }
    }

    /// Sources that a sink hears `finish` from.
    var sinkCount: Int { self == .shardedByThree ? 3 : 1 }

    func make(
        _ configuration: BuilderConfiguration, on loops: [EventLoop], topics: any TopicDirectory, to sink: any BatchSink
    ) throws -> any BatchBuilder {
        switch self {
        case .lane:
            try BuilderLane(configuration, on: loops[0], topics: topics, to: sink)
        case .shardedByOne, .shardedByThree:
            try ShardedBuilder(configuration, on: loops, topics: topics, to: loops.map { _ in sink })
        case .sequentialWithOne, .sequentialWithThree:
            try SequentialBuilder(
                configuration, on: loops[0], workersOn: Array(loops[1...]), topics: topics, to: sink)
        }
    }
}

/// A builder under test with its sink, on loops of its own.
struct BuilderBench {
    let builder: any BatchBuilder
    let sink: CollectingSink
    /// The loops of the builder; what appends to it comes first.
    let loops: [EventLoop]

    /// Lets every loop do what it has been given, and look at its timers and the network, several times.
    ///
    /// Loops work in order, so what was given to one before has come to its end or to a wait.
    func turn() async {
        for _ in 0..<5 {
            for loop in loops { await Task(executorPreference: loop) { await loop.nextTurn() }.value }
        }
    }

    static let topics = FixedTopics(["few": 3, "one": 1, "many": 7])

    /// Makes a builder, runs the test and takes everything down.
    static func with(
        _ strategy: BuilderStrategy, _ configuration: BuilderConfiguration,
        topics: any TopicDirectory = BuilderBench.topics, _ body: (BuilderBench) async throws -> Void
    ) async throws {
        let group = try EventLoopGroup(count: strategy.loopCount, name: "build")
        let sink = CollectingSink(sourceCount: strategy.sinkCount)
        do {
            let builder = try strategy.make(configuration, on: group.loops, topics: topics, to: sink)
            do {
                try await body(BuilderBench(builder: builder, sink: sink, loops: group.loops))
            } catch {
                sink.letGo()
                await builder.finish()
                throw error
            }
            sink.letGo()
            await builder.finish()
        } catch {
            await group.shutDown()
            throw error
        }
        await group.shutDown()
    }
}

/// Keeps what a builder gives, decoded; the batches themselves only while it is told to hold them.
final class CollectingSink: BatchSink {
    private struct State {
        var batches: [BuiltBatch] = []
        var held: [RecordBatch] = []
        var holds = false
        var finishCount = 0
        var failures: [String] = []
        var waiters: [(isMet: @Sendable ([BuiltBatch]) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())
    private let sourceCount: Int

    /// - Parameter sourceCount: how many will say `finish`.
    init(sourceCount: Int) { self.sourceCount = sourceCount }

    func accept(_ batches: [RecordBatch]) {
        let decoded = batches.map { batch in Result { try BuiltBatch(batch) } }
        let ready = state.withLock { state in
            if state.finishCount >= sourceCount, !batches.isEmpty { state.failures.append("batches after finish") }
            for result in decoded {
                switch result {
                case .success(let batch): state.batches.append(batch)
                case .failure(let error): state.failures.append("\(error)")
                }
            }
            if state.holds { state.held += batches }
            let ready = state.waiters.filter { $0.isMet(state.batches) }
            state.waiters.removeAll { $0.isMet(state.batches) }
            return ready
        }
        for waiter in ready { waiter.continuation.resume() }
    }

    func finish() { state.withLock { $0.finishCount += 1 } }

    /// Holds the memory of what comes from now on.
    func hold() { state.withLock { $0.holds = true } }

    /// Gives the memory of what was held back, and holds no more.
    func letGo() {
        let held = state.withLock { state in
            state.holds = false
            defer { state.held = [] }
            return state.held
        }
        _ = held
    }

    /// Waits until the batches are as wanted; the test's time limit is the bound.
    func wait(until isMet: @escaping @Sendable ([BuiltBatch]) -> Bool) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if isMet(state.batches) || Task.isCancelled { return true }
                    state.waiters.append((isMet, continuation))
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            let waiters = state.withLock { state in
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter.continuation.resume() }
        }
    }

    var batches: [BuiltBatch] { state.withLock { $0.batches } }
    var finishCount: Int { state.withLock { $0.finishCount } }
    /// What could not be decoded, or came too late.
    var failures: [String] { state.withLock { $0.failures } }

    /// The records of each partition in order.
    var recordsByPartition: [Int32: [PlainRecord]] {
        Dictionary(grouping: batches, by: \.partition).mapValues { $0.flatMap(\.records) }
    }
}

/// A batch as a consumer would see it.
struct BuiltBatch: Sendable {
    let topic: String
    let partition: Int32
    let byteCount: Int
    let uncompressedByteCount: Int
    let compression: CompressionType
    let times: BatchTimes
    let records: [PlainRecord]
    /// The numbers of the records, where their chunks had some.
    let numbers: [Int64]

    init(_ batch: RecordBatch) throws {
        topic = batch.topic
        partition = batch.partition
        byteCount = batch.byteCount
        uncompressedByteCount = batch.uncompressedByteCount
        times = batch.times
        let inRuns = batch.numbers.runs.flatMap { run in
            (0..<Int64(run.count)).map { run.first + $0 * Int64(run.stride) }
        }
        numbers = inRuns + batch.numbers.scattered
        let view = try RecordBatchView(batch.bytes)
        compression = view.compression
        var plain: [UInt8] = []
        try Decompressors().decompress(view.recordBytes, type: view.compression, into: &plain, maxByteCount: 64 << 20)
        records = try Self.records(plain, of: view)
        let isTrue =
            view.header.batchByteCount == batch.byteCount && records.count == batch.recordCount
            && batch.compression == view.compression
            && plain.count + RecordBatchHeader.byteCount == uncompressedByteCount
            && times.firstAppend <= times.sealed && times.sealed <= times.compressed
        if !isTrue { throw BatchLie(description: "a batch says what it is not: \(view.header), \(times)") }
    }

    private struct BatchLie: Error, CustomStringConvertible { let description: String }

    private static func records(_ plain: [UInt8], of view: borrowing RecordBatchView) throws -> [PlainRecord] {
        var cursor = view.cursor(over: plain.span.bytes)
        var records: [PlainRecord] = []
        while let record = try cursor.next() {
            records.append(
                PlainRecord(
                    key: record.keyBytes, value: record.valueBytes, headers: record.headers,
                    timestampMs: record.timestampMs))
        }
        return records
    }
}

struct PlainRecord: Equatable, Sendable {
    var key: [UInt8]?
    var value: [UInt8]?
    var headers: [RecordHeader] = []
    var timestampMs: Int64
}

extension RecordChunk {
    init(_ records: some Sequence<PlainRecord>) {
        self.init()
        for record in records {
            // Records of tests are small: none is refused.
            try! append(value: record.value, key: record.key, headers: record.headers, timestampMs: record.timestampMs)
        }
    }

    /// Records without keys whose values are these numbers in eight bytes.
    static func numbered(_ numbers: some Sequence<Int>, valueByteCount: Int = 8) -> RecordChunk {
        RecordChunk(
            numbers.map { PlainRecord(key: nil, value: .numbered($0, byteCount: valueByteCount), timestampMs: 1) })
    }
}

extension [UInt8] {
    /// A number in eight bytes, and as many more as wanted.
    static func numbered(_ number: Int, byteCount: Int = 8) -> [UInt8] {
        Swift.withUnsafeBytes(of: Int64(number).bigEndian) { [UInt8]($0) } + [UInt8](repeating: 0, count: byteCount - 8)
    }

    /// What `numbered` made it of.
    var number: Int { prefix(8).reduce(0) { $0 << 8 | Int($1) } }
}

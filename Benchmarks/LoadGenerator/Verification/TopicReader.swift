// Reads a topic while a run writes to it, and then up to its end. All of it is on a thread of its own, whose CPU time is known:
// a fetch for each broker, whose records are looked at where they lie in the answer.

import KafkaClient
import KafkaTransport

/// Reads the records that a run stores.
actor TopicReader {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let topic: String
    private let cluster: Cluster
    private let connection: ConnectionConfiguration
    private let pace: ReaderPace
    private var log: PartitionReader
    private var partitions: [Partition]
    /// Where to stop; nil while the run goes on.
    private var ends: [Int64]?
    /// Who leads what has to be asked for.
    private var mustAssign = false
    private var lastError: (any Error)?
    /// The partition whose log no longer has what is to be read next.
    private var lostPartition: Int?
    private(set) var failure: String?

    fileprivate struct Partition {
        var next: Int64
        var highWatermark: Int64
        var leader: Int32 = -1
        var lastAnswer: MonotonicInstant
    }

    /// Of one answer. What is read lies in memory once, and a decompressed batch of it.
    private static let answerByteCountMax: Int32 = 4 << 20
    private static let partitionByteCountMax: Int32 = 1 << 20
    private static let partitionsPerRequestMax = 1000
    /// An answer with fewer bytes shows that the reader is close behind; it rests for a moment.
    private static let fullByteCount = 256 << 10
    private static let rest = Duration.milliseconds(5)
    private static let maxWait = Duration.milliseconds(100)
    /// How long a partition may give no answer.
    private static let patience = Duration.seconds(60)

    /// - Parameter starts: where to begin in each partition.
    init(
        _ topic: String, cluster: Cluster, from starts: [Int64], stamps: StampReader, warmUp: StampReader,
        on loop: EventLoop, _ connection: ConnectionConfiguration, pace: ReaderPace
    ) {
        self.topic = topic
        self.cluster = cluster
        self.loop = loop
        self.connection = connection
        self.pace = pace
        log = PartitionReader(stamps: stamps, warmUp: warmUp, partitionCount: starts.count)
        partitions = starts.map { Partition(next: $0, highWatermark: $0, lastAnswer: .now) }
    }

    /// CPU time of the reader's thread so far, in ns.
    func cpuNs() -> Int64 { ThreadCPU.nowNs() }

    /// What was found so far.
    var records: StoredRecords { log.records }

    /// Reads until all is read, nothing can be read any more, or it is stopped.
    func run() async {
        while isReading {
            do {
                try await follow(try await assign())
            } catch {
                lastError = error
            }
            checkPatience()
            if isReading, lastError != nil { try? await Task.sleep(for: Self.maxWait) }
        }
        if let lostPartition, failure == nil { await explain(lostPartition) }
        pace.end()
    }

    /// Says where the partitions end. A topic that has gained some is read from the beginning of those.
    func end(at ends: [Int64]) {
        log.records.grow(to: ends.count)
        while partitions.count < ends.count {
            partitions.append(Partition(next: 0, highWatermark: 0, lastAnswer: .now))
            mustAssign = true
        }
        self.ends = ends
    }

    /// Gives up, for a reason.
    func stop(_ reason: String) { failure = failure ?? reason }

    private var isReading: Bool {
        if failure != nil || lostPartition != nil { return false }
        return ends == nil || partitions.indices.contains(where: isPending)
    }

    private func isPending(_ index: Int) -> Bool {
        guard let ends else { return true }
        return index < ends.count && partitions[index].next < ends[index]
    }

    // MARK: Brokers

    /// Learns which broker leads what.
    private func assign() async throws -> ClusterSnapshot {
        mustAssign = false
        let snapshot = try await cluster.refresh([topic])
        guard let described = snapshot.topics[topic]?.partitions else {
            throw RunError("topic '\(topic)' is not there any more")
        }
        for index in partitions.indices {
            partitions[index].leader = index < described.count ? described[index].leader : -1
        }
        return snapshot
    }

    /// Reads from all brokers that lead a partition, until it has to be asked anew which do.
    private func follow(_ snapshot: ClusterSnapshot) async throws {
        guard let description = snapshot.topics[topic] else { return }
        let pending = partitions.indices.filter(isPending)
        let nodes = Set(pending.map { partitions[$0].leader }).filter { snapshot.brokers[$0] != nil }
        // A partition without a leader gets one; then it is to be read too.
        let isWhole = pending.allSatisfy { nodes.contains(partitions[$0].leader) }
        if nodes.isEmpty { throw RunError("no partition of topic '\(topic)' has a leader") }
        let until = isWhole ? MonotonicInstant.distantFuture : .now + .milliseconds(500)
        await withTaskGroup(of: Void.self) { group in
            for node in nodes {
                guard let endpoint = snapshot.brokers[node] else { continue }
                group.addTask { await self.follow(node, at: endpoint, description, until: until) }
            }
        }
    }

    private func follow(
        _ node: Int32, at endpoint: Endpoint, _ description: TopicDescription, until: MonotonicInstant
    ) async {
        let fetcher = BrokerFetcher(topic: topic, description, node: node, at: endpoint, on: loop, connection)
        do {
            try await fetcher.open()
            var turn = 0
            while isReading, !mustAssign, .now < until {
                let wanted = positions(of: node, turn: turn)
                if wanted.isEmpty { break }
                turn += 1
                try await fetch(wanted, from: fetcher)
            }
        } catch {
            lastError = error
            mustAssign = true
        }
        await fetcher.close()
    }

    private func fetch(_ wanted: [BrokerFetcher.Position], from fetcher: BrokerFetcher) async throws {
        // More partitions than one request names must not wait for one another.
        let isAll = wanted.count < Self.partitionsPerRequestMax
        let answer = try await fetcher.fetch(
            wanted, byteCountMax: Self.answerByteCountMax, partitionByteCountMax: Self.partitionByteCountMax,
            maxWait: isAll ? Self.maxWait : .zero, timeout: connection.requestTimeout
        ) { answer, records in
            self.take(answer, records)
        }
        if answer.errorCode != .none { throw KafkaClientError(answer.errorCode, "a fetch of topic '\(topic)'") }
        pace.tell(unread: partitions.reduce(0) { $0 + max(0, $1.highWatermark - $1.next) })
        if answer.byteCount < Self.fullByteCount, ends == nil { try await Task.sleep(for: Self.rest) }
    }

    /// What is to be asked of a broker: first the partitions of which most is left.
    private func positions(of node: Int32, turn: Int) -> [BrokerFetcher.Position] {
        var own = partitions.indices.filter { partitions[$0].leader == node && isPending($0) }
        let most = Self.partitionsPerRequestMax
        if own.count > most {
            let start = turn * most % own.count
            own = Array((own[start...] + own[..<start]).prefix(most))
        }
        own.sort { partitions[$0].unread > partitions[$1].unread }
        return own.map { BrokerFetcher.Position(partition: Int32($0), offset: partitions[$0].next) }
    }

    private func take(_ answer: BrokerFetcher.Answer, _ records: RawSpan) {
        let index = Int(answer.partition)
        guard partitions.indices.contains(index) else { return }
        switch answer.errorCode {
        case .none:
            partitions[index].lastAnswer = .now
            partitions[index].highWatermark = answer.highWatermark
            lastError = nil
            do throws(RunError) {
                let end = ends.map { $0[index] } ?? .max
                partitions[index].next = try log.read(records, of: index, from: partitions[index].next, to: end)
            } catch {
                failure = "\(error)"
            }
        case .offsetOutOfRange: lostPartition = index
        default:
            let error = KafkaClientError(
                answer.errorCode, "partition \(index) of topic '\(topic)'", needs: .init("Read", topic: topic),
                of: cluster.user)
            lastError = error
            mustAssign = true
            if error.code == .notAuthorized { failure = "\(error)" }
        }
    }

    // MARK: Failures

    private func checkPatience() {
        let now = MonotonicInstant.now
        guard
            let silent = partitions.indices.first(where: {
                isPending($0) && now - partitions[$0].lastAnswer > Self.patience
            })
        else { return }
        let reason = lastError.map { ": \($0)" } ?? ""
        failure = "partition \(silent) could not be read for \(Self.patience)\(reason)"
    }

    private func explain(_ index: Int) async {
        let next = partitions[index].next
        let start = try? await cluster.offsets(of: topic, at: .earliest)[index]
        guard let start, start > next else {
            failure = "partition \(index) has no offset \(next) any more: it was made anew, or its log was cut off"
            return
        }
        failure = """
            the log of partition \(index) begins at offset \(start) now, and the reader had come to \(next): the broker \
            dropped \(start - next) records before they could be read; give it more memory or retention, or a lower --rate
            """
    }
}

extension TopicReader.Partition {
    fileprivate var unread: Int64 { highWatermark - next }
}

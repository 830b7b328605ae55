import KafkaClient
import KafkaTransport
import Synchronization

/// Asks the process that sends what time it is there, from before its first record to the end.
final class ClockAsker: Sendable {
    private struct State {
        var comparisons: [UInt32: ClockComparison] = [:]
        /// The worst estimate that was used.
        var worst: ClockComparison.Estimate?
        /// The clock that answers is this machine's own: there is nothing to be asked.
        var isOneClock = false
    }

    private let channel: ClockChannel
    private let cluster: Cluster
    private let state = Mutex(State())
    private let asking = Mutex<Task<Void, Never>?>(nil)

    /// Often, until there are some answers, and then so that drift does not matter.
    private static let (firstCount, firstPause, pause) = (20, Duration.milliseconds(20), Duration.milliseconds(200))

    private init(_ channel: ClockChannel, _ cluster: Cluster) {
        self.channel = channel
        self.cluster = cluster
    }

    /// Makes the topic, and begins to ask.
    ///
    /// - Throws: `KafkaClientError` when the topic can't be made or read; `TransportError`.
    static func begin(
        beside topic: String, cluster: Cluster, connection: ConnectionConfiguration, replicationFactor: Int16
    ) async throws -> ClockAsker {
        let topic = ClockChannel.topic(beside: topic)
        if try await !cluster.hasTopic(topic) {
            _ = try await cluster.createTopic(topic, partitionCount: 1, replicationFactor: replicationFactor)
        }
        let asker = ClockAsker(
            try await ClockChannel(topic: topic, cluster: cluster, connection: connection), cluster)
        asker.begin()
        return asker
    }

    private func begin() {
        channel.receive { [weak self] message, now in
            if case .answer(let answer) = message { self?.take(answer, now) }
        }
        let task = Task { [weak self] in
            var number: UInt32 = 0
            while !Task.isCancelled, let pause = await self?.ask(number) {
                number &+= 1
                try? await Task.sleep(for: pause)
            }
        }
        asking.withLock { $0 = task }
    }

    /// - Returns: how long to wait before the next question; nil when there need be none.
    private func ask(_ number: UInt32) async -> Duration? {
        let (isOneClock, answerCount) = state.withLock { state in
            (state.isOneClock, state.comparisons.values.map(\.answerCount).max() ?? 0)
        }
        if isOneClock { return nil }
        await channel.send(.question(ClockQuestion(number: number, asker: ClockOrigin.own, asked: .now)))
        return answerCount < Self.firstCount ? Self.firstPause : Self.pause
    }

    private func take(_ answer: ClockAnswer, _ now: MonotonicInstant) {
        // Others may ask on the same topic.
        guard answer.question.asker == ClockOrigin.own else { return }
        state.withLock { state in
            if answer.answerer == ClockOrigin.own {
                state.isOneClock = true
            } else {
                state.comparisons[answer.answerer, default: ClockComparison()].add(answer, heard: now)
            }
        }
    }

    /// How far a clock is ahead of this one's now, in ns; nil when nobody has answered who reads it.
    func offsetNs(of origin: UInt32, at now: MonotonicInstant) -> Int64? {
        state.withLock { state in
            guard let estimate = state.comparisons[origin]?.estimate(at: now) else { return nil }
            if estimate.errorNs > state.worst?.errorNs ?? 0 { state.worst = estimate }
            return estimate.offsetNs
        }
    }

    /// The estimate with the largest error of those that were used; nil when none was.
    var worst: ClockComparison.Estimate? { state.withLock { $0.worst } }

    /// Ends, and removes the topic, of which nobody has need then.
    func close() async {
        let task = asking.withLock { $0.take() }
        task?.cancel()
        await task?.value
        await channel.close()
        try? await cluster.deleteTopic(channel.topic)
    }
}

import KafkaClient
import KafkaTransport
import Synchronization

/// Tells the process that receives what time it is here.
final class ClockAnswerer: Sendable {
    private struct State {
        var answerCount = 0
        var isOneClock = false
    }

    private let channel: ClockChannel
    private let state = Mutex(State())
    private let answering = Mutex<Task<Void, Never>?>(nil)

    private static let enough = 20
    /// How long a first question is waited for, and then for enough of them.
    private static let (firstWithin, enoughWithin) = (Duration.seconds(1), Duration.seconds(10))

    private init(_ channel: ClockChannel) { self.channel = channel }

    /// Begins to answer.
    ///
    /// - Returns: nil where nobody asks: there is no topic for it.
    /// - Throws: `KafkaClientError` when the topic can't be read; `TransportError`.
    static func begin(
        beside topic: String, cluster: Cluster, connection: ConnectionConfiguration
    ) async throws -> ClockAnswerer? {
        let topic = ClockChannel.topic(beside: topic)
        guard try await cluster.hasTopic(topic) else { return nil }
        let answerer = ClockAnswerer(try await ClockChannel(topic: topic, cluster: cluster, connection: connection))
        answerer.begin()
        return answerer
    }

    private func begin() {
        let (questions, continuation) = AsyncStream<(ClockQuestion, MonotonicInstant)>.makeStream()
        channel.receive { message, now in
            if case .question(let question) = message { continuation.yield((question, now)) }
        }
        let task = Task { [weak self] in
            for await (question, received) in questions { await self?.answer(question, received) }
        }
        answering.withLock { $0 = task }
    }

    private func answer(_ question: ClockQuestion, _ received: MonotonicInstant) async {
        let answer = ClockAnswer(question: question, answerer: ClockOrigin.own, received: received, answered: .now)
        await channel.send(.answer(answer))
        state.withLock { state in
            state.answerCount += 1
            if question.asker == ClockOrigin.own { state.isOneClock = true }
        }
    }

    /// Waits until the other process knows how far the clocks are apart, or that both are one; not for ever.
    func settle(interrupt: SharedFlag) async {
        let began = MonotonicInstant.now
        while !interrupt.isSet {
            let (count, isOneClock) = state.withLock { ($0.answerCount, $0.isOneClock) }
            if isOneClock || count >= Self.enough { return }
            if .now > began + (count == 0 ? Self.firstWithin : Self.enoughWithin) { return }
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    func close() async {
        let task = answering.withLock { $0.take() }
        task?.cancel()
        await task?.value
        await channel.close()
    }
}

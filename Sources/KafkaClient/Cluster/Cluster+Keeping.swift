// The keeper of what is known of the cluster. It has one question on its way at a time; `MetadataSchedule` says what is asked
// for, and when.

import KafkaProtocol
import KafkaQueues
import KafkaTransport

/// A question about topics that is on its way, and the tasks that wait for its answer: they get the error of each topic that
/// was not described.
final class MetadataQuestion: @unchecked Sendable {
    // Unchecked: used on the cluster's loop only.
    let topics: Set<String>
    /// Whether all topics that are in use are asked for.
    let isFull: Bool
    /// Whether somebody wants topics that may not exist yet.
    let mayCreate: Bool
    var waiters: [Waiter<[String: KafkaErrorCode]>] = []

    init(_ topics: Set<String>, isFull: Bool, mayCreate: Bool) {
        self.topics = topics
        self.mayCreate = mayCreate
        self.isFull = isFull
    }
}

/// A call that waits until topics were asked for, at the pace that the schedule allows.
struct PacedCall {
    var topics: Set<String>
    let end: Waiter<Void>
}

extension Cluster {
    // MARK: Asking at once

    /// Asks for topics at once, or shares the question that is on its way if it asks for them.
    ///
    /// - Parameter andAllInUse: whether all topics that are in use are asked for as well.
    /// - Returns: why topics were not described.
    /// - Throws: `KafkaClientError`: why no broker answered, or `.closed`. `CancellationError`.
    func learn(_ topics: Set<String>, andAllInUse: Bool = false) async throws -> [String: KafkaErrorCode] {
        while true {
            try checkOpen()
            if question == nil || !covers(question, topics, andAllInUse) {
                schedule.wantNow(topics, andAllInUse: andAllInUse)
                keep()
            }
            guard let question else { continue }
            let waiter = Waiter<[String: KafkaErrorCode]>()
            question.waiters.append(waiter)
            let errors = try await wait(for: waiter)
            if covers(question, topics, andAllInUse) { return errors }
        }
    }

    private func covers(_ question: MetadataQuestion?, _ topics: Set<String>, _ andAllInUse: Bool) -> Bool {
        guard let question else { return false }
        return topics.isSubset(of: question.topics) && (question.isFull || !andAllInUse)
    }

    // MARK: Asking at a pace

    /// Has topics asked for, as soon as the pauses since they were last asked for are over. Returns when they were asked for,
    /// with or without success.
    ///
    /// - Throws: `KafkaClientError` with `.closed`; `CancellationError`.
    func learnAtPace(_ topics: Set<String>) async throws {
        try checkOpen()
        let call = PacedCall(topics: topics, end: Waiter())
        waitingForPace.append(call)
        schedule.want(topics)
        keep()
        try await wait(for: call.end)
    }

    /// Has topics asked for at that pace, from any thread, without waiting.
    nonisolated func want(_ topics: [String]) {
        if wanted.add(topics) { Task(executorPreference: loop) { await self.takeWanted() } }
    }

    private func takeWanted() {
        schedule.want(Set(wanted.takeAll()))
        keep()
    }

    /// Asks for what is due, or sees to it that this is called when something will be.
    func keep() {
        if isClosed || question != nil { return }
        switch schedule.due(now: .now) {
        case .ask(let topics, let isFull): _ = begin(topics, isFull: isFull)
        case .wait(.distantFuture): keeperTimer?.cancel()
        case .wait(let moment):
            let timer = keeperTimer ?? LoopTimer(on: loop)
            keeperTimer = timer
            timer.schedule(at: moment) { [weak self] in self?.assumeIsolated { $0.keep() } }
        }
    }

    // MARK: The question

    private func begin(_ topics: Set<String>, isFull: Bool) -> MetadataQuestion {
        // By age alone no topic is created: a deleted one that nobody uses any more would come back.
        let question = MetadataQuestion(
            isFull ? topics.union(metadata.topicsInUse(now: .now)) : topics, isFull: isFull, mayCreate: !topics.isEmpty)
        self.question = question
        schedule.willAsk(question.topics)
        Task(executorPreference: loop) { await self.answer(question) }
        return question
    }

    private func answer(_ question: MetadataQuestion) async {
        var request = MetadataRequest(topicNames: Array(question.topics))
        request.allowAutoTopicCreation = configuration.autoCreatesTopics && question.mayCreate
        let result: Result<ClusterMetadata.Changes, any Error>
        do { result = .success(try await askForMetadata(request)) } catch { result = .failure(error) }
        self.question = nil
        let changes = try? result.get()
        schedule.didAsk(
            question.topics, changed: changes.map { Set($0.topics.map(\.name)) }, wasFull: question.isFull, now: .now,
            chance: .random(in: -1...1))
        // One that a broker does not know is asked for until others know it, or it is gone.
        let missing = question.topics.filter { name in
            metadata.topic(name).map { $0.isMissing && !$0.isGone } ?? false
        }
        schedule.want(missing)
        for waiter in question.waiters { waiter.resume(result.map(\.errors)) }
        for index in waitingForPace.indices { waitingForPace[index].topics.subtract(question.topics) }
        waitingForPace.removeAll { call in
            if call.topics.isEmpty { call.end.resume() }
            return call.topics.isEmpty
        }
        keep()
    }
}

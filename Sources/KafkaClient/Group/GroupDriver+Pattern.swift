import KafkaProtocol
import KafkaTransport

extension GroupDriver {
    /// Asks for all topics, subscribes those that match, and does so again when what is known of them is old.
    func lookForTopics() {
        start { driver in
            let age = driver.cluster.configuration.metadataMaxAge
            do {
                let names = try await driver.matchingTopics()
                driver.subscribe(driver.configuration.topics.union(names))
                driver.scheduleLook(after: age)
            } catch let error as KafkaClientError where error.code != .closed {
                // It passes, or the next look fails as well: what is read meanwhile stays so.
                driver.cluster.metadata.emit(.groupTroubled(group: driver.configuration.groupID, error: error))
                driver.scheduleLook(after: min(age, Self.pauseAfterFailure))
            } catch {
                // The consumer is being closed.
            }
        }
    }

    private static let pauseAfterFailure = Duration.seconds(1)

    private func matchingTopics() async throws -> Set<String> {
        guard let pattern else { return [] }
        let listed = try await cluster.listTopics()
        return Set(listed.lazy.map(\.name).filter(pattern.matches))
    }

    private func subscribe(_ topics: Set<String>) {
        if topics == subscription { return }
        let added = topics.subtracting(subscription)
        subscription = topics
        handle(.subscribed(topics))
        if !added.isEmpty { learn(added, ids: []) }
    }

    private func scheduleLook(after age: Duration) {
        if isClosed { return }
        let timer = patternTimer ?? LoopTimer(on: loop)
        patternTimer = timer
        timer.schedule(at: .now + age) { [weak self] in self?.assumeIsolated { $0.lookForTopics() } }
    }
}

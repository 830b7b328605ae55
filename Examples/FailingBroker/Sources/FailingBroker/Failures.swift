import KafkaClient
import KafkaEmbeddedBroker

/// Records that can't be stored: one is refused by the producer, the other by the broker.
///
/// - Returns: the codes of both failures.
func provokeFailures(_ broker: EmbeddedBroker, _ server: String) async throws -> [KafkaClientError.Code] {
    broker.inject(try FaultRule(parsing: "produce:topic=events:error=TOPIC_AUTHORIZATION_FAILED"))
    defer { broker.removeFaults() }
    var codes: [KafkaClientError.Code] = []
    try await Client.withConnection(to: [server]) { client in
        try await client.withProducer(.init()) { producer in
            do {
                try await producer.append(value: [UInt8](repeating: 0, count: 2 << 20), to: "events")
            } catch let error as KafkaClientError where error.code == .recordTooLarge {
                codes.append(error.code)
                print("not taken: \(error)")
            }

            try await producer.append(value: "hello", to: "events")
            let summary = try await producer.flushWithSummary()
            if let failure = summary.firstFailure {
                codes.append(failure.code)
                print("\(summary.failedRecords) of the records were not stored: \(failure)")
            }
        }
    }
    return codes
}

/// A topic that changes under a client that uses it: a partition gets another leader.
///
/// - Returns: whether the client has told of it.
func provokeChanges(_ broker: EmbeddedBroker, _ server: String) async throws -> Bool {
    let (events, continuation) = AsyncStream.makeStream(of: ClientEvent.self)
    var configuration = ClusterConfiguration()
    configuration.onEvent = { event in
        switch event.kind {
        case .leaderMoved(let topic, let partition, let from, let to, _):
            print("\(topic)/\(partition) is led by broker \(to) and not \(from)")
        case .disconnected(let broker, _, let error): print("broker \(broker): \(error)")
        default: break
        }
    }
    let tell = configuration.onEvent
    configuration.onEvent = { event in
        tell?(event)
        continuation.yield(event)
    }
    try await Client.withConnection(to: [server], configuration) { client in
        _ = try await client.cluster.describe("events")
        try broker.removeLeader("events", 3)
        _ = try await client.cluster.refresh([])
    }
    continuation.finish()
    for await event in events { if case .leaderMoved("events", 3, _, -1, _) = event.kind { return true } }
    return false
}

/// A configuration with two mistakes, both of which are told at once.
///
/// - Returns: the settings that can't be used.
func provokeInvalidConfiguration(_ server: String) async throws -> [String] {
    var settings: [String] = []
    try await Client.withConnection(to: [server]) { client in
        var configuration = Producer.Configuration(linger: .seconds(-1))
        configuration.producer.attempts = 0
        do {
            try await client.withProducer(configuration) { _ in }
        } catch let error as KafkaClientError where error.code == .invalidConfiguration {
            for case let problem as ConfigurationProblem in error.causes {
                settings.append(problem.setting)
                print("\(problem.setting) \(problem.message)")
            }
        }
    }
    return settings
}

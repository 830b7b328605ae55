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
            let summary = try await producer.flush()
            if let failure = summary.firstFailure {
                codes.append(failure.code)
                print("\(summary.failedRecords) of the records were not stored: \(failure)")
            }
        }
    }
    return codes
}

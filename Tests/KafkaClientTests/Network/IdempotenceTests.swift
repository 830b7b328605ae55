import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import TestSupport
import Testing

@testable import KafkaClient

/// Idempotent producing against a broker that checks sequence numbers as Kafka does.
@Suite(.serialized, .timeLimit(.minutes(1))) struct IdempotenceTests {
    private func deliver(
        _ rules: [FaultRule], _ texts: [String] = ["a", "b", "c", "d"], deliveryTimeout: Duration = .seconds(20),
        _ body: ([Delivery], NetworkFixture) async throws -> Void
    ) async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t")
            for rule in rules { fixture.broker.inject(rule) }
            let batches = try await fixture.makeBatches(texts)
            let deliveries = try await fixture.deliver(batches, .fast(acks: .all, deliveryTimeout: deliveryTimeout))
            #expect(deliveries.count == batches.count)
            try await body(deliveries, fixture)
        }
    }

    @Test(arguments: [
        KafkaErrorCode.outOfOrderSequenceNumber, .unknownProducerId, .invalidProducerEpoch, .producerFenced,
    ])
    func `a leader that refuses a number, an epoch or an id once gets all the same, once and in order`(
        code: KafkaErrorCode
    ) async throws {
        try await deliver([FaultRule(.produce, skip: 1, count: 1, effect: .error(code))]) { deliveries, fixture in
            #expect(deliveries.allSatisfy { $0.isAcknowledged })
            let found = try await fixture.read()
            #expect(found.map(\.text) == ["a", "b", "c", "d"])
        }
    }

    @Test(arguments: [KafkaErrorCode.outOfOrderSequenceNumber, .invalidProducerEpoch])
    func `a leader that refuses for ever makes batches fail in time, with its reason`(code: KafkaErrorCode) async throws
    {
        let rule = FaultRule(.produce, effect: .error(code))
        try await deliver([rule], ["a"], deliveryTimeout: .milliseconds(700)) { deliveries, _ in
            let error = try #require(deliveries.first?.error)
            #expect(error.brokerError == code || "\(error.causes)".contains(code.name), "\(error)")
        }
    }

    @Test func `answers that are lost after the store cost no duplicates`() async throws {
        let rules = (0..<3).map { FaultRule(.produce, skip: $0, count: 1, effect: .disconnect(.afterStore)) }
        try await deliver(rules) { deliveries, fixture in
            #expect(deliveries.allSatisfy { $0.isAcknowledged && !$0.mayBeDuplicated })
            let found = try await fixture.read()
            #expect(found.map(\.text) == ["a", "b", "c", "d"])
        }
    }

    @Test func `a broker that is not ready to give out an id is asked again`() async throws {
        let rule = FaultRule(.initProducerId, count: 2, effect: .error(.coordinatorLoadInProgress))
        try await deliver([rule]) { deliveries, _ in #expect(deliveries.allSatisfy { $0.isAcknowledged }) }
    }

    @Test func `a cluster that gives out no ids makes batches fail, saying what to do`() async throws {
        let rule = FaultRule(.initProducerId, effect: .error(.clusterAuthorizationFailed))
        try await deliver([rule]) { deliveries, _ in
            let error = try #require(deliveries.first?.error)
            #expect(error.brokerError == .clusterAuthorizationFailed)
            #expect(error.message.contains("idempotent producing"), "\(error)")
        }
    }

    @Test func `settings that idempotence can't have are refused, and turn it off where it was not asked for`() {
        #expect(ProducerConfiguration().isIdempotent)
        #expect(!ProducerConfiguration(acks: .leader).isIdempotent)
        #expect(!ProducerConfiguration(inFlightPerBrokerMax: 6).isIdempotent)
        #expect(!ProducerConfiguration(mayReorder: true).isIdempotent)
        #expect(!ProducerConfiguration(idempotence: false).isIdempotent)
        #expect(ProducerConfiguration(idempotence: true).problems.isEmpty)
        for wrong in [
            ProducerConfiguration(acks: .leader, idempotence: true), .init(acks: .none, idempotence: true),
            .init(idempotence: true, inFlightPerBrokerMax: 6), .init(idempotence: true, mayReorder: true),
        ] {
            #expect(wrong.problems.map(\.setting) == ["ProducerConfiguration.idempotence"], "\(wrong.problems)")
        }
    }
}

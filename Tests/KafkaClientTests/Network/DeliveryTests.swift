import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import TestSupport
import Testing

@testable import KafkaClient

/// Every batch ends in one delivery, and its exchanges tell what happened.
@Suite(.serialized, .timeLimit(.minutes(1))) struct DeliveryTests {
    /// What every story keeps to.
    private func check(_ deliveries: [Delivery], count: Int) {
        #expect(deliveries.count == count)
        #expect(Set(deliveries.map { ObjectIdentifier($0.batch) }).count == count)
        for delivery in deliveries {
            var before = delivery.queued
            for exchange in delivery.exchanges {
                #expect(exchange.began >= before)
                #expect(exchange.ended >= exchange.began)
                #expect((exchange.errorCode == nil) == (exchange.error != nil))
                before = exchange.ended
            }
            #expect(delivery.ended >= before)
        }
    }

    /// One batch to a topic of one partition, under a fault.
    private func deliverOne(
        _ rule: FaultRule?, brokers: Int = 1, requestTimeout: Duration = .seconds(10),
        _ configuration: ProducerConfiguration? = nil,
        _ body: (Delivery, NetworkFixture) async throws -> Void
    ) async throws {
        try await withFixture(brokers: brokers, requestTimeout: requestTimeout) { fixture in
            try fixture.broker.createTopic("t")
            if let rule { fixture.broker.inject(rule) }
            let deliveries = try await fixture.deliver(try await fixture.makeBatches(["a"]), configuration)
            check(deliveries, count: 1)
            try await body(try #require(deliveries.first), fixture)
        }
    }

    private func codes(_ delivery: Delivery) -> [KafkaErrorCode?] { delivery.exchanges.map(\.errorCode) }

    @Test func `success is one exchange`() async throws {
        try await deliverOne(nil) { delivery, _ in
            #expect(delivery.isAcknowledged)
            #expect(codes(delivery) == [KafkaErrorCode.none])
            #expect(delivery.exchanges.first?.broker == 1)
            #expect(!delivery.mayBeDuplicated)
        }
    }

    @Test func `how long a broker had a request is known where it tells`() async throws {
        try await deliverOne(FaultRule(.produce, count: 1, effect: .delay(.milliseconds(20)))) { delivery, fixture in
            #expect(delivery.exchanges.map(\.serviceTime) == [nil])
        }
        try await withFixture({ $0.tellsServiceTime = true }) { fixture in
            try fixture.broker.createTopic("t")
            fixture.broker.inject(FaultRule(.produce, count: 1, effect: .delay(.milliseconds(20))))
            for (index, delivery) in try await fixture.deliver(try await fixture.makeBatches(["a", "b"])).enumerated() {
                let exchange = try #require(delivery.exchanges.first)
                let time = try #require(exchange.serviceTime)
                #expect(time >= (index == 0 ? .milliseconds(20) : .zero) && time <= exchange.ended - exchange.began)
            }
        }
    }

    @Test(arguments: [Acks.leader, .all])
    func `an error that passes is tried again until it does`(acks: Acks) async throws {
        let rule = FaultRule(.produce, count: 2, effect: .error(.notLeaderOrFollower))
        try await deliverOne(rule, .fast(acks: acks)) { delivery, fixture in
            #expect(delivery.isAcknowledged)
            #expect(codes(delivery) == [.notLeaderOrFollower, .notLeaderOrFollower, KafkaErrorCode.none])
            // With acks all the producer is idempotent, and knows that it is stored once.
            #expect(!delivery.mayBeDuplicated)
            let found = try await fixture.read()
            #expect(found.count == 1)
        }
    }

    @Test(arguments: [
        KafkaErrorCode.requestTimedOut, .notEnoughReplicasAfterAppend, .notLeaderOrFollower, .kafkaStorageError,
    ])
    func `an error after the store may store twice, and the delivery says so`(code: KafkaErrorCode) async throws {
        let rule = FaultRule(.produce, count: 1, effect: .errorAfterStore(code))
        for isIdempotent in [false, true] {
            try await deliverOne(rule, .fast(acks: .all, idempotence: isIdempotent)) { delivery, fixture in
                #expect(delivery.isAcknowledged)
                #expect(codes(delivery) == [code, KafkaErrorCode.none])
                #expect(delivery.mayBeDuplicated == !isIdempotent)
                let found = try await fixture.read()
                #expect(found.count == (isIdempotent ? 1 : 2))
            }
        }
    }

    @Test(arguments: [(FaultRule.Moment.beforeStore, 1), (.afterStore, 2)])
    func `a disconnect leaves an exchange without an answer`(moment: FaultRule.Moment, stored: Int) async throws {
        let rule = FaultRule(.produce, count: 1, effect: .disconnect(moment))
        for isIdempotent in [false, true] {
            try await deliverOne(rule, .fast(acks: .all, idempotence: isIdempotent)) { delivery, fixture in
                #expect(delivery.isAcknowledged)
                #expect(codes(delivery) == [nil, KafkaErrorCode.none])
                #expect(delivery.exchanges.first?.error?.code == .connectionFailed)
                #expect(delivery.mayBeDuplicated == !isIdempotent)
                let found = try await fixture.read()
                #expect(found.count == (isIdempotent ? 1 : stored))
            }
        }
    }

    @Test func `a broker that stalls is left after the request timeout`() async throws {
        let rule = FaultRule(.produce, count: 1, effect: .stall)
        try await deliverOne(rule, requestTimeout: .milliseconds(300)) { delivery, _ in
            #expect(delivery.isAcknowledged)
            #expect(codes(delivery) == [nil, KafkaErrorCode.none])
            let exchange = try #require(delivery.exchanges.first)
            #expect(exchange.error?.code == .requestTimedOut)
            let took = exchange.ended - exchange.began
            #expect(took >= .milliseconds(300) && took < .seconds(3))
        }
    }

    @Test func `a delay is in the exchange's times`() async throws {
        let rule = FaultRule(.produce, count: 1, effect: .delay(.milliseconds(120)))
        try await deliverOne(rule) { delivery, _ in
            #expect(codes(delivery) == [KafkaErrorCode.none])
            let exchange = try #require(delivery.exchanges.first)
            #expect(exchange.ended - exchange.began >= .milliseconds(120))
        }
    }

    @Test func `a throttled producer goes on`() async throws {
        try await deliverOne(FaultRule(.produce, count: 1, effect: .throttle(ms: 50))) { delivery, _ in
            #expect(delivery.isAcknowledged)
        }
    }

    @Test func `a leader that moves is followed`() async throws {
        let rule = FaultRule(.produce, topic: "t", partition: 0, count: 1, effect: .leaderMove(to: 2))
        try await deliverOne(rule, brokers: 2) { delivery, fixture in
            #expect(delivery.isAcknowledged)
            // The old leader may be asked once more before the new one is known.
            #expect(Set(codes(delivery).dropLast()) == [.notLeaderOrFollower])
            #expect(delivery.exchanges.first?.broker == 1 && delivery.exchanges.last?.broker == 2)
            let found = try await fixture.read()
            #expect(found.count == 1)
        }
    }

    @Test(arguments: [
        KafkaErrorCode.messageTooLarge, .invalidRequiredAcks, .topicAuthorizationFailed, .recordListTooLarge,
        .unknownServerError, KafkaErrorCode(rawValue: 999),
    ])
    func `an error that does not pass fails at once, with its reason`(code: KafkaErrorCode) async throws {
        try await deliverOne(FaultRule(.produce, effect: .error(code))) { delivery, fixture in
            #expect(!delivery.isAcknowledged)
            #expect(codes(delivery) == [code])
            let error = try #require(delivery.error)
            #expect(error.code == KafkaClientError.Code(code))
            #expect(error.brokerError == code)
            #expect(error.description.contains("'t'") && error.description.contains("partition 0"))
            #expect(error.description.contains(code.name))
            let found = try await fixture.read()
            #expect(found.isEmpty)
        }
    }

    @Test func `a batch that is too long for the broker fails, those behind it go on`() async throws {
        try await withFixture({ $0.messageByteCountMax = 2000 }) { fixture in
            try fixture.broker.createTopic("t")
            let batches =
                try await fixture.makeBatches(["a"]) + fixture.makeBatches(["b"], valueByteCount: 4000)
                + fixture.makeBatches(["c"])
            let deliveries = try await fixture.deliver(batches)
            check(deliveries, count: 3)
            #expect(deliveries.map(\.isAcknowledged) == [true, false, true])
            #expect(deliveries[1].error?.brokerError == .messageTooLarge)
            let found = try await fixture.read()
            #expect(found.map(\.text) == ["a", "c"])
        }
    }

    @Test func `attempts are bounded`() async throws {
        let rule = FaultRule(.produce, effect: .error(.notEnoughReplicas))
        try await deliverOne(rule, .fast(attempts: 3)) { delivery, _ in
            #expect(delivery.exchanges.count == 3)
            #expect(delivery.error?.brokerError == .notEnoughReplicas)
            #expect(delivery.error?.description.contains("3 attempts") == true)
        }
    }

    @Test func `an error without end fails at the delivery timeout`() async throws {
        let rule = FaultRule(.produce, effect: .error(.notEnoughReplicas))
        try await deliverOne(rule, .fast(deliveryTimeout: .seconds(3))) { delivery, _ in
            #expect(delivery.error?.code == .deliveryTimedOut)
            #expect(delivery.exchanges.count > 1)
            #expect(delivery.ended - delivery.queued < .seconds(10))
        }
    }

    @Test func `a partition that the topic has not fails`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 2)
            let deliveries = try await fixture.deliver(try await fixture.makeBatches(["a"], partition: 7))
            check(deliveries, count: 1)
            #expect(deliveries[0].error?.code == .unknownPartition)
        }
    }

    @Test(arguments: [false, true])
    func `without any broker the delivery timeout ends it`(wasKnown: Bool) async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t")
            let first = try await fixture.makeBatches(["a"])
            let second = try await fixture.makeBatches(["b", "c"])
            let sink = DeliveryCollector()
            let lane = try fixture.makeLane(.fast(deliveryTimeout: .milliseconds(400)), to: sink)
            if wasKnown {
                lane.accept(first)
                try await lane.drain()
            }
            await fixture.broker.stop()
            sink.removeAll()
            lane.accept(second)
            try await eventually { sink.deliveries.count == 2 }
            check(sink.deliveries, count: 2)
            for delivery in sink.deliveries {
                #expect(delivery.error?.code == .deliveryTimedOut)
                #expect(delivery.error?.description.contains("'t'") == true || wasKnown)
                #expect(delivery.ended - delivery.queued < .seconds(5))
            }
            await lane.close()
        }
    }

    @Test func `acks 0 to a broker that does not read ends at the request timeout`() async throws {
        try await withFixture(requestTimeout: .milliseconds(300)) { fixture in
            try fixture.broker.createTopic("t")
            fixture.broker.inject(FaultRule(.produce, effect: .stall))
            let batches = try await fixture.makeBatches((0..<40).map { "\($0)" }, valueByteCount: 500_000)
            let configuration = ProducerConfiguration.fast(
                acks: .none, deliveryTimeout: .seconds(1), inFlightPerBrokerMax: 100)
            let deliveries = try await fixture.deliver(batches, configuration)
            check(deliveries, count: 40)
            // A batch that the system did not take in time was tried again on a new connection.
            #expect(deliveries.contains { $0.exchanges.contains { $0.error?.code == .requestTimedOut } })
        }
    }

    @Test func `acks 0 does not go deeper with every batch that is ready`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t")
            let batches = try await fixture.makeBatches((0..<5000).map { "\($0)" })
            let deliveries = try await fixture.deliver(batches, .fast(acks: .none, requestByteCountTarget: 1))
            check(deliveries, count: 5000)
            try await eventually { fixture.broker.statistics.recordCount == 5000 }
            let found = try await fixture.read()
            #expect(found.map(\.text) == (0..<5000).map { "\($0)" })
        }
    }

    // MARK: Order

    @Test func `order holds through retries, pipelining and moving leaders`() async throws {
        try await withFixture(brokers: 3) { fixture in
            try fixture.broker.createTopic("t", partitions: 6)
            for index in 0..<12 {
                let effect: FaultRule.Effect =
                    index % 3 == 0
                    ? .error(.notLeaderOrFollower)
                    : index % 3 == 1
                        ? .leaderMove(to: Int32(index / 4 + 1))
                        : .delay(.milliseconds(5))
                fixture.broker.inject(
                    FaultRule(
                        .produce, topic: "t", partition: Int32(index % 6), skip: index * 3, count: 2, effect: effect))
            }
            fixture.broker.inject(FaultRule(.produce, skip: 40, count: 2, effect: .disconnect(.beforeStore)))
            var batches: [RecordBatch] = []
            let numbers = (0..<100).map { "\($0)" }
            let ofPartitions = try await (0..<6).asyncMap { partition in
                try await fixture.makeBatches(numbers, partition: Int32(partition))
            }
            for index in numbers.indices { for partition in 0..<6 { batches.append(ofPartitions[partition][index]) } }
            let deliveries = try await fixture.deliver(batches, .fast(requestByteCountTarget: 1))
            check(deliveries, count: 600)
            #expect(deliveries.allSatisfy { $0.isAcknowledged })
            #expect(deliveries.contains { $0.exchanges.count > 1 })
            for partition in 0..<6 {
                let found = try await fixture.read("t", Int32(partition))
                #expect(found.map(\.text) == numbers)
            }
        }
    }

    @Test func `nothing is lost when a broker of three stops in mid-run`() async throws {
        try await withFixture(brokers: 3) { fixture in
            try fixture.broker.createTopic("t", partitions: 6)
            let count = 300
            var batches: [RecordBatch] = []
            for partition in 0..<6 {
                batches += try await fixture.makeBatches((0..<count).map { "\($0)" }, partition: Int32(partition))
            }
            let deliveries = try await fixture.deliver(batches, .fast(requestByteCountTarget: 1)) { _ in
                try await eventually { fixture.broker.statistics.recordCount > 50 }
                try await fixture.broker.stopNode(2)
            }
            check(deliveries, count: 6 * count)
            #expect(deliveries.allSatisfy { $0.isAcknowledged })
            let ends = try await fixture.cluster.offsets(of: "t", at: .latest)
            let duplicates = deliveries.filter(\.mayBeDuplicated).count
            let stored = ends.reduce(0, +)
            #expect(stored >= Int64(6 * count) && stored <= Int64(6 * count + duplicates))
            for partition in 0..<6 {
                var seen: [Int] = []
                for record in try await fixture.read("t", Int32(partition)) {
                    let number = try #require(Int(record.text))
                    if number != seen.last { seen.append(number) }
                }
                #expect(seen == Array(0..<count))
            }
        }
    }

    @Test func `a batch for any partition goes around a broken one`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 3)
            fixture.broker.inject(FaultRule(.produce, topic: "t", partition: 1, effect: .error(.notEnoughReplicas)))
            let deliveries = try await fixture.deliver(
                try await fixture.makeBatches((0..<20).map { "\($0)" }, partition: -1))
            check(deliveries, count: 20)
            #expect(deliveries.allSatisfy { $0.isAcknowledged && $0.partition != 1 })
        }
    }
}

extension Sequence {
    func asyncMap<R>(_ transform: (Element) async throws -> R) async rethrows -> [R] {
        var results: [R] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}

import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaClient

/// What is asked of a whole cluster, over the network.
@Suite(.serialized, .timeLimit(.minutes(1))) struct AdminTests {
    private func write(
        _ values: [String], to topic: String = "t", _ partition: Int32 = 0, in fixture: NetworkFixture
    ) async throws {
        let batches = try await fixture.makeBatches(values, topic: topic, partition: partition)
        _ = try await fixture.deliver(batches)
    }

    private func error<T>(_ result: Result<T, KafkaClientError>?) -> KafkaClientError? {
        if case .failure(let error)? = result { error } else { nil }
    }

    // MARK: Offsets

    @Test func `offsets of many partitions come from their leaders, each with a result of its own`() async throws {
        try await withFixture(brokers: 3) { fixture in
            try fixture.broker.createTopic("t", partitions: 6)
            try fixture.broker.createTopic("u")
            try await write(["a", "b", "c"], to: "t", 4, in: fixture)
            let points: [TopicPartition: Cluster.OffsetPoint] = [
                TopicPartition("t", 4): .latest, TopicPartition("t", 0): .earliest, TopicPartition("u", 0): .latest,
                TopicPartition("t", 9): .latest, TopicPartition("none", 0): .latest,
            ]
            let found = try await fixture.cluster.listOffsets(points)
            #expect(found.count == points.count)
            #expect(try found[TopicPartition("t", 4)]?.get().offset == 3)
            #expect(try found[TopicPartition("t", 0)]?.get().offset == 0)
            #expect(try found[TopicPartition("u", 0)]?.get().offset == 0)
            #expect(error(found[TopicPartition("t", 9)])?.code == .unknownPartition)
            #expect(error(found[TopicPartition("none", 0)])?.code == .unknownTopic)
            fixture.broker.inject(FaultRule(.listOffsets, topic: "u", effect: .error(.topicAuthorizationFailed)))
            let refused = try await fixture.cluster.listOffsets(points)
            #expect(error(refused[TopicPartition("u", 0)])?.code == .notAuthorized)
            #expect(try refused[TopicPartition("t", 4)]?.get().offset == 3)
        }
    }

    @Test func `offsets by time, and that of the newest timestamp`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t")
            let before = WallTime.now.millisecondsSince1970
            try await write(["a", "b"], in: fixture)
            let partition = TopicPartition("t", 0)
            let first = try await fixture.cluster.offset(of: partition, at: .timestampMs(before))
            #expect(first.offset == 0)
            #expect(first.timestampMs >= before)
            let later = try await fixture.cluster.offset(of: partition, at: .timestampMs(before + 3_600_000))
            #expect(later.offset == nil)
            let newest = try await fixture.cluster.offset(of: partition, at: .maxTimestamp)
            #expect(newest.offset != nil)
            #expect(newest.timestampMs >= first.timestampMs)
            let local = try await fixture.cluster.offset(of: partition, at: .earliestLocal)
            #expect(local.offset == 0)
        }
    }

    @Test func `a point that a broker does not know is refused, and others are answered`() async throws {
        try await withFixture {
            $0.versionLimits = [.listOffsets: 6]
        } _: { fixture in
            try fixture.broker.createTopic("t", partitions: 2)
            let found = try await fixture.cluster.listOffsets([
                TopicPartition("t", 0): .maxTimestamp, TopicPartition("t", 1): .latest,
            ])
            #expect(error(found[TopicPartition("t", 0)])?.code == .unsupportedVersion)
            #expect(try found[TopicPartition("t", 1)]?.get().offset == 0)
        }
    }

    // MARK: Topics

    @Test func `topics are listed, described, made to grow and deleted, several at once`() async throws {
        try await withFixture(brokers: 2) { fixture in
            let cluster = fixture.cluster
            let created = try await cluster.createTopics([
                NewTopic("a", partitionCount: 2), NewTopic("b", assignments: [[2], [1], [2]]), NewTopic("no good name"),
                NewTopic("c", partitionCount: 1, configuration: ["cleanup.policy": "nonsense"]),
            ])
            #expect(try created["a"]?.get() != .zero)
            #expect(error(created["no good name"])?.brokerError == .invalidTopicException)
            #expect(error(created["c"])?.brokerError == .invalidConfig)
            let again = try await cluster.createTopics([NewTopic("a")])
            #expect(error(again["a"])?.brokerError == .topicAlreadyExists)
            let listed = try await cluster.listTopics()
            #expect(listed.map(\.name) == ["a", "b"])
            #expect(listed.map(\.partitionCount) == [2, 3])
            let described = try await cluster.describeTopics(["b", "none"])
            let b = try described["b"]!.get()
            #expect(b.partitions.map(\.leader) == [2, 1, 2])
            #expect(b.partitions.map(\.inSyncReplicas) == [[2], [1], [2]])
            #expect(error(described["none"])?.code == .unknownTopic)
            let checked = try await cluster.createPartitions(of: ["a": NewPartitions(to: 5)], validateOnly: true)
            #expect(error(checked["a"]) == nil)
            let grown = try await cluster.createPartitions(of: [
                "a": NewPartitions(to: 3, assignments: [[2]]), "b": NewPartitions(to: 3), "none": NewPartitions(to: 3),
            ])
            #expect(error(grown["a"]) == nil)
            #expect(error(grown["b"])?.brokerError == .invalidPartitions)
            #expect(error(grown["none"])?.code == .unknownTopic)
            let a = try await cluster.describeTopics(["a"])["a"]!.get()
            #expect(a.partitions.count == 3)
            #expect(a.partitions[2].leader == 2)
            let deleted = try await cluster.deleteTopics(["a", "b", "none"])
            #expect(error(deleted["a"]) == nil)
            #expect(error(deleted["none"])?.code == .unknownTopic)
            #expect(try await cluster.listTopics().isEmpty)
        }
    }

    @Test func `an answer of one that is the controller no longer is asked for again`() async throws {
        try await withFixture(brokers: 2) { fixture in
            fixture.broker.inject(FaultRule(.createTopics, count: 2, effect: .error(.notController)))
            let created = try await fixture.cluster.createTopics([NewTopic("a", partitionCount: 1)])
            #expect(error(created["a"]) == nil)
        }
    }

    // MARK: Configurations

    @Test func `settings are told, set, extended and taken back`() async throws {
        try await withFixture(brokers: 2) { fixture in
            let cluster = fixture.cluster
            try fixture.broker.createTopic("t")
            let topic = ConfiguredResource.topic("t")
            func value(_ name: String) async throws -> ConfigurationEntry? {
                try await cluster.describeConfigurations(of: [topic], keys: [name])[topic]?.get().first
            }
            let before = try await value("retention.ms")
            #expect(before?.value == "604800000" && before?.isDefault == true && before?.type == .long)
            let changed = try await cluster.alterConfigurations([
                topic: [.set("retention.ms", to: "1000"), .append("cleanup.policy", "compact")],
                .topic("none"): [.set("retention.ms", to: "1000")],
            ])
            #expect(error(changed[topic]) == nil)
            #expect(error(changed[.topic("none")])?.code == .unknownTopic)
            #expect(try await value("retention.ms")?.value == "1000")
            #expect(try await value("retention.ms")?.source == .topic)
            #expect(try await value("cleanup.policy")?.value == "delete,compact")
            _ = try await cluster.alterConfigurations([
                topic: [.delete("retention.ms"), .subtract("cleanup.policy", "delete")]
            ])
            #expect(try await value("retention.ms")?.value == "604800000")
            #expect(try await value("cleanup.policy")?.value == "compact")
            let refused = try await cluster.alterConfigurations([
                topic: [.set("retention.ms", to: "7"), .set("segment.bytes", to: "much")]
            ])
            #expect(error(refused[topic])?.brokerError == .invalidConfig)
            let checked = try await cluster.alterConfigurations(
                [topic: [.set("retention.ms", to: "7")]], validateOnly: true)
            #expect(error(checked[topic]) == nil)
            #expect(try await value("retention.ms")?.value == "604800000")
        }
    }

    @Test func `brokers and groups have settings, and an unknown broker is told of`() async throws {
        try await withFixture(brokers: 2) { fixture in
            let cluster = fixture.cluster
            let found = try await cluster.describeConfigurations(
                of: [.broker(1), .broker(2), .broker(9), .group("g")], includingSynonyms: true)
            for node: Int32 in [1, 2] {
                let entries = try found[.broker(node)]!.get()
                #expect(entries.first { $0.name == "node.id" }?.value == "\(node)")
            }
            #expect(error(found[.broker(9)])?.code == .invalidArgument)
            #expect(try found[.group("g")]!.get().contains { $0.name == "consumer.session.timeout.ms" })
            let group = ConfiguredResource.group("g")
            _ = try await cluster.alterConfigurations([group: [.set("consumer.session.timeout.ms", to: "50000")]])
            let set = try await cluster.describeConfigurations(of: [group], includingSynonyms: true)[group]!.get()
            let timeout = set.first { $0.name == "consumer.session.timeout.ms" }
            #expect(timeout?.value == "50000" && timeout?.source == .group)
            #expect(timeout?.synonyms.map(\.value) == ["50000", "45000"])
        }
    }

    @Test func `an embedded broker obeys the length of batches`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t")
            try await write(["a"], in: fixture)
            _ = try await fixture.cluster.alterConfigurations([.topic("t"): [.set("max.message.bytes", to: "20")]])
            let deliveries = try await fixture.deliver(try await fixture.makeBatches(["b"]))
            #expect(deliveries.first?.error?.code == .recordTooLarge)
            _ = try await fixture.cluster.alterConfigurations([.topic("t"): [.delete("max.message.bytes")]])
            try await write(["c"], in: fixture)
            #expect(try await fixture.cluster.offsets(of: "t", at: .latest) == [2])
        }
    }

    // MARK: Records and leaders

    @Test func `records before an offset are deleted`() async throws {
        try await withFixture(brokers: 2) { fixture in
            try fixture.broker.createTopic("t", partitions: 2)
            try await write((0..<10).map { "\($0)" }, to: "t", 1, in: fixture)
            let deleted = try await fixture.cluster.deleteRecords(before: [
                TopicPartition("t", 1): 4, TopicPartition("t", 0): 1,
            ])
            #expect(try deleted[TopicPartition("t", 1)]?.get() == 4)
            #expect(error(deleted[TopicPartition("t", 0)])?.code == .offsetOutOfRange)
            #expect(try await fixture.cluster.offsets(of: "t", at: .earliest) == [0, 4])
            let all = try await fixture.cluster.deleteRecords(before: [TopicPartition("t", 1): -1])
            #expect(try all[TopicPartition("t", 1)]?.get() == 10)
        }
    }

    @Test func `preferred leaders are elected`() async throws {
        try await withFixture(brokers: 2) { fixture in
            _ = try await fixture.cluster.createTopics([NewTopic("t", assignments: [[1], [2]])])["t"]!.get()
            try fixture.broker.moveLeader("t", 0, to: 2)
            let elected = try await fixture.cluster.electLeaders(
                .preferred, of: [TopicPartition("t", 0), TopicPartition("t", 1), TopicPartition("none", 0)])
            #expect(try elected[TopicPartition("t", 0)]?.get() == true)
            #expect(try elected[TopicPartition("t", 1)]?.get() == false)
            #expect(error(elected[TopicPartition("none", 0)])?.code == .unknownTopic)
            try fixture.broker.moveLeader("t", 1, to: 1)
            let all = try await fixture.cluster.electLeaders(.preferred, of: nil)
            #expect(all.keys.sorted() == [TopicPartition("t", 1)])
            let unclean = try await fixture.cluster.electLeaders(.unclean, of: [TopicPartition("t", 1)])
            #expect(try unclean[TopicPartition("t", 1)]?.get() == false)
        }
    }
}

import KafkaProtocol
import KafkaTransport
import TestSupport
import Testing

@testable import KafkaClient

/// Groups to whose members everything happens: they join, leave, die, are slow, are cut off, lose answers; coordinators fail over, and
/// topics grow. A failure is had again with the seed that it names.
@Suite(.timeLimit(.minutes(5))) struct GroupSimulationTests {
    enum Kind: CaseIterable {
        case eager, cooperative, consumer
    }

    /// Seeds that once found something, and new ones each time.
    private static let seeds: [UInt64] = {
        var random = SeededGenerator()
        return [1, 1_731_404_511, 3_278_392_299]
            + (0..<5).map { _ in UInt64.random(in: 0...UInt64(UInt32.max), using: &random) }
    }()

    @Test(arguments: seeds, Kind.allCases) func `no partition is with two members, and in quiet all are with one`(
        seed: UInt64, kind: Kind
    ) {
        switch kind {
        case .eager, .cooperative:
            let assignors: [any PartitionAssignor] =
                kind == .eager ? [StickyAssignor(), RangeAssignor()] : [CooperativeStickyAssignor()]
            let group = SimulatedGroup(ClassicCoordinatorModel(), seed: seed) { settings, _ in
                var settings = settings
                settings.assignors = assignors
                return ClassicMembership(settings)
            }
            torment(group, seed, hasStatic: true)
        case .consumer:
            let group = SimulatedGroup(ConsumerCoordinatorModel(), seed: seed) { settings, client in
                ConsumerMembership(settings, memberID: "member-\(client)")
            }
            torment(group, seed, hasStatic: false)
        }
    }

    private func torment<Coordinator>(_ group: SimulatedGroup<Coordinator>, _ seed: UInt64, hasStatic: Bool) {
        var group = group
        var topics = [
            "a": GroupTopic(id: KafkaUUID(high: 0, low: 1), partitionCount: 5),
            "b": GroupTopic(id: KafkaUUID(high: 0, low: 2), partitionCount: 2),
        ]
        group.coordinator.topics = topics
        for _ in 0..<3 { group.start(["a", "b"]) }
        for round in 0..<12 {
            group.lossPercent = round % 3 == 0 ? 10 : 1
            for _ in 0..<Int.random(in: 1...5, using: &group.random) {
                disturb(&group, &topics, hasStatic: hasStatic)
                group.run(for: .milliseconds(Int.random(in: 0..<60_000, using: &group.random)))
            }
            group.lossPercent = 0
            for client in group.alive { group.members[client].revokeTime = .milliseconds(50) }
            for client in group.alive { group.tell(client, .polled(isWaiting: true)) }
            group.run(for: .seconds(400))
            group.checkQuiet()
            guard group.complaints.isEmpty else {
                Issue.record("seed \(seed), round \(round): \(group.complaints.prefix(5).joined(separator: "\n"))")
                return
            }
        }
        // A group in which nothing happens would find nothing.
        #expect(group.coordinator.rebalanceCount > 10)
    }

    private func disturb<Coordinator>(
        _ group: inout SimulatedGroup<Coordinator>, _ topics: inout [String: GroupTopic], hasStatic: Bool
    ) {
        let client = group.alive.randomElement(using: &group.random)
        switch Int.random(in: 0..<12, using: &group.random) {
        case 0, 1:
            if group.alive.count < 7 { group.start(Bool.random(using: &group.random) ? ["a", "b"] : ["a"]) }
        case 2: if let client, group.alive.count > 1 { group.tell(client, .leave(reason: "enough")) }
        case 3: if let client, group.alive.count > 1 { group.kill(client) }
        case 4:
            if let client { group.members[client].revokeTime = .seconds(Int.random(in: 1..<100, using: &group.random)) }
        case 5: if let client { group.cut(client, for: .seconds(Int.random(in: 1..<120, using: &group.random))) }
        case 6: if let client { group.tell(client, .polled(isWaiting: false)) }
        case 7:
            if let client {
                group.tell(
                    client, .subscribed([["a"], ["b"], ["a", "b"]].randomElement(using: &group.random) ?? ["a"]))
            }
        case 8:
            topics["a"]?.partitionCount += 1
            if topics["c"] == nil { topics["c"] = GroupTopic(id: KafkaUUID(high: 0, low: 3), partitionCount: 1) }
            if topics["a"]?.partitionCount ?? 0 < 14 { group.changeTopics(topics) }
        case 9: group.failOver()
        case 10:
            if let client, let instance = group.members[client].instance {
                // It restarts under the same name.
                group.kill(client)
                group.start(group.members[client].subscription, instance: instance)
            }
        default:
            let instance = hasStatic ? "instance-\(group.members.count)" : nil
            if group.alive.count < 7 { group.start(["a", "b"], instance: instance) }
        }
    }
}

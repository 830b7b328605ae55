import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaEmbeddedBroker

@Suite struct ConsumerGroupTests {
    private var scene = ConsumerScene()

    @Test mutating func `the first member gets everything at once`() {
        #expect(scene.join("a") == .none)
        #expect(scene.has("a") == [0, 1, 2, 3] && scene.epochs["a"] == 2)
        #expect(scene.group.state == .stable)
    }

    @Test mutating func `partitions are given up before others get them`() {
        scene.join("a")
        scene.join("b")
        #expect(scene.has("b") == [] && scene.epochs["b"] == 3)
        #expect(scene.group.state == .reconciling)
        scene.beat("a")
        #expect(scene.has("a").count == 2 && scene.epochs["a"] == 2)
        scene.beat("b")
        #expect(scene.has("b") == [], "a has not said that it gave anything up")
        scene.beat("a", saysOwned: false)
        scene.beat("b")
        #expect(scene.has("b") == [], "a has not said what it owns")
        scene.beat("a")
        #expect(scene.epochs["a"] == 3)
        scene.beat("b")
        #expect((scene.has("a") + scene.has("b")).sorted() == [0, 1, 2, 3])
        #expect(scene.group.state == .stable)
    }

    @Test mutating func `a member that does not give up what it has to is fenced after its rebalance timeout`() {
        scene.join("a", rebalanceTimeoutMs: 5000)
        scene.join("b")
        scene.beat("a", saysOwned: false)
        scene.advance(.milliseconds(4999))
        #expect(scene.beat("a", saysOwned: false) == .none)
        scene.advance(.milliseconds(1))
        #expect(scene.beat("a", saysOwned: false) == .unknownMemberId)
        scene.beat("b")
        #expect(scene.has("b") == [0, 1, 2, 3])
    }

    @Test mutating func `who sends no heartbeat is fenced, and who leaves is gone at once`() {
        scene.join("a")
        scene.join("b")
        scene.settle()
        scene.advance(.seconds(44))
        scene.beat("b")
        scene.advance(.seconds(1))
        #expect(scene.beat("a") == .unknownMemberId)
        scene.beat("b")
        #expect(scene.has("b") == [0, 1, 2, 3])
        #expect(scene.leave("b") == .none)
        #expect(scene.group.state == .empty && scene.group.holders.isEmpty)
        #expect(scene.leave("b") == .unknownMemberId)
        #expect(scene.group.byteCount == ConsumerGroup(EmbeddedBrokerGroups()).byteCount)
    }

    @Test mutating func `epochs are checked, and an answer that was lost is forgiven`() {
        scene.join("a")
        #expect(scene.beat("a", epoch: 7) == .fencedMemberEpoch)
        #expect(scene.beat("b", epoch: 1) == .unknownMemberId)
        scene.join("b")
        scene.beat("a")
        scene.beat("a")
        #expect(scene.epochs["a"] == 3)
        #expect(scene.beat("a", epoch: 2) == .none)
        #expect(scene.beat("a", epoch: 2, saysOwned: false) == .fencedMemberEpoch)
        #expect(scene.join("a") == .none, "it begins anew")
        #expect(scene.has("a").count == 2)
    }

    @Test mutating func `a topic that grows, comes or goes is shared out anew`() {
        scene.join("a", ["t", "u"])
        #expect(scene.has("a", "u") == [])
        scene.setTopics(["t": 6, "u": 2])
        scene.beat("a")
        #expect(scene.has("a").count == 6 && scene.has("a", "u").count == 2)
        scene.setTopics(["u": 2])
        scene.settle()
        #expect(scene.has("a") == [] && scene.has("a", "u").count == 2)
        let epoch = scene.epochs["a"]
        scene.setTopics(["u": 2, "v": 9])
        scene.beat("a")
        #expect(scene.epochs["a"] == epoch)
    }

    @Test mutating func `a regular expression reads what it matches, now and later`() {
        scene.setTopics(["order": 2, "pay": 2])
        #expect(scene.join("a", nil, regex: "o.*|x[0-9]+") == .none)
        #expect(scene.has("a", "order") == [0, 1] && scene.has("a", "pay") == [])
        scene.setTopics(["order": 2, "pay": 2, "x42": 3])
        scene.beat("a")
        #expect(scene.has("a", "x42") == [0, 1, 2])
        #expect(scene.join("b", nil, regex: "(a") == .invalidRegularExpression)
        #expect(scene.group.members.count == 1)
    }

    @Test mutating func `a static member that comes back has what it had, and its place is its own meanwhile`() {
        scene.join("a", instance: "i")
        scene.join("b")
        scene.settle()
        let former = scene.has("a")
        #expect(scene.join("c", instance: "i") == .unreleasedInstanceId)
        #expect(scene.leave("a", instance: "i", toComeBack: true) == .none)
        scene.settle()
        #expect(scene.has("b").count == 2)
        let epoch = scene.group.epoch
        #expect(scene.join("c", instance: "i") == .none)
        #expect(scene.has("c") == former && scene.epochs["c"] == epoch && scene.group.epoch == epoch)
        #expect(scene.beat("a", epoch: epoch, instance: "i") == .fencedInstanceId)
        #expect(scene.leave("c", instance: "i", toComeBack: true) == .none)
        scene.advance(.seconds(30))
        scene.beat("b")
        scene.advance(.seconds(15))
        scene.settle()
        #expect(scene.has("b") == [0, 1, 2, 3])
    }

    @Test mutating func `requests that make no sense are refused`() {
        #expect(scene.join("") == .invalidRequest)
        #expect(scene.join("a", nil) == .invalidRequest)
        #expect(scene.join("a", assignor: "best") == .unsupportedAssignor)
        #expect(scene.leave("a", toComeBack: true) == .invalidRequest)
        #expect(scene.send(ConsumerGroupHeartbeatRequest(), "a", epoch: -3) == .invalidRequest)
        scene = ConsumerScene { $0.sizeMax = 1 }
        scene.join("a")
        #expect(scene.join("b") == .groupMaxSizeReached)
        #expect(scene.join("a") == .none)
    }

    @Test mutating func `offsets are committed in the member's epoch`() {
        func refusal(_ member: String, _ epoch: Int32, version: Int16 = 9) -> KafkaErrorCode? {
            var request = OffsetCommitRequest()
            request.memberID = member
            request.generationIDOrMemberEpoch = epoch
            return scene.group.commitRefusal(request, version: version)
        }
        #expect(refusal("", -1) == nil)
        scene.join("a")
        #expect(refusal("a", 2) == nil && refusal("a", 1) == .staleMemberEpoch && refusal("", -1) == .unknownMemberId)
        #expect(refusal("a", 2, version: 8) == .unsupportedVersion)
        #expect(scene.group.fetchRefusal(memberID: "a", epoch: 3) == .staleMemberEpoch)
        #expect(scene.group.fetchRefusal(memberID: nil, epoch: -1) == nil)
    }

    @Test(arguments: [1, 7, 42] as [UInt64])
    func `whatever members do, no partition has two owners, and in the end each has one`(seed: UInt64) {
        var scene = ConsumerScene(["t": 7, "u": 3])
        var random = Random(seed)
        for _ in 0..<400 {
            let id = "m\(random.next(below: 6))"
            switch random.next(below: 12) {
            case 0: scene.join(id, random.next(below: 2) == 0 ? ["t"] : ["t", "u"])
            case 1: scene.leave(id)
            case 2: scene.setTopics(["t": 7 + random.next(below: 3), "u": 3])
            case 3: scene.advance(.seconds(5))
            default: if scene.group.members[id] != nil { scene.beat(id, saysOwned: random.next(below: 4) != 0) }
            }
            var seen = Set<String>()
            for member in scene.group.members.values {
                member.held.forEach { #expect(seen.insert("\($0)-\($1)").inserted) }
            }
        }
        scene.join("last", ["t", "u"])
        scene.settle()
        #expect(scene.group.state == .stable)
        let all = scene.group.members.keys.flatMap { scene.has($0) }
        #expect(all.sorted() == (0..<Int32(all.count)).map { $0 } && all.count >= 7)
        let loads = scene.group.members.values.map { $0.assigned.count }
        #expect(loads.reduce(0, +) == all.count + 3)
    }

    /// A linear congruential generator.
    private struct Random {
        private var state: UInt64

        init(_ seed: UInt64) { state = seed }

        mutating func next(below bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
    }
}

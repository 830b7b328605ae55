import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaEmbeddedBroker

@Suite struct ClassicGroupTests {
    private var scene = ClassicScene()

    @Test mutating func `a member needs an id before it joins, from version 4 on`() {
        let refused = scene.join("")
        #expect(refused?.errorCode == .memberIdRequired && refused?.memberID == "new-1")
        let joined = scene.join("new-1")
        #expect(joined?.errorCode == KafkaErrorCode.none && joined?.generationID == 1 && joined?.leader == "new-1")
        #expect(joined?.members.map(\.memberID) == ["new-1"])
        #expect(scene.join("", version: 3, waiter: 5) == nil)
        #expect(scene.group.members.count == 2)
    }

    @Test mutating func `an id that was not used in time is forgotten`() {
        _ = scene.join("")
        scene.advance(.seconds(10))
        #expect(scene.join("new-1")?.errorCode == .unknownMemberId)
    }

    @Test mutating func `the leader gets all members, and its assignments reach all`() {
        scene.form(["a", "b"])
        #expect(scene.group.state == .completingRebalance)
        #expect(scene.sync("b") == nil)
        #expect(scene.sync("a", ["a": [1], "b": [2]]) == .assigned([1]))
        #expect(scene.lateSync("b") == .assigned([2]))
        #expect(scene.group.state == .stable)
        #expect(scene.sync("b") == .assigned([2]))
    }

    @Test mutating func `a member that joins makes the others join again`() {
        scene.form(["a"])
        _ = scene.sync("a", ["a": [1]])
        #expect(scene.heartbeat("a") == .none)
        _ = scene.join("")
        #expect(scene.join("new-2", waiter: 7) == nil)
        #expect(scene.heartbeat("a") == .rebalanceInProgress)
        let again = scene.join("a")
        #expect(again?.generationID == 2 && again?.members.count == 2)
        let late = scene.lateJoin(7)
        #expect(late?.generationID == 2 && late?.leader == "a" && late?.members.isEmpty == true)
    }

    @Test mutating func `a rebalance goes on without who does not join in time`() {
        scene.form(["a", "b"], rebalanceTimeoutMs: 5000)
        _ = scene.sync("a", ["a": [1], "b": [2]])
        _ = scene.sync("b")
        #expect(scene.join("a", protocols: ["range", "x"], waiter: 9, rebalanceTimeoutMs: 5000) == nil)
        scene.advance(.milliseconds(4999))
        #expect(scene.lateJoin(9) == nil)
        scene.advance(.milliseconds(1))
        #expect(scene.lateJoin(9)?.members.map(\.memberID) == ["a"])
        #expect(scene.heartbeat("b") == .unknownMemberId)
    }

    @Test mutating func `who does not sync in time is taken out`() {
        scene.form(["a", "b"], rebalanceTimeoutMs: 5000)
        _ = scene.sync("a", ["a": [1]])
        scene.advance(.milliseconds(5000))
        #expect(scene.heartbeat("a") == .rebalanceInProgress)
        #expect(scene.heartbeat("b") == .unknownMemberId)
    }

    @Test mutating func `who sends no heartbeat is taken out`() {
        scene.form(["a", "b"])
        _ = scene.sync("a", ["a": [1]])
        _ = scene.sync("b")
        scene.advance(.seconds(9))
        #expect(scene.heartbeat("a") == .none)
        scene.advance(.seconds(1))
        #expect(scene.heartbeat("a") == .rebalanceInProgress)
        #expect(scene.join("a")?.members.count == 1)
    }

    @Test mutating func `who waits for a rebalance is not taken for gone`() {
        scene.form(["a", "b"], rebalanceTimeoutMs: 60_000)
        _ = scene.sync("a", ["a": [1]])
        _ = scene.sync("b")
        #expect(scene.join("a", protocols: ["range", "x"], waiter: 9, rebalanceTimeoutMs: 60_000) == nil)
        for _ in 0..<5 {
            scene.advance(.seconds(8))
            #expect(scene.heartbeat("b") == .rebalanceInProgress)
        }
        #expect(scene.join("b")?.errorCode == KafkaErrorCode.none)
        #expect(scene.lateJoin(9)?.members.count == 2)
    }

    @Test mutating func `leaving ends a membership, and the last one empties the group`() {
        scene.form(["a", "b"])
        _ = scene.sync("a", ["a": [1]])
        _ = scene.sync("b")
        #expect(scene.leave("b", "nobody") == [.none, .unknownMemberId])
        #expect(scene.heartbeat("a") == .rebalanceInProgress)
        #expect(scene.leave("a") == [.none])
        #expect(scene.group.state == .empty && scene.group.members.isEmpty && scene.group.leader == nil)
        #expect(scene.group.byteCount == ClassicGroup(EmbeddedBrokerGroups()).byteCount)
    }

    @Test mutating func `a group rebalances when an id is given back that nobody has joined with, as Kafka's does`() {
        scene.form(["a"])
        _ = scene.join("")
        #expect(scene.group.pending.count == 1)
        let withoutIt = scene.group.byteCount - 64 - (scene.group.pending.keys.first?.utf8.count ?? 0)
        #expect(scene.leave(scene.group.pending.keys.first ?? "") == [.none])
        #expect(scene.group.byteCount == withoutIt)
        #expect(scene.group.state == .preparingRebalance && scene.group.pending.isEmpty)
        #expect(scene.join("a")?.generationID == 2)
    }

    @Test mutating func `generations, protocols and instance ids are checked`() {
        scene.form(["a"])
        _ = scene.sync("a", ["a": [1]])
        #expect(scene.heartbeat("a", generation: 7) == .illegalGeneration)
        #expect(scene.heartbeat("b") == .unknownMemberId)
        #expect(scene.join("", protocols: ["other"])?.errorCode == .inconsistentGroupProtocol)
        #expect(scene.join("", protocols: [])?.errorCode == .inconsistentGroupProtocol)
        var request = SyncGroupRequest()
        request.memberID = "a"
        request.generationID = 1
        request.protocolName = "other"
        #expect(scene.sync(request) == .failed(.inconsistentGroupProtocol))
        request.protocolName = nil
        request.groupInstanceID = "i"
        #expect(scene.sync(request) == .failed(.unknownMemberId))
    }

    @Test mutating func `members vote among what all support`() {
        scene.ids = ["a", "b", "c"]
        #expect(scene.join("", version: 0, protocols: ["x", "y", "z"])?.protocolName == "x")
        _ = scene.join("", version: 0, protocols: ["y", "x"], waiter: 11)
        _ = scene.join("", version: 0, protocols: ["y", "x"], waiter: 12)
        #expect(scene.join("a", protocols: ["x", "y", "z"])?.protocolName == "y")
    }

    @Test mutating func `a group has no more members than it may`() {
        scene = ClassicScene { $0.sizeMax = 1 }
        scene.form(["a"])
        #expect(scene.join("")?.errorCode == .groupMaxSizeReached)
        #expect(scene.join("a")?.errorCode == KafkaErrorCode.none)
    }

    @Test mutating func `the first rebalance is put off while members come`() {
        scene = ClassicScene { $0.initialRebalanceDelay = .seconds(3) }
        scene.ids = ["a", "b"]
        #expect(scene.join("", version: 0, waiter: 1, rebalanceTimeoutMs: 60_000) == nil)
        scene.advance(.seconds(2))
        #expect(scene.join("", version: 0, waiter: 2, rebalanceTimeoutMs: 60_000) == nil)
        scene.advance(.seconds(1))
        #expect(scene.lateJoin(1) == nil)
        scene.advance(.seconds(3))
        #expect(scene.lateJoin(1)?.members.count == 2 && scene.lateJoin(2)?.generationID == 1)
    }

    @Test mutating func `a static member that comes back keeps its place, and fences who had it`() {
        scene.ids = ["a", "b"]
        #expect(scene.join("", instance: "i")?.memberID == "a")
        _ = scene.sync("a", ["a": [7]], instance: "i")
        let back = scene.join("", version: 9, instance: "i")
        #expect(back?.memberID == "b" && back?.generationID == 1 && back?.leader == "b")
        #expect(back?.skipAssignment == true && back?.members.count == 1)
        #expect(scene.sync("b", instance: "i") == .assigned([7]))
        #expect(scene.heartbeat("a", instance: "i") == .fencedInstanceId)
        #expect(scene.join("a", instance: "i")?.errorCode == .fencedInstanceId)
        scene.ids = ["c"]
        let older = scene.join("", version: 8, instance: "i")
        #expect(older?.leader == "b" && older?.memberID == "c" && older?.members.isEmpty == true)
        #expect(scene.leave(instance: "i") == [.none])
        #expect(scene.group.state == .empty)
    }

    @Test mutating func `offsets are committed by members of the generation, or by anybody while there are none`() {
        func refusal(_ member: String, _ generation: Int32) -> KafkaErrorCode? {
            var request = OffsetCommitRequest()
            request.memberID = member
            request.generationIDOrMemberEpoch = generation
            return scene.group.commitRefusal(request, now: scene.now)
        }
        #expect(refusal("", -1) == nil)
        #expect(refusal("a", 1) == .unknownMemberId)
        scene.form(["a"])
        #expect(refusal("a", 1) == .rebalanceInProgress)
        _ = scene.sync("a", ["a": [1]])
        #expect(refusal("a", 1) == nil)
        #expect(refusal("a", 0) == .illegalGeneration)
        #expect(refusal("", -1) == .unknownMemberId)
    }

    @Test mutating func `a move of the coordinator sends those who wait away, and nobody is lost`() {
        scene.form(["a", "b"])
        #expect(scene.sync("b") == nil)
        scene.group.move(now: scene.now)
        #expect(scene.lateSync("b") == .failed(.notCoordinator))
        #expect(scene.sync("b") == nil)
        #expect(scene.sync("a", ["b": [2]]) == .assigned([]))
        #expect(scene.lateSync("b") == .assigned([2]))
    }
}

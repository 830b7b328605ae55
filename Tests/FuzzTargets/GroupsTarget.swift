import KafkaClient

/// What members of a group tell each other through their coordinator; the first byte says which it is.
enum GroupsTarget {
    static func run(_ bytes: [UInt8]) throws(FuzzTarget.Finding) -> Bool {
        guard let first = bytes.first else { return false }
        let message = Array(bytes.dropFirst())
        switch first % 3 {
        case 0:
            guard let data = StickyUserData(encoded: message) else { return false }
            let again = data.encoded().flatMap(StickyUserData.init(encoded:))
            try expect(
                again?.partitions.sorted() == data.partitions.sorted() && again?.generation == data.generation,
                "the user data of a sticky member comes back otherwise")
        case 1:
            guard let subscription = try? ConsumerProtocolSubscription.decode(from: message) else { return false }
            try expectSame("a subscription") { () throws(WireError) in
                try ConsumerProtocolSubscription.decode(from: subscription.encoded()) == subscription
            }
        default:
            guard let assignment = try? ConsumerProtocolAssignment.decode(from: message) else { return false }
            try expectSame("an assignment") { () throws(WireError) in
                try ConsumerProtocolAssignment.decode(from: assignment.encoded()) == assignment
            }
        }
        return true
    }

    static var seeds: [[UInt8]] {
        let partitions = [TopicPartition("a", 0), TopicPartition("b", 2), TopicPartition("a", 1)]
        var subscription = ConsumerProtocolSubscription()
        subscription.topics = ["a", "b"]
        subscription.ownedPartitions = [ConsumerProtocolTopicPartition(topic: "a", partitions: [0, 1])]
        subscription.rackID = "r"
        var assignment = ConsumerProtocolAssignment()
        assignment.assignedPartitions = subscription.ownedPartitions
        assignment.userData = [1, 2]
        return [
            [0] + (StickyUserData(partitions: partitions, generation: 7).encoded() ?? []),
            [1] + ((try? subscription.encoded()) ?? []),
            [2] + ((try? assignment.encoded()) ?? []),
        ]
    }
}

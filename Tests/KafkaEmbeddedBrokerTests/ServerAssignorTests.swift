import KafkaProtocol
import Testing

@testable import KafkaEmbeddedBroker

@Suite struct ServerAssignorTests {
    private static func topic(_ number: UInt64, _ partitionCount: Int) -> GroupTopics.Topic {
        GroupTopics.Topic(name: "t\(number)", id: KafkaUUID(high: 0, low: number), partitionCount: partitionCount)
    }

    private static func subscriber(
        _ id: String, _ topics: [GroupTopics.Topic], former: PartitionSet = PartitionSet()
    ) -> ServerAssignor.Subscriber {
        ServerAssignor.Subscriber(id: id, rank: id, topics: Set(topics.map(\.id)), former: former)
    }

    @Test func `range gives neighbours, the same of topics of one size`() {
        let topics = [Self.topic(1, 5), Self.topic(2, 5)]
        let shares = ServerAssignor.range.assign(topics, to: ["b", "a"].map { Self.subscriber($0, topics) })
        #expect(shares["a"]?.listed.map(\.partitions) == [[0, 1, 2], [0, 1, 2]])
        #expect(shares["b"]?.listed.map(\.partitions) == [[3, 4], [3, 4]])
    }

    @Test func `uniform gives about as many to each, and moves no more than it takes`() {
        let topics = [Self.topic(1, 5), Self.topic(2, 6)]
        let first = ServerAssignor.uniform.assign(topics, to: ["a", "b"].map { Self.subscriber($0, topics) })
        #expect(Set(first.values.map(\.count)) == [5, 6])
        let second = ServerAssignor.uniform.assign(
            topics, to: ["a", "b", "c"].map { Self.subscriber($0, topics, former: first[$0] ?? PartitionSet()) })
        #expect(second.values.map(\.count).sorted() == [3, 4, 4])
        for id in ["a", "b"] { #expect(second[id]!.isSubset(of: first[id]!)) }
        let third = ServerAssignor.uniform.assign(
            topics, to: ["a", "b"].map { Self.subscriber($0, topics, former: second[$0]!) })
        for id in ["a", "b"] { #expect(second[id]!.isSubset(of: third[id]!)) }
    }

    @Test func `only who reads a topic gets it`() {
        let topics = [Self.topic(1, 4), Self.topic(2, 4)]
        for assignor in ServerAssignor.allCases {
            let shares = assignor.assign(
                topics, to: [Self.subscriber("a", [topics[0]]), Self.subscriber("b", topics), Self.subscriber("c", [])])
            #expect(shares["c"]?.isEmpty == true && shares["a"]?.topics[topics[1].id] == nil)
            #expect(shares.values.reduce(0) { $0 + $1.count } == 8)
        }
        let even = ServerAssignor.uniform.assign(
            topics, to: [Self.subscriber("a", [topics[0]]), Self.subscriber("b", topics)])
        #expect(even["a"]?.count == 4 && even["b"]?.count == 4)
    }

    @Test func `nobody to assign to, and nothing to assign, are fine`() {
        for assignor in ServerAssignor.allCases {
            #expect(assignor.assign([Self.topic(1, 3)], to: []).isEmpty)
            #expect(assignor.assign([], to: [Self.subscriber("a", [])])["a"]?.isEmpty == true)
        }
    }
}

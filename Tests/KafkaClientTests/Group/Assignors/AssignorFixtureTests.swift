import Testing

@testable import KafkaClient

/// The strategies against what Kafka's own classes give.
@Suite struct AssignorFixtureTests {
    private static let lines = javaAssignments.split(separator: "\n").map { line in
        line.split(separator: " | ", omittingEmptySubsequences: false).map(String.init)
    }

    private static func lines(of label: String) -> [[String]] {
        lines.filter { $0[0] == label }.map { Array($0.dropFirst()) }
    }

    @Test(arguments: [("range", 140), ("roundrobin", 50)])
    func `range and round robin give what Java gives`(name: String, count: Int) {
        let assignors: [any PartitionAssignor] = [RangeAssignor(), RoundRobinAssignor()]
        let assignor = assignors.first { $0.name == name }
        let lines = Self.lines(of: name)
        #expect(lines.count > count)
        for line in lines {
            let given = try? assignor?.assign(Self.group(topics: line[0], members: line[1]))
            #expect(given?.inOrder == Self.assignment(line[2]), "\(line)")
        }
    }

    @Test func `user data of sticky members is that of Java, and is read again`() {
        for line in Self.lines(of: "sticky-data") {
            let last = ReceivedAssignment(partitions: Self.partitions(line[1]), generation: Int32(line[0]) ?? 0)
            let data = StickyAssignor().userData(topics: [], last: last)
            #expect(data.map { StickyUserData(encoded: $0)?.generation } == last.generation)
            // Java's order of topics is that of a hash table.
            #expect(Self.bytes(line[2]).count == data?.count)
            #expect(StickyUserData(encoded: Self.bytes(line[2]))?.partitions.sorted() == last.partitions.sorted())
        }
        for line in Self.lines(of: "cooperative-data") {
            let last = ReceivedAssignment(partitions: Self.partitions(line[1]), generation: Int32(line[0]) ?? 0)
            #expect(CooperativeStickyAssignor().userData(topics: [], last: last) == Self.bytes(line[2]))
            #expect(CooperativeStickyAssignor.generation(userData: Self.bytes(line[2])) == last.generation)
        }
    }

    private static func group(topics: String, members: String) -> GroupSubscription {
        var group = GroupSubscription(members: [], topics: [:])
        for topic in topics.split(separator: " ") {
            let parts = topic.split(separator: "=", omittingEmptySubsequences: false)
            let racks = parts[1].split(separator: ".").map { $0 == "-" ? [] : Set($0.map(String.init)) }
            group.topics[String(parts[0])] = GroupTopic(partitionCount: racks.count, racks: racks)
        }
        for member in members.split(separator: " ") {
            let parts = member.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            group.members.append(
                GroupMember(
                    id: parts[0], groupInstanceID: parts[1] == "-" ? nil : parts[1],
                    rack: parts[2] == "-" ? nil : parts[2],
                    topics: parts[3].split(separator: ",").map(String.init)))
        }
        return group
    }

    private static func assignment(_ text: String) -> [String: [TopicPartition]] {
        Dictionary(
            uniqueKeysWithValues: text.split(separator: " ").map { member in
                let parts = member.split(separator: ":", omittingEmptySubsequences: false)
                return (String(parts[0]), partitions(String(parts[1])).sorted())
            })
    }

    private static func partitions(_ text: String) -> [TopicPartition] {
        text.split(separator: ",").map { partition in
            let parts = partition.split(separator: "#")
            return TopicPartition(String(parts[0]), Int32(parts[1]) ?? -1)
        }
    }

    private static func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex.utf8)
        return stride(from: 0, to: digits.count, by: 2).map { index in
            UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16) ?? 0
        }
    }
}

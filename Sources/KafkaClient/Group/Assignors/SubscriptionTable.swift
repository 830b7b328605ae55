/// A group in numbers, so that assignors compare no texts: members and topics in the order in which they are dealt with, and who
/// wants what.
///
/// Members that want the same topics share a profile: a group of a thousand members mostly has one.
///
/// Complexity: a look-up for each topic of each member, unless the member before wants the same.
struct SubscriptionTable {
    /// In their order, without those whose id another one has too.
    let members: [GroupMember]
    /// The names of the topics that members want and that have partitions, in Java's order.
    let topics: [String]
    let topicNumbers: [String: Int]
    /// By topic.
    let partitionCounts: [Int]
    /// The number of the first partition of each topic among all partitions, and at the end the number of all.
    let firstPartitions: [Int]
    /// The topics of each profile, ascending.
    let profiles: [[Int]]
    /// By member.
    let profileOfMember: [Int]
    /// The members that want a topic, by topic, ascending. Topics that the same members want share a list.
    let subscribers: [[Int]]
    /// By profile and topic.
    private let wants: [[Bool]]

    init(_ group: GroupSubscription) {
        var ids: Set<String> = []
        members = group.members.filter { ids.insert($0.id).inserted }.sorted { $0.precedes($1) }
        let offered = group.topics.filter { $0.value.partitionCount > 0 }.keys.sorted(by: precedesInJava)
        let offeredNumbers = Dictionary(uniqueKeysWithValues: offered.enumerated().map { ($1, $0) })
        var wanted = Wanted(offeredCount: offered.count)
        var previous: [String]?
        for member in members {
            if member.topics != previous {
                previous = member.topics
                wanted.beginProfile()
                for topic in member.topics { offeredNumbers[topic].map { wanted.add($0) } }
                wanted.endProfile()
            }
            wanted.addMember()
        }
        let (kept, profiles) = wanted.compact()
        let topics = kept.map { offered[$0] }
        self.topics = topics
        topicNumbers = Dictionary(uniqueKeysWithValues: topics.enumerated().map { ($1, $0) })
        let counts = topics.map { group.topics[$0]?.partitionCount ?? 0 }
        partitionCounts = counts
        firstPartitions = counts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
        let profileOfMember = wanted.profileOfMember
        self.profiles = profiles
        self.profileOfMember = profileOfMember
        wants = profiles.map { profile in
            var wants = [Bool](repeating: false, count: topics.count)
            for topic in profile { wants[topic] = true }
            return wants
        }
        subscribers = Self.subscribers(profiles, profileOfMember, topicCount: topics.count)
    }

    private static func subscribers(_ profiles: [[Int]], _ profileOfMember: [Int], topicCount: Int) -> [[Int]] {
        var profilesOfTopic = [[Int]](repeating: [], count: topicCount)
        for (number, profile) in profiles.enumerated() {
            for topic in profile { profilesOfTopic[topic].append(number) }
        }
        var membersOfProfile = [[Int]](repeating: [], count: profiles.count)
        for (member, profile) in profileOfMember.enumerated() { membersOfProfile[profile].append(member) }
        var lists: [[Int]: [Int]] = [:]
        return profilesOfTopic.map { key in
            if let list = lists[key] { return list }
            let list = key.count == 1 ? membersOfProfile[key[0]] : key.flatMap { membersOfProfile[$0] }.sorted()
            lists[key] = list
            return list
        }
    }

    /// Finds out which topics anybody wants, and which members want the same.
    private struct Wanted {
        private var profiles: [[Int]] = []
        private var profileNumbers: [[Int]: Int] = [:]
        private(set) var profileOfMember: [Int] = []
        private var isWanted: [Bool]
        private var isInProfile: [Bool]
        private var profile: [Int] = []
        private var number = 0

        init(offeredCount: Int) {
            isWanted = [Bool](repeating: false, count: offeredCount)
            isInProfile = isWanted
        }

        mutating func beginProfile() { profile.removeAll(keepingCapacity: true) }

        mutating func add(_ topic: Int) {
            if isInProfile[topic] { return }
            isInProfile[topic] = true
            isWanted[topic] = true
            profile.append(topic)
        }

        mutating func endProfile() {
            for topic in profile { isInProfile[topic] = false }
            profile.sort()
            number = profileNumbers[profile] ?? profiles.count
            guard number == profiles.count else { return }
            profiles.append(profile)
            profileNumbers[profile] = number
        }

        mutating func addMember() { profileOfMember.append(number) }

        /// The topics that are wanted, and the profiles in their numbers.
        func compact() -> (topics: [Int], profiles: [[Int]]) {
            let topics = isWanted.indices.filter { isWanted[$0] }
            var numbers = [Int](repeating: 0, count: isWanted.count)
            for (number, topic) in topics.enumerated() { numbers[topic] = number }
            return (topics, profiles.map { $0.map { numbers[$0] } })
        }
    }

    var partitionCount: Int { firstPartitions[topics.count] }

    func wants(_ member: Int, topic: Int) -> Bool { wants[profileOfMember[member]][topic] }

    /// The number among all partitions; nil when there is no such partition.
    func number(of partition: TopicPartition) -> Int? {
        guard let topic = topicNumbers[partition.topic] else { return nil }
        return number(ofPartition: partition.partition, topic: topic)
    }

    func number(ofPartition partition: Int32, topic: Int) -> Int? {
        guard partition >= 0, Int(partition) < partitionCounts[topic] else { return nil }
        return firstPartitions[topic] + Int(partition)
    }

    /// The assignment that gives each partition to the member whose number stands at its place; -1 gives it to nobody.
    func assignment(owners: [Int]) -> GroupAssignment {
        var given = [[TopicPartition]](repeating: [], count: members.count)
        for (topic, name) in topics.enumerated() {
            let first = firstPartitions[topic]
            for partition in 0..<partitionCounts[topic] where owners[first + partition] >= 0 {
                given[owners[first + partition]].append(TopicPartition(name, Int32(partition)))
            }
        }
        return GroupAssignment(
            Dictionary(zip(members.map(\.id), given), uniquingKeysWith: { first, _ in first }))
    }
}

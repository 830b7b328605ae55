import KafkaProtocol

/// The topics of the cluster as a consumer group sees them: ids, and how many partitions each has.
struct GroupTopics: Sendable, Equatable {
    struct Topic: Sendable, Equatable {
        let name: String
        let id: KafkaUUID
        let partitionCount: Int
    }

    /// Grows with every change.
    let version: Int
    private let byName: [String: Topic]
    private let byID: [KafkaUUID: Topic]

    init(version: Int = 0, _ topics: [Topic] = []) {
        self.version = version
        byName = Dictionary(topics.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        byID = Dictionary(topics.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    }

    var names: some Collection<String> { byName.keys }

    subscript(name: String) -> Topic? { byName[name] }
    subscript(id: KafkaUUID) -> Topic? { byID[id] }
}

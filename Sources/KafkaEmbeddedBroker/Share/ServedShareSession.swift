import KafkaProtocol

/// What a member of a share group reads over one connection, as it has told in pieces (KIP-932). A value, without I/O.
struct ServedShareSession: Sendable {
    struct Name: Hashable, Sendable {
        let topicID: KafkaUUID
        let partition: Int32
    }

    /// Who has a session.
    struct Owner: Hashable, Sendable {
        let group: String
        let member: String

        /// The longest id, in bytes: a group keeps it with each record that the member has.
        static let idByteCountMax = 1024

        var isLegal: Bool { [group, member].allSatisfy { (1...Self.idByteCountMax).contains($0.utf8.count) } }
    }

    /// The epoch that the next request has to have.
    private(set) var epoch: Int32 = 1
    /// In the order in which they came.
    private(set) var partitions: [Name] = []
    private var known: Set<Name> = []

    /// A client can't have more memory taken.
    static let partitionCountMax = 100_000

    /// Takes a request's epoch.
    ///
    /// - Returns: false when it is not the one that is due.
    mutating func advance(_ told: Int32) -> Bool {
        guard told == epoch else { return false }
        epoch = epoch == .max ? 1 : epoch + 1
        return true
    }

    /// Takes over what changes.
    mutating func change(by request: ShareFetchRequest) {
        for topic in request.topics {
            for partition in topic.partitions where partitions.count < Self.partitionCountMax {
                let name = Name(topicID: topic.topicID, partition: partition.index)
                if known.insert(name).inserted { partitions.append(name) }
            }
        }
        if request.forgottenTopics.isEmpty { return }
        for topic in request.forgottenTopics {
            for partition in topic.partitions { known.remove(Name(topicID: topic.topicID, partition: partition)) }
        }
        partitions.removeAll { !known.contains($0) }
    }

    /// Others come first next time.
    mutating func rotate(behind last: Name) {
        guard let index = partitions.firstIndex(of: last) else { return }
        partitions = Array(partitions[(index + 1)...] + partitions[...index])
    }
}

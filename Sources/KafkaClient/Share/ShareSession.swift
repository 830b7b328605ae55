import KafkaProtocol

/// What a broker has been told of the partitions that this member shares, as a value (KIP-932).
///
/// The epoch counts requests: 0 opens a session, and every request of either kind that is answered without an error of the session moves
/// it on. At most one request is on its way.
struct ShareSession: Sendable {
    /// The epoch of the next request; 0 when there is no session.
    private(set) var epoch: Int32 = 0
    /// By slot: the id of its topic as the broker knows it. A topic that is made anew has another one.
    private var told: [Int: KafkaUUID] = [:]

    /// Whether the broker keeps one, as far as is known.
    var isOpen: Bool { epoch > 0 }

    /// What the next fetch says.
    struct Fetch: Sendable, Equatable {
        /// A partition as it was told.
        struct Forgotten: Sendable, Equatable {
            var slot: Int
            var topicID: KafkaUUID
        }

        var epoch: Int32
        /// Slots, ascending.
        var added: [Int]
        /// By slot, ascending.
        var forgotten: [Forgotten]
    }

    /// The next fetch.
    ///
    /// - Parameter wanted: the ids of the topics of all slots to read.
    mutating func makeFetch(_ wanted: [Int: KafkaUUID]) -> Fetch {
        if epoch == 0 { told = [:] }
        let fetch = Fetch(
            epoch: epoch, added: wanted.keys.filter { told[$0] != wanted[$0] }.sorted(),
            forgotten: told.filter { wanted[$0.key] != $0.value }
                .map { Fetch.Forgotten(slot: $0.key, topicID: $0.value) }.sorted { $0.slot < $1.slot })
        told = wanted
        return fetch
    }

    /// The broker has answered a request of the session.
    mutating func didAnswer() { epoch = epoch == .max ? 1 : epoch + 1 }

    /// The session is gone, or may be.
    mutating func reset() {
        epoch = 0
        told = [:]
    }
}

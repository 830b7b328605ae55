/// What a broker has been told of the partitions that this member shares, as a value (KIP-932).
///
/// The epoch counts requests: 0 opens a session, and every request of either kind that is answered without an error of the session moves
/// it on. At most one request is on its way.
struct ShareSession: Sendable {
    /// The epoch of the next request; 0 when there is no session.
    private(set) var epoch: Int32 = 0
    private var told: Set<Int> = []

    /// Whether the broker keeps one, as far as is known.
    var isOpen: Bool { epoch > 0 }
    /// Whether anything is read by it.
    var isEmpty: Bool { told.isEmpty }

    /// What the next fetch says.
    struct Fetch: Sendable, Equatable {
        var epoch: Int32
        /// Slots, ascending.
        var added: [Int]
        var forgotten: [Int]
    }

    /// The next fetch, for all of these slots.
    mutating func makeFetch(_ wanted: Set<Int>) -> Fetch {
        if epoch == 0 { told = [] }
        let fetch = Fetch(
            epoch: epoch, added: wanted.subtracting(told).sorted(), forgotten: told.subtracting(wanted).sorted())
        told = wanted
        return fetch
    }

    /// A partition is another one by now, and is to be told anew.
    mutating func forget(_ slot: Int) { told.remove(slot) }

    /// The broker has answered a request of the session.
    mutating func didAnswer() { epoch = epoch == .max ? 1 : epoch + 1 }

    /// The session is gone, or may be.
    mutating func reset() {
        epoch = 0
        told = []
    }
}

// With a session a broker remembers which partitions are read and from where, so that a request says only what has changed
// (KIP-227):
//
//      full ──▶ answer with an id ──▶ incremental ──▶ incremental ──▶ …
//        ▲                                │
//        └──── an error, a lost answer ───┘
//
// A broker without room for sessions gives no id; then every request is a full one. Nor does it where the last partition has left a
// session, which ends with that.

import KafkaProtocol

/// What one broker has been told of the partitions that are read from it. A value, without I/O.
struct FetchSession {
    /// What the broker is told of a partition.
    struct Wish: Equatable {
        var offset: Int64
        var leaderEpoch: Int32
        var lastFetchedEpoch: Int32
        var byteCountMax: Int32
    }

    /// What a request says.
    struct Request {
        var id: Int32
        var epoch: Int32
        var isFull: Bool
        /// Slots of partitions, with what is new of them.
        var wishes: [(slot: Int, wish: Wish)] = []
        /// Slots of partitions that leave the session.
        var forgotten: [Int] = []
    }

    /// 0 without one.
    private(set) var id: Int32 = 0
    /// The epoch of the next request; 0 for a full one.
    private var nextEpoch: Int32 = 0
    /// What the broker knows, by slot.
    private var told: [Wish?] = []
    /// How many partitions it knows.
    private(set) var partitionCount = 0

    /// Whether the next request has to say everything.
    var isFull: Bool { nextEpoch == 0 }

    /// The offset from which a partition was asked for last.
    func offset(of slot: Int) -> Int64? { slot < told.count ? told[slot]?.offset : nil }

    /// Makes the next request.
    ///
    /// - Parameters:
    ///   - slots: the partitions of which something may be new; all of them when the session is full.
    ///   - wish: what is wanted of a partition; nil for nothing.
    mutating func makeRequest(_ slots: some Sequence<Int>, _ wish: (Int) -> Wish?) -> Request {
        var request = Request(id: id, epoch: nextEpoch, isFull: isFull)
        if isFull {
            told.removeAll(keepingCapacity: true)
            partitionCount = 0
        }
        for slot in slots {
            while told.count <= slot { told.append(nil) }
            let before = told[slot]
            guard let wish = wish(slot) else {
                if before != nil {
                    told[slot] = nil
                    partitionCount -= 1
                    request.forgotten.append(slot)
                }
                continue
            }
            if before == wish { continue }
            if before == nil { partitionCount += 1 }
            told[slot] = wish
            request.wishes.append((slot, wish))
        }
        return request
    }

    /// Takes the answer to a request, which had no error as a whole.
    ///
    /// - Returns: whether it is an answer to what was asked.
    mutating func didAnswer(_ request: Request, id answered: Int32) -> Bool {
        if request.isFull {
            guard answered >= 0 else { return false }
            id = answered
            nextEpoch = answered == 0 ? 0 : 1
            return true
        }
        if answered == 0 {
            reset(isGone: true)
            return true
        }
        guard answered == id else { return false }
        nextEpoch = nextEpoch == .max ? 1 : nextEpoch + 1
        return true
    }

    /// Begins anew after an error of the answer as a whole, or without an answer.
    ///
    /// - Parameter isGone: whether the broker has said that it does not know the session. Otherwise the next request says that
    ///   the session is to be replaced.
    mutating func reset(isGone: Bool) {
        if isGone { id = 0 }
        nextEpoch = 0
    }
}

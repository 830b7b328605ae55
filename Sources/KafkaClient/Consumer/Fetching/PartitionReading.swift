import KafkaProtocol
import KafkaTransport

/// How far a partition was read: the offset of the next record, and the epoch of the leader that appended the one before it.
package struct FetchPosition: Equatable {
    package var offset: Int64
    /// -1 when nothing was read yet.
    package var epoch: Int32 = -1

    package init(offset: Int64, epoch: Int32 = -1) {
        self.offset = offset
        self.epoch = epoch
    }
}

/// What a lane knows of a partition that it reads. A value, without I/O.
struct PartitionReading {
    let source: FetchSource
    /// False before it is read, and when it is not read any more.
    var isRead = false
    /// Where reading is to begin, until a broker has said which offset that is.
    var start: StartOffset?
    /// Whether a broker is being asked for that.
    var isAsking = false
    var position = FetchPosition(offset: 0)
    /// The node id of the leader; -1 without one.
    var leader: Int32 = -1
    var leaderEpoch: Int32 = -1
    /// The replica to read instead of the leader, and until when (KIP-392).
    var replica: (node: Int32, until: MonotonicInstant)?
    /// The broker in whose list it stands; -1 for none.
    var broker: Int32 = -1
    /// Whether something has changed since that broker was last told.
    var isChanged = false
    var isPaused = false
    /// So much waits to be taken that no more is asked for.
    var isHeld = false
    /// Nothing is asked for before, after a failure.
    var restsUntil = MonotonicInstant.distantPast
    var failureCount = 0
    /// Another leader has come since the position was reached: whether its log still agrees is to be asked, where fetching does not
    /// tell (KIP-320).
    var mustValidate = false
    /// Whether the leader is being asked that.
    var isValidating = false
    /// Not read any more, as somebody has decided.
    var isStopped = false
    /// The most bytes to ask for. It grows where a broker cuts the first batch.
    var byteCountMax: Int32 = 0
    /// What the last answer said; -1 before.
    var highWatermark: Int64 = -1
    var lastStableOffset: Int64 = -1
    var logStartOffset: Int64 = -1

    init(_ source: FetchSource) { self.source = source }

    /// Begins to read the partition, whatever was known of it before.
    mutating func begin(from start: StartOffset, byteCountMax: Int) {
        self = PartitionReading(source)
        isRead = true
        self.byteCountMax = Int32(clamping: byteCountMax)
        seek(to: start)
    }

    /// Begins anew somewhere.
    mutating func seek(to start: StartOffset) {
        isAsking = false
        mustValidate = false
        isValidating = false
        isStopped = false
        restsUntil = .distantPast
        failureCount = 0
        if case .offset(let offset) = start, offset >= 0 {
            self.start = nil
            position = FetchPosition(offset: offset)
        } else {
            self.start = start
        }
    }

    /// Whether a broker is to be asked where to begin.
    func needsStart(now: MonotonicInstant) -> Bool {
        start != nil && !isAsking && !isStopped && restsUntil <= now
    }

    /// Takes over who leads.
    ///
    /// - Returns: whether that is news.
    mutating func take(leader: Int32, epoch: Int32) -> Bool {
        if self.leader == leader, leaderEpoch == epoch { return false }
        // Before the first leader is known nothing was read.
        if leaderEpoch >= 0, leaderEpoch != epoch, start == nil, position.epoch >= 0 {
            mustValidate = true
            isValidating = false
        }
        self.leader = leader
        leaderEpoch = epoch
        restsUntil = .distantPast
        return true
    }

    /// Whether the leader is to be asked whether its log agrees with what was read.
    func needsValidation(now: MonotonicInstant) -> Bool {
        mustValidate && !isValidating && !isStopped && start == nil && restsUntil <= now
    }

    /// Whether what a broker has answered is looked at.
    func isReading(at broker: Int32) -> Bool {
        self.broker == broker && start == nil && !isStopped && !isPaused
    }

    /// Whether records are wanted.
    func isWanted(now: MonotonicInstant) -> Bool {
        start == nil && !isPaused && !isHeld && !isStopped && !mustValidate && restsUntil <= now
    }

    /// Whom to ask for records: the leader, or a replica that it has named.
    func wantedBroker(now: MonotonicInstant) -> Int32 {
        guard start == nil, let replica, replica.until > now else { return leader }
        return replica.node
    }

    var wish: FetchSession.Wish {
        FetchSession.Wish(
            offset: position.offset, leaderEpoch: leaderEpoch, lastFetchedEpoch: position.epoch,
            byteCountMax: byteCountMax)
    }
}

import KafkaProtocol

// The sessions of members of share groups over one connection: who has one, and what it reads.
extension Session {
    /// Why the session is not served; nil when it is.
    func takeSession(_ request: ShareFetchRequest, _ owner: ServedShareSession.Owner) -> KafkaErrorCode? {
        if !owner.isLegal { return .invalidRequest }
        let acknowledges = request.topics.contains { $0.partitions.contains { !$0.acknowledgementBatches.isEmpty } }
        switch request.shareSessionEpoch {
        case 0:
            if acknowledges { return .invalidRequest }
            if let former = shareSessions[owner] {
                _ = node.shareSessions.changePartitions(by: -former.partitions.count)
            } else if shareSessions.count >= Self.shareSessionCountMax || !node.shareSessions.takeSession() {
                return .shareSessionLimitReached
            }
            shareSessions[owner] = ServedShareSession()
        case -1: return shareSessions[owner] == nil ? .shareSessionNotFound : nil
        case let epoch:
            guard shareSessions[owner] != nil else { return .shareSessionNotFound }
            guard shareSessions[owner]!.advance(epoch) else { return .invalidShareSessionEpoch }
        }
        var session = shareSessions[owner]!
        session.change(by: request)
        let added = session.partitions.count - shareSessions[owner]!.partitions.count
        guard node.shareSessions.changePartitions(by: added) else {
            endShareSession(of: owner)
            return .shareSessionLimitReached
        }
        shareSessions[owner] = session
        return nil
    }

    /// What was acquired in the session is given back.
    func endShareSession(of owner: ServedShareSession.Owner) {
        guard let session = shareSessions.removeValue(forKey: owner) else { return }
        node.shareSessions.giveBackSession(partitionCount: session.partitions.count)
        cluster.shares.release(owner.member, of: owner.group, at: node.id)
    }

    /// The most sessions of one connection.
    static let shareSessionCountMax = 100

    func takeSession(_ request: ShareAcknowledgeRequest, _ owner: ServedShareSession.Owner) -> KafkaErrorCode? {
        if !owner.isLegal { return .invalidRequest }
        if request.shareSessionEpoch == 0 { return .invalidShareSessionEpoch }
        guard shareSessions[owner] != nil else { return .shareSessionNotFound }
        if request.shareSessionEpoch == -1 { return nil }
        return shareSessions[owner]!.advance(request.shareSessionEpoch) ? nil : .invalidShareSessionEpoch
    }

    /// The connection is closed: what was acquired over it is given back.
    func endShareSessions() {
        forgetParkedShareFetch()
        for owner in shareSessions.keys { endShareSession(of: owner) }
    }

    func forgetParkedShareFetch() {
        guard let parked = parkedShareFetch else { return }
        parked.waiter.cancel()
        parkedShareFetch = nil
        cluster.shares.forgetDoneWaiters(of: parked.share.owner.group)
    }
}

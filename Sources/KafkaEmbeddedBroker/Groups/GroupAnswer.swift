import KafkaProtocol

/// Names a request that waits for others, in whichever group.
struct GroupWaiterID: Hashable, Sendable {
    let number: UInt64
}

/// The answer to a request that may have waited for others.
struct GroupAnswer: Sendable, Equatable {
    enum Content: Sendable, Equatable {
        case join(JoinGroupResponse)
        case sync(SyncGroupResponse)
    }

    let waiter: GroupWaiterID
    let content: Content
}

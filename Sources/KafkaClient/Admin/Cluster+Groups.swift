import KafkaProtocol

extension Cluster {
    // MARK: Looking

    /// The groups of the cluster, those of all brokers.
    ///
    /// - Parameters:
    ///   - states: only groups that stand there; empty for all. From Kafka 2.6 on (KIP-518).
    ///   - types: only groups that work by these protocols; empty for all. From Kafka 3.8 on (KIP-848).
    /// - Returns: the groups, and which brokers have not told theirs.
    /// - Throws: `CancellationError`; `KafkaClientError`: `.closed`, or why no broker answered.
    ///
    /// Source: ListGroups, API key 16, versions 0 to 5.
    public func listGroups(
        states: Set<GroupState> = [], types: Set<GroupType> = []
    ) async throws -> GroupListings {
        _ = try await learn([])
        let nodes = Set(metadata.brokers.keys)
        let found: Outcomes<Int32, [GroupListing]> = try await gather(nodes) { open, isFirst in
            if !isFirst { _ = try await self.learn([]) }
            return open.reduce(into: [:]) { $0[$1] = .success(.node($1)) }
        } ask: { cluster, errand in
            let response = try await cluster.ask(errand.target, timeout: errand.timeLeft, attempts: 1) { _ in
                var request = ListGroupsRequest()
                request.statesFilter = states.map(\.rawValue).sorted()
                request.typesFilter = types.map(\.rawValue).sorted()
                return request
            }
            if response.errorCode != .none {
                throw KafkaClientError(
                    response.errorCode, "groups can't be listed", nil, needs: .init(onCluster: "Describe"),
                    of: cluster.metadata.user)
            }
            let groups = response.groups.map(GroupListing.init)
            return errand.keys.reduce(into: [:]) { $0[$1] = .success(groups) }
        }
        var listings = GroupListings()
        var groups: [String: GroupListing] = [:]
        for (node, outcome) in found {
            switch outcome {
            // While a coordinator moves, two may tell the same group.
            case .success(let listed): for group in listed { groups[group.id] = group }
            case .failure(let error): listings.failures[node] = error
            }
        }
        listings.groups = groups.values.sorted { $0.id < $1.id }
        return listings
    }

    /// Groups, their members, and what these have: of either protocol.
    ///
    /// - Parameter ids: the groups.
    /// - Returns: a result for each group. An error is `.brokerError` with GROUP_ID_NOT_FOUND when there is no such group, another reason
    ///   of the coordinator, or why it did not answer.
    /// - Throws: `CancellationError`; `KafkaClientError`: `.closed`, or why no broker could be asked for coordinators.
    ///
    /// Source: ConsumerGroupDescribe, API key 69, versions 0 to 1 (KIP-848); DescribeGroups, API key 15, versions 0 to 6.
    public func describeGroups(
        _ ids: Set<String>
    ) async throws -> [String: Result<GroupDescription, KafkaClientError>] {
        try await gather(ids) { open, _ in
            try await self.routeToCoordinators(open)
        } ask: { cluster, errand in
            var outcomes = try await cluster.describeConsumerGroups(errand)
            let others = errand.keys.filter { outcomes[$0] == nil }
            if others.isEmpty { return outcomes }
            let rest = Errand(target: errand.target, keys: others, timeLeft: errand.timeLeft)
            outcomes.merge(try await cluster.describeClassicGroups(rest)) { $1 }
            return outcomes
        }
    }

    /// Those of KIP-848. The others are missing.
    private func describeConsumerGroups(_ errand: Errand<String>) async throws -> Outcomes<String, GroupDescription> {
        let node = errand.target.node
        let response: ConsumerGroupDescribeResponse
        do {
            response = try await ask(errand.target, timeout: errand.timeLeft, attempts: 1) { _ in
                var request = ConsumerGroupDescribeRequest()
                request.groupIDs = errand.keys.sorted()
                return request
            }
        } catch let error as KafkaClientError where error.code == .unsupportedVersion {
            return [:]
        }
        return response.groups.reduce(into: [:]) { outcomes, group in
            // Of the other kind, or of a broker that knows only that.
            if group.errorCode == .groupIdNotFound || group.errorCode == .unsupportedVersion { return }
            outcomes[group.groupID] = Result(
                groupFailure(group.errorCode, group.groupID, "described", group.errorMessage),
                GroupDescription(group, coordinator: node))
        }
    }

    private func describeClassicGroups(_ errand: Errand<String>) async throws -> Outcomes<String, GroupDescription> {
        let node = errand.target.node
        let response = try await ask(errand.target, timeout: errand.timeLeft, attempts: 1) { _ in
            var request = DescribeGroupsRequest()
            request.groups = errand.keys.sorted()
            return request
        }
        return response.groups.reduce(into: [:]) { outcomes, group in
            // Before version 6 a group that is not there is dead.
            let isGone = group.errorCode == .none && group.groupState == GroupState.dead.rawValue
            outcomes[group.groupID] = Result(
                groupFailure(
                    isGone ? .groupIdNotFound : group.errorCode, group.groupID, "described", group.errorMessage),
                GroupDescription(group, coordinator: node))
        }
    }

    // MARK: Changing

    /// Deletes groups that have no members, with their offsets.
    ///
    /// - Parameter ids: the groups.
    /// - Returns: a result for each group. An error is `.brokerError` with NON_EMPTY_GROUP or GROUP_ID_NOT_FOUND, for example.
    /// - Throws: `CancellationError`; `KafkaClientError`: `.closed`, or why no broker could be asked for coordinators.
    ///
    /// Source: DeleteGroups, API key 42, versions 0 to 2 (KIP-229).
    public func deleteGroups(_ ids: Set<String>) async throws -> [String: Result<Void, KafkaClientError>] {
        try await gather(ids) { open, _ in
            try await self.routeToCoordinators(open)
        } ask: { cluster, errand in
            let response = try await cluster.ask(errand.target, timeout: errand.timeLeft, attempts: 1) { _ in
                var request = DeleteGroupsRequest()
                request.groupNames = errand.keys.sorted()
                return request
            }
            return response.groups.reduce(into: [:]) { outcomes, group in
                outcomes[group.groupID] = Result(
                    cluster.groupFailure(group.errorCode, group.groupID, "deleted", nil, needs: "Delete"), ())
            }
        }
    }

    /// The error that a code about a group stands for; nil for none.
    func groupFailure(
        _ code: KafkaErrorCode, _ group: String, _ what: String, _ message: String?,
        needs operation: String = "Describe"
    ) -> KafkaClientError? {
        if code == .none { return nil }
        return groupError(code, group, "group '\(group)' can't be \(what)", message, needs: operation)
    }
}

extension Cluster.Target {
    /// -1 for any, or the controller.
    fileprivate var node: Int32 {
        if case .node(let id) = self { id } else { -1 }
    }
}

extension GroupListing {
    fileprivate init(_ group: ListGroupsResponse.Group) {
        id = group.groupID
        protocolType = group.protocolType
        state = group.groupState.isEmpty ? nil : GroupState(rawValue: group.groupState)
        // Brokers say it with a capital, too.
        type = group.groupType.isEmpty ? nil : GroupType(rawValue: group.groupType.lowercased())
    }
}

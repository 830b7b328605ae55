import KafkaProtocol

extension Session {
    /// Adds partitions to topics (KIP-195).
    func handleCreatePartitions(
        _ request: CreatePartitionsRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> CreatePartitionsResponse? {
        var response = CreatePartitionsResponse()
        response.throttleTimeMs = throttleMs
        var seen: Set<String> = []
        response.topics = request.topics.map { asked in
            var answer = CreatePartitionsResponse.Topic()
            answer.name = asked.name
            if let code = plan.error(topic: asked.name) {
                answer.errorCode = code
                return answer
            }
            do throws(Cluster.Refusal) {
                guard seen.insert(asked.name).inserted else {
                    throw Cluster.Refusal(
                        code: .invalidRequest, message: "the request names topic \"\(asked.name)\" more than once")
                }
                try cluster.addPartitions(
                    asked.name, to: Int(asked.count), leaders: try Self.leaders(asked, nodes: cluster.nodes.map(\.id)),
                    isDryRun: request.validateOnly)
                answer.errorCode = plan.errorAfterStore(topic: asked.name) ?? .none
            } catch {
                answer.errorCode = error.code
                answer.errorMessage = error.message
            }
            return answer
        }
        return response
    }

    /// The first broker of each new partition; nil where the request assigns none.
    private static func leaders(
        _ topic: CreatePartitionsRequest.Topic, nodes: [Int32]
    ) throws(Cluster.Refusal) -> [Int32]? {
        guard let assignments = topic.assignments else { return nil }
        var leaders: [Int32] = []
        for assignment in assignments {
            guard let leader = assignment.brokerIDs.first, assignment.brokerIDs.allSatisfy(nodes.contains) else {
                throw Cluster.Refusal(
                    code: .invalidReplicaAssignment,
                    message: "the assignment must name brokers that are there for each partition")
            }
            leaders.append(leader)
        }
        return leaders
    }
}

extension CreatePartitionsRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] {
        topics.map { FaultScript.Target(topic: $0.name, partition: nil) }
    }
}

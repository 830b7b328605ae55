/// The number of one of Kafka's APIs, known here or not.
///
/// Source: `apiKey` and `flexibleVersions` of the `*Request.json` messages of Kafka 4.3.1, and of 3.9.2 for those gone since.
public struct ApiKey: RawRepresentable, Hashable, Sendable {
    public let rawValue: Int16

    public init(rawValue: Int16) {
        self.rawValue = rawValue
    }

    /// Kafka's name, or "ApiKey 999" for one unknown here.
    public var name: String { row?.name ?? "ApiKey \(rawValue)" }

    /// Whether this version of the API uses compact forms and tagged fields (KIP-482); no for an unknown API.
    public func isFlexible(version: Int16) -> Bool {
        guard let first = row?.firstFlexibleVersion else { return false }
        return version >= first
    }

    private var row: Row? {
        Self.table.indices.contains(Int(rawValue)) ? Self.table[Int(rawValue)] : nil
    }
}

extension ApiKey: CustomStringConvertible {
    public var description: String { name }
}

extension ApiKey {
    public static let produce = ApiKey(rawValue: 0)
    public static let fetch = ApiKey(rawValue: 1)
    public static let listOffsets = ApiKey(rawValue: 2)
    public static let metadata = ApiKey(rawValue: 3)
    public static let leaderAndIsr = ApiKey(rawValue: 4)
    public static let stopReplica = ApiKey(rawValue: 5)
    public static let updateMetadata = ApiKey(rawValue: 6)
    public static let controlledShutdown = ApiKey(rawValue: 7)
    public static let offsetCommit = ApiKey(rawValue: 8)
    public static let offsetFetch = ApiKey(rawValue: 9)
    public static let findCoordinator = ApiKey(rawValue: 10)
    public static let joinGroup = ApiKey(rawValue: 11)
    public static let heartbeat = ApiKey(rawValue: 12)
    public static let leaveGroup = ApiKey(rawValue: 13)
    public static let syncGroup = ApiKey(rawValue: 14)
    public static let describeGroups = ApiKey(rawValue: 15)
    public static let listGroups = ApiKey(rawValue: 16)
    public static let saslHandshake = ApiKey(rawValue: 17)
    public static let apiVersions = ApiKey(rawValue: 18)
    public static let createTopics = ApiKey(rawValue: 19)
    public static let deleteTopics = ApiKey(rawValue: 20)
    public static let deleteRecords = ApiKey(rawValue: 21)
    public static let initProducerId = ApiKey(rawValue: 22)
    public static let offsetForLeaderEpoch = ApiKey(rawValue: 23)
    public static let addPartitionsToTxn = ApiKey(rawValue: 24)
    public static let addOffsetsToTxn = ApiKey(rawValue: 25)
    public static let endTxn = ApiKey(rawValue: 26)
    public static let writeTxnMarkers = ApiKey(rawValue: 27)
    public static let txnOffsetCommit = ApiKey(rawValue: 28)
    public static let describeAcls = ApiKey(rawValue: 29)
    public static let createAcls = ApiKey(rawValue: 30)
    public static let deleteAcls = ApiKey(rawValue: 31)
    public static let describeConfigs = ApiKey(rawValue: 32)
    public static let alterConfigs = ApiKey(rawValue: 33)
    public static let alterReplicaLogDirs = ApiKey(rawValue: 34)
    public static let describeLogDirs = ApiKey(rawValue: 35)
    public static let saslAuthenticate = ApiKey(rawValue: 36)
    public static let createPartitions = ApiKey(rawValue: 37)
    public static let createDelegationToken = ApiKey(rawValue: 38)
    public static let renewDelegationToken = ApiKey(rawValue: 39)
    public static let expireDelegationToken = ApiKey(rawValue: 40)
    public static let describeDelegationToken = ApiKey(rawValue: 41)
    public static let deleteGroups = ApiKey(rawValue: 42)
    public static let electLeaders = ApiKey(rawValue: 43)
    public static let incrementalAlterConfigs = ApiKey(rawValue: 44)
    public static let alterPartitionReassignments = ApiKey(rawValue: 45)
    public static let listPartitionReassignments = ApiKey(rawValue: 46)
    public static let offsetDelete = ApiKey(rawValue: 47)
    public static let describeClientQuotas = ApiKey(rawValue: 48)
    public static let alterClientQuotas = ApiKey(rawValue: 49)
    public static let describeUserScramCredentials = ApiKey(rawValue: 50)
    public static let alterUserScramCredentials = ApiKey(rawValue: 51)
    public static let vote = ApiKey(rawValue: 52)
    public static let beginQuorumEpoch = ApiKey(rawValue: 53)
    public static let endQuorumEpoch = ApiKey(rawValue: 54)
    public static let describeQuorum = ApiKey(rawValue: 55)
    public static let alterPartition = ApiKey(rawValue: 56)
    public static let updateFeatures = ApiKey(rawValue: 57)
    public static let envelope = ApiKey(rawValue: 58)
    public static let fetchSnapshot = ApiKey(rawValue: 59)
    public static let describeCluster = ApiKey(rawValue: 60)
    public static let describeProducers = ApiKey(rawValue: 61)
    public static let brokerRegistration = ApiKey(rawValue: 62)
    public static let brokerHeartbeat = ApiKey(rawValue: 63)
    public static let unregisterBroker = ApiKey(rawValue: 64)
    public static let describeTransactions = ApiKey(rawValue: 65)
    public static let listTransactions = ApiKey(rawValue: 66)
    public static let allocateProducerIds = ApiKey(rawValue: 67)
    public static let consumerGroupHeartbeat = ApiKey(rawValue: 68)
    public static let consumerGroupDescribe = ApiKey(rawValue: 69)
    public static let controllerRegistration = ApiKey(rawValue: 70)
    public static let getTelemetrySubscriptions = ApiKey(rawValue: 71)
    public static let pushTelemetry = ApiKey(rawValue: 72)
    public static let assignReplicasToDirs = ApiKey(rawValue: 73)
    public static let listConfigResources = ApiKey(rawValue: 74)
    public static let describeTopicPartitions = ApiKey(rawValue: 75)
    public static let shareGroupHeartbeat = ApiKey(rawValue: 76)
    public static let shareGroupDescribe = ApiKey(rawValue: 77)
    public static let shareFetch = ApiKey(rawValue: 78)
    public static let shareAcknowledge = ApiKey(rawValue: 79)
    public static let addRaftVoter = ApiKey(rawValue: 80)
    public static let removeRaftVoter = ApiKey(rawValue: 81)
    public static let updateRaftVoter = ApiKey(rawValue: 82)
    public static let initializeShareGroupState = ApiKey(rawValue: 83)
    public static let readShareGroupState = ApiKey(rawValue: 84)
    public static let writeShareGroupState = ApiKey(rawValue: 85)
    public static let deleteShareGroupState = ApiKey(rawValue: 86)
    public static let readShareGroupStateSummary = ApiKey(rawValue: 87)
    public static let streamsGroupHeartbeat = ApiKey(rawValue: 88)
    public static let streamsGroupDescribe = ApiKey(rawValue: 89)
    public static let describeShareGroupOffsets = ApiKey(rawValue: 90)
    public static let alterShareGroupOffsets = ApiKey(rawValue: 91)
    public static let deleteShareGroupOffsets = ApiKey(rawValue: 92)
}

extension ApiKey {
    private struct Row: Sendable {
        let name: String
        let firstFlexibleVersion: Int16?

        init(_ name: String, flexible firstFlexibleVersion: Int16?) {
            self.name = name
            self.firstFlexibleVersion = firstFlexibleVersion
        }
    }

    /// The API with number n at index n.
    private static let table: [Row] = [
        Row("Produce", flexible: 9),
        Row("Fetch", flexible: 12),
        Row("ListOffsets", flexible: 6),
        Row("Metadata", flexible: 9),
        Row("LeaderAndIsr", flexible: 4),
        Row("StopReplica", flexible: 2),
        Row("UpdateMetadata", flexible: 6),
        Row("ControlledShutdown", flexible: 3),
        Row("OffsetCommit", flexible: 8),
        Row("OffsetFetch", flexible: 6),
        Row("FindCoordinator", flexible: 3),
        Row("JoinGroup", flexible: 6),
        Row("Heartbeat", flexible: 4),
        Row("LeaveGroup", flexible: 4),
        Row("SyncGroup", flexible: 4),
        Row("DescribeGroups", flexible: 5),
        Row("ListGroups", flexible: 3),
        Row("SaslHandshake", flexible: nil),
        Row("ApiVersions", flexible: 3),
        Row("CreateTopics", flexible: 5),
        Row("DeleteTopics", flexible: 4),
        Row("DeleteRecords", flexible: 2),
        Row("InitProducerId", flexible: 2),
        Row("OffsetForLeaderEpoch", flexible: 4),
        Row("AddPartitionsToTxn", flexible: 3),
        Row("AddOffsetsToTxn", flexible: 3),
        Row("EndTxn", flexible: 3),
        Row("WriteTxnMarkers", flexible: 1),
        Row("TxnOffsetCommit", flexible: 3),
        Row("DescribeAcls", flexible: 2),
        Row("CreateAcls", flexible: 2),
        Row("DeleteAcls", flexible: 2),
        Row("DescribeConfigs", flexible: 4),
        Row("AlterConfigs", flexible: 2),
        Row("AlterReplicaLogDirs", flexible: 2),
        Row("DescribeLogDirs", flexible: 2),
        Row("SaslAuthenticate", flexible: 2),
        Row("CreatePartitions", flexible: 2),
        Row("CreateDelegationToken", flexible: 2),
        Row("RenewDelegationToken", flexible: 2),
        Row("ExpireDelegationToken", flexible: 2),
        Row("DescribeDelegationToken", flexible: 2),
        Row("DeleteGroups", flexible: 2),
        Row("ElectLeaders", flexible: 2),
        Row("IncrementalAlterConfigs", flexible: 1),
        Row("AlterPartitionReassignments", flexible: 0),
        Row("ListPartitionReassignments", flexible: 0),
        Row("OffsetDelete", flexible: nil),
        Row("DescribeClientQuotas", flexible: 1),
        Row("AlterClientQuotas", flexible: 1),
        Row("DescribeUserScramCredentials", flexible: 0),
        Row("AlterUserScramCredentials", flexible: 0),
        Row("Vote", flexible: 0),
        Row("BeginQuorumEpoch", flexible: 1),
        Row("EndQuorumEpoch", flexible: 1),
        Row("DescribeQuorum", flexible: 0),
        Row("AlterPartition", flexible: 0),
        Row("UpdateFeatures", flexible: 0),
        Row("Envelope", flexible: 0),
        Row("FetchSnapshot", flexible: 0),
        Row("DescribeCluster", flexible: 0),
        Row("DescribeProducers", flexible: 0),
        Row("BrokerRegistration", flexible: 0),
        Row("BrokerHeartbeat", flexible: 0),
        Row("UnregisterBroker", flexible: 0),
        Row("DescribeTransactions", flexible: 0),
        Row("ListTransactions", flexible: 0),
        Row("AllocateProducerIds", flexible: 0),
        Row("ConsumerGroupHeartbeat", flexible: 0),
        Row("ConsumerGroupDescribe", flexible: 0),
        Row("ControllerRegistration", flexible: 0),
        Row("GetTelemetrySubscriptions", flexible: 0),
        Row("PushTelemetry", flexible: 0),
        Row("AssignReplicasToDirs", flexible: 0),
        Row("ListConfigResources", flexible: 0),
        Row("DescribeTopicPartitions", flexible: 0),
        Row("ShareGroupHeartbeat", flexible: 0),
        Row("ShareGroupDescribe", flexible: 0),
        Row("ShareFetch", flexible: 0),
        Row("ShareAcknowledge", flexible: 0),
        Row("AddRaftVoter", flexible: 0),
        Row("RemoveRaftVoter", flexible: 0),
        Row("UpdateRaftVoter", flexible: 0),
        Row("InitializeShareGroupState", flexible: 0),
        Row("ReadShareGroupState", flexible: 0),
        Row("WriteShareGroupState", flexible: 0),
        Row("DeleteShareGroupState", flexible: 0),
        Row("ReadShareGroupStateSummary", flexible: 0),
        Row("StreamsGroupHeartbeat", flexible: 0),
        Row("StreamsGroupDescribe", flexible: 0),
        Row("DescribeShareGroupOffsets", flexible: 0),
        Row("AlterShareGroupOffsets", flexible: 0),
        Row("DeleteShareGroupOffsets", flexible: 0),
    ]
}

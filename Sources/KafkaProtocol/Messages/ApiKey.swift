/// The number of one of Kafka's APIs, which tells a broker what a request is: one that this library knows by name, or any
/// other.
///
/// Source: `apiKey` and `flexibleVersions` of the `*Request.json` messages of Kafka 4.3.1, and of Kafka 3.9.2 for those that
/// Kafka 4 no longer has.
public struct ApiKey: RawRepresentable, Hashable, Sendable {
    /// The number that stands for the API in messages: 0 to 92 for the APIs that this library knows by name.
    public let rawValue: Int16

    /// The API with a number, which this library may know or not.
    public init(rawValue: Int16) {
        self.rawValue = rawValue
    }

    /// Kafka's name, such as `Produce`; for an API that this library doesn't know, `ApiKey` and its number.
    public var name: String { row?.name ?? "ApiKey \(rawValue)" }

    /// Whether this version of the API uses compact forms and tagged fields (KIP-482). False for an API that this library
    /// doesn't know.
    public func isFlexible(version: Int16) -> Bool {
        guard let first = row?.firstFlexibleVersion else { return false }
        return version >= first
    }

    private var row: Row? {
        Self.table.indices.contains(Int(rawValue)) ? Self.table[Int(rawValue)] : nil
    }
}

extension ApiKey: CustomStringConvertible {
    /// The API's name.
    public var description: String { name }
}

extension ApiKey {
    /// Produce, API key 0: sends batches of records to partitions' leaders. Flexible from version 9 on.
    public static let produce = ApiKey(rawValue: 0)
    /// Fetch, API key 1: reads batches of records from partitions' leaders or replicas. Flexible from version 12 on.
    public static let fetch = ApiKey(rawValue: 1)
    /// ListOffsets, API key 2: looks up offsets by time, and the first and last offsets of partitions. Flexible from
    /// version 6 on.
    public static let listOffsets = ApiKey(rawValue: 2)
    /// Metadata, API key 3: asks for brokers, topics, and which broker leads each partition. Flexible from version 9 on.
    public static let metadata = ApiKey(rawValue: 3)
    /// LeaderAndIsr, API key 4: tells a broker which partitions it leads or follows; between brokers, gone since Kafka
    /// 4.0. Flexible from version 4 on.
    public static let leaderAndIsr = ApiKey(rawValue: 4)
    /// StopReplica, API key 5: tells a broker to stop replicating partitions; between brokers, gone since Kafka 4.0.
    /// Flexible from version 2 on.
    public static let stopReplica = ApiKey(rawValue: 5)
    /// UpdateMetadata, API key 6: tells a broker of changed metadata; between brokers, gone since Kafka 4.0. Flexible
    /// from version 6 on.
    public static let updateMetadata = ApiKey(rawValue: 6)
    /// ControlledShutdown, API key 7: announces that a broker shuts down; between brokers, gone since Kafka 4.0. Flexible
    /// from version 3 on.
    public static let controlledShutdown = ApiKey(rawValue: 7)
    /// OffsetCommit, API key 8: stores how far a consumer group has read. Flexible from version 8 on.
    public static let offsetCommit = ApiKey(rawValue: 8)
    /// OffsetFetch, API key 9: asks how far a consumer group has read. Flexible from version 6 on.
    public static let offsetFetch = ApiKey(rawValue: 9)
    /// FindCoordinator, API key 10: asks which broker coordinates a group or a transactional id. Flexible from version 3
    /// on.
    public static let findCoordinator = ApiKey(rawValue: 10)
    /// JoinGroup, API key 11: joins a consumer group. Flexible from version 6 on.
    public static let joinGroup = ApiKey(rawValue: 11)
    /// Heartbeat, API key 12: keeps a member in its consumer group. Flexible from version 4 on.
    public static let heartbeat = ApiKey(rawValue: 12)
    /// LeaveGroup, API key 13: leaves a consumer group. Flexible from version 4 on.
    public static let leaveGroup = ApiKey(rawValue: 13)
    /// SyncGroup, API key 14: takes or brings the assignment of a consumer group's members. Flexible from version 4 on.
    public static let syncGroup = ApiKey(rawValue: 14)
    /// DescribeGroups, API key 15: asks for the state and members of consumer groups. Flexible from version 5 on.
    public static let describeGroups = ApiKey(rawValue: 15)
    /// ListGroups, API key 16: asks for the groups that a broker coordinates. Flexible from version 3 on.
    public static let listGroups = ApiKey(rawValue: 16)
    /// SaslHandshake, API key 17: names the SASL mechanism of the authentication that follows. No version is flexible.
    public static let saslHandshake = ApiKey(rawValue: 17)
    /// ApiVersions, API key 18: asks which APIs a broker knows, in which versions. Flexible from version 3 on.
    public static let apiVersions = ApiKey(rawValue: 18)
    /// CreateTopics, API key 19: creates topics. Flexible from version 5 on.
    public static let createTopics = ApiKey(rawValue: 19)
    /// DeleteTopics, API key 20: deletes topics. Flexible from version 4 on.
    public static let deleteTopics = ApiKey(rawValue: 20)
    /// DeleteRecords, API key 21: deletes records below an offset. Flexible from version 2 on.
    public static let deleteRecords = ApiKey(rawValue: 21)
    /// InitProducerId, API key 22: asks for a producer id and epoch (KIP-98). Flexible from version 2 on.
    public static let initProducerId = ApiKey(rawValue: 22)
    /// OffsetForLeaderEpoch, API key 23: asks where a leader's epoch ends in a partition's log (KIP-101). Flexible from
    /// version 4 on.
    public static let offsetForLeaderEpoch = ApiKey(rawValue: 23)
    /// AddPartitionsToTxn, API key 24: adds partitions to a transaction (KIP-98). Flexible from version 3 on.
    public static let addPartitionsToTxn = ApiKey(rawValue: 24)
    /// AddOffsetsToTxn, API key 25: adds a consumer group's offsets to a transaction (KIP-98). Flexible from version 3
    /// on.
    public static let addOffsetsToTxn = ApiKey(rawValue: 25)
    /// EndTxn, API key 26: commits or aborts a transaction (KIP-98). Flexible from version 3 on.
    public static let endTxn = ApiKey(rawValue: 26)
    /// WriteTxnMarkers, API key 27: writes a transaction's end into partitions; between brokers (KIP-98). Flexible from
    /// version 1 on.
    public static let writeTxnMarkers = ApiKey(rawValue: 27)
    /// TxnOffsetCommit, API key 28: stores a consumer group's offsets within a transaction (KIP-98). Flexible from
    /// version 3 on.
    public static let txnOffsetCommit = ApiKey(rawValue: 28)
    /// DescribeAcls, API key 29: asks for access control lists. Flexible from version 2 on.
    public static let describeAcls = ApiKey(rawValue: 29)
    /// CreateAcls, API key 30: adds entries to access control lists. Flexible from version 2 on.
    public static let createAcls = ApiKey(rawValue: 30)
    /// DeleteAcls, API key 31: deletes entries of access control lists. Flexible from version 2 on.
    public static let deleteAcls = ApiKey(rawValue: 31)
    /// DescribeConfigs, API key 32: asks for the configuration of topics and brokers. Flexible from version 4 on.
    public static let describeConfigs = ApiKey(rawValue: 32)
    /// AlterConfigs, API key 33: replaces the configuration of topics and brokers. Flexible from version 2 on.
    public static let alterConfigs = ApiKey(rawValue: 33)
    /// AlterReplicaLogDirs, API key 34: moves replicas to other log directories of their broker (KIP-113). Flexible from
    /// version 2 on.
    public static let alterReplicaLogDirs = ApiKey(rawValue: 34)
    /// DescribeLogDirs, API key 35: asks what the log directories of a broker hold (KIP-113). Flexible from version 2 on.
    public static let describeLogDirs = ApiKey(rawValue: 35)
    /// SaslAuthenticate, API key 36: carries the bytes of a SASL authentication (KIP-152). Flexible from version 2 on.
    public static let saslAuthenticate = ApiKey(rawValue: 36)
    /// CreatePartitions, API key 37: adds partitions to topics (KIP-195). Flexible from version 2 on.
    public static let createPartitions = ApiKey(rawValue: 37)
    /// CreateDelegationToken, API key 38: creates a delegation token (KIP-48). Flexible from version 2 on.
    public static let createDelegationToken = ApiKey(rawValue: 38)
    /// RenewDelegationToken, API key 39: extends the life of a delegation token (KIP-48). Flexible from version 2 on.
    public static let renewDelegationToken = ApiKey(rawValue: 39)
    /// ExpireDelegationToken, API key 40: ends the life of a delegation token (KIP-48). Flexible from version 2 on.
    public static let expireDelegationToken = ApiKey(rawValue: 40)
    /// DescribeDelegationToken, API key 41: asks for delegation tokens (KIP-48). Flexible from version 2 on.
    public static let describeDelegationToken = ApiKey(rawValue: 41)
    /// DeleteGroups, API key 42: deletes consumer groups (KIP-229). Flexible from version 2 on.
    public static let deleteGroups = ApiKey(rawValue: 42)
    /// ElectLeaders, API key 43: has leaders of partitions elected (KIP-183, KIP-460). Flexible from version 2 on.
    public static let electLeaders = ApiKey(rawValue: 43)
    /// IncrementalAlterConfigs, API key 44: changes single values of the configuration of topics and brokers (KIP-339).
    /// Flexible from version 1 on.
    public static let incrementalAlterConfigs = ApiKey(rawValue: 44)
    /// AlterPartitionReassignments, API key 45: moves partitions to other brokers (KIP-455). Every version is flexible.
    public static let alterPartitionReassignments = ApiKey(rawValue: 45)
    /// ListPartitionReassignments, API key 46: asks which partitions are being moved to other brokers (KIP-455). Every
    /// version is flexible.
    public static let listPartitionReassignments = ApiKey(rawValue: 46)
    /// OffsetDelete, API key 47: deletes a consumer group's offsets (KIP-496). No version is flexible.
    public static let offsetDelete = ApiKey(rawValue: 47)
    /// DescribeClientQuotas, API key 48: asks for client quotas (KIP-546). Flexible from version 1 on.
    public static let describeClientQuotas = ApiKey(rawValue: 48)
    /// AlterClientQuotas, API key 49: changes client quotas (KIP-546). Flexible from version 1 on.
    public static let alterClientQuotas = ApiKey(rawValue: 49)
    /// DescribeUserScramCredentials, API key 50: asks for SCRAM credentials of users (KIP-554). Every version is
    /// flexible.
    public static let describeUserScramCredentials = ApiKey(rawValue: 50)
    /// AlterUserScramCredentials, API key 51: changes SCRAM credentials of users (KIP-554). Every version is flexible.
    public static let alterUserScramCredentials = ApiKey(rawValue: 51)
    /// Vote, API key 52: asks for a vote in an election of controllers (KIP-595). Every version is flexible.
    public static let vote = ApiKey(rawValue: 52)
    /// BeginQuorumEpoch, API key 53: announces a new leader among the controllers (KIP-595). Flexible from version 1 on.
    public static let beginQuorumEpoch = ApiKey(rawValue: 53)
    /// EndQuorumEpoch, API key 54: announces that a leader among the controllers resigns (KIP-595). Flexible from version
    /// 1 on.
    public static let endQuorumEpoch = ApiKey(rawValue: 54)
    /// DescribeQuorum, API key 55: asks for the state of the controllers' quorum (KIP-595). Every version is flexible.
    public static let describeQuorum = ApiKey(rawValue: 55)
    /// AlterPartition, API key 56: changes the in-sync replicas of partitions; from broker to controller (KIP-497). Every
    /// version is flexible.
    public static let alterPartition = ApiKey(rawValue: 56)
    /// UpdateFeatures, API key 57: changes the versions of features that a cluster has in use (KIP-584). Every version is
    /// flexible.
    public static let updateFeatures = ApiKey(rawValue: 57)
    /// Envelope, API key 58: carries a client's request from a broker to the controller (KIP-590). Every version is
    /// flexible.
    public static let envelope = ApiKey(rawValue: 58)
    /// FetchSnapshot, API key 59: reads a snapshot of the metadata log (KIP-630). Every version is flexible.
    public static let fetchSnapshot = ApiKey(rawValue: 59)
    /// DescribeCluster, API key 60: asks for the cluster's id, its controller and its brokers (KIP-700). Every version is
    /// flexible.
    public static let describeCluster = ApiKey(rawValue: 60)
    /// DescribeProducers, API key 61: asks for the producers that are active on partitions (KIP-664). Every version is
    /// flexible.
    public static let describeProducers = ApiKey(rawValue: 61)
    /// BrokerRegistration, API key 62: registers a broker with the controller (KIP-631). Every version is flexible.
    public static let brokerRegistration = ApiKey(rawValue: 62)
    /// BrokerHeartbeat, API key 63: keeps a broker registered with the controller (KIP-631). Every version is flexible.
    public static let brokerHeartbeat = ApiKey(rawValue: 63)
    /// UnregisterBroker, API key 64: takes a broker out of the cluster (KIP-631). Every version is flexible.
    public static let unregisterBroker = ApiKey(rawValue: 64)
    /// DescribeTransactions, API key 65: asks for the state of transactions (KIP-664). Every version is flexible.
    public static let describeTransactions = ApiKey(rawValue: 65)
    /// ListTransactions, API key 66: asks for the transactions that a broker coordinates (KIP-664). Every version is
    /// flexible.
    public static let listTransactions = ApiKey(rawValue: 66)
    /// AllocateProducerIds, API key 67: asks the controller for a range of producer ids; from a broker (KIP-730). Every
    /// version is flexible.
    public static let allocateProducerIds = ApiKey(rawValue: 67)
    /// ConsumerGroupHeartbeat, API key 68: keeps a member in its consumer group, and joins and leaves it (KIP-848). Every
    /// version is flexible.
    public static let consumerGroupHeartbeat = ApiKey(rawValue: 68)
    /// ConsumerGroupDescribe, API key 69: asks for the state and members of consumer groups (KIP-848). Every version is
    /// flexible.
    public static let consumerGroupDescribe = ApiKey(rawValue: 69)
    /// ControllerRegistration, API key 70: registers a controller with the leader of the controllers (KIP-919). Every
    /// version is flexible.
    public static let controllerRegistration = ApiKey(rawValue: 70)
    /// GetTelemetrySubscriptions, API key 71: asks which metrics the broker wants from this client (KIP-714). Every
    /// version is flexible.
    public static let getTelemetrySubscriptions = ApiKey(rawValue: 71)
    /// PushTelemetry, API key 72: brings metrics of this client (KIP-714). Every version is flexible.
    public static let pushTelemetry = ApiKey(rawValue: 72)
    /// AssignReplicasToDirs, API key 73: says in which log directories a broker's replicas lie; from broker to controller
    /// (KIP-858). Every version is flexible.
    public static let assignReplicasToDirs = ApiKey(rawValue: 73)
    /// ListConfigResources, API key 74: asks for resources that have a configuration (KIP-1142;
    /// ListClientMetricsResources before Kafka 4.1). Every version is flexible.
    public static let listConfigResources = ApiKey(rawValue: 74)
    /// DescribeTopicPartitions, API key 75: asks for topics and their partitions, page by page (KIP-966). Every version
    /// is flexible.
    public static let describeTopicPartitions = ApiKey(rawValue: 75)
    /// ShareGroupHeartbeat, API key 76: keeps a member in its share group, and joins and leaves it (KIP-932). Every
    /// version is flexible.
    public static let shareGroupHeartbeat = ApiKey(rawValue: 76)
    /// ShareGroupDescribe, API key 77: asks for the state and members of share groups (KIP-932). Every version is
    /// flexible.
    public static let shareGroupDescribe = ApiKey(rawValue: 77)
    /// ShareFetch, API key 78: reads records for a member of a share group (KIP-932). Every version is flexible.
    public static let shareFetch = ApiKey(rawValue: 78)
    /// ShareAcknowledge, API key 79: acknowledges records that a member of a share group has read (KIP-932). Every
    /// version is flexible.
    public static let shareAcknowledge = ApiKey(rawValue: 79)
    /// AddRaftVoter, API key 80: adds a controller to the voters (KIP-853). Every version is flexible.
    public static let addRaftVoter = ApiKey(rawValue: 80)
    /// RemoveRaftVoter, API key 81: removes a controller from the voters (KIP-853). Every version is flexible.
    public static let removeRaftVoter = ApiKey(rawValue: 81)
    /// UpdateRaftVoter, API key 82: changes the endpoints of a controller that votes (KIP-853). Every version is
    /// flexible.
    public static let updateRaftVoter = ApiKey(rawValue: 82)
    /// InitializeShareGroupState, API key 83: begins the state of a share group's partitions; between brokers (KIP-932).
    /// Every version is flexible.
    public static let initializeShareGroupState = ApiKey(rawValue: 83)
    /// ReadShareGroupState, API key 84: reads the state of a share group's partitions; between brokers (KIP-932). Every
    /// version is flexible.
    public static let readShareGroupState = ApiKey(rawValue: 84)
    /// WriteShareGroupState, API key 85: writes the state of a share group's partitions; between brokers (KIP-932). Every
    /// version is flexible.
    public static let writeShareGroupState = ApiKey(rawValue: 85)
    /// DeleteShareGroupState, API key 86: deletes the state of a share group's partitions; between brokers (KIP-932).
    /// Every version is flexible.
    public static let deleteShareGroupState = ApiKey(rawValue: 86)
    /// ReadShareGroupStateSummary, API key 87: reads a summary of the state of a share group's partitions; between
    /// brokers (KIP-932). Every version is flexible.
    public static let readShareGroupStateSummary = ApiKey(rawValue: 87)
    /// StreamsGroupHeartbeat, API key 88: keeps a member in its streams group, and joins and leaves it (KIP-1071). Every
    /// version is flexible.
    public static let streamsGroupHeartbeat = ApiKey(rawValue: 88)
    /// StreamsGroupDescribe, API key 89: asks for the state and members of streams groups (KIP-1071). Every version is
    /// flexible.
    public static let streamsGroupDescribe = ApiKey(rawValue: 89)
    /// DescribeShareGroupOffsets, API key 90: asks how far share groups have read (KIP-932). Every version is flexible.
    public static let describeShareGroupOffsets = ApiKey(rawValue: 90)
    /// AlterShareGroupOffsets, API key 91: sets how far share groups have read (KIP-932). Every version is flexible.
    public static let alterShareGroupOffsets = ApiKey(rawValue: 91)
    /// DeleteShareGroupOffsets, API key 92: deletes share groups' offsets (KIP-932). Every version is flexible.
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

/// An error code of Kafka's protocol: one that this library knows, or any other number that a broker has sent.
///
/// Source: names, messages and retriability are those of `org.apache.kafka.common.protocol.Errors` in Kafka 4.3.1.
public struct KafkaErrorCode: RawRepresentable, Hashable, Sendable {
    /// The number that stands for the error in messages: -1 to 133 for the codes that this library knows.
    public let rawValue: Int16

    /// The code with a number, which this library may know or not.
    public init(rawValue: Int16) {
        self.rawValue = rawValue
    }

    /// Kafka's name, such as `NOT_LEADER_OR_FOLLOWER`; for a code that this library doesn't know, `ERROR_` and its number.
    public var name: String { row?.name ?? "ERROR_\(rawValue)" }

    /// Kafka's explanation of the error, in English.
    public var message: String { row?.message ?? "An error code that this client does not know." }

    /// Whether the same request may succeed later (Kafka's `RetriableException`). False for a code that this library doesn't
    /// know.
    public var isRetriable: Bool { row.map { $0.kind != .final } ?? false }

    /// Whether the client's view of topics and leaders is out of date (Kafka's `InvalidMetadataException`): the same request
    /// may succeed when brokers have been asked for it again. Such a code is retriable too.
    public var needsMetadataRefresh: Bool { row?.kind == .stale }

    /// Whether this library knows the code.
    public var isKnown: Bool { row != nil }

    /// The codes that this library knows, in ascending order. ``none`` is one of them.
    public static var known: [KafkaErrorCode] {
        table.indices.map { KafkaErrorCode(rawValue: Int16($0) + lowest) }
    }

    private var row: Row? {
        let index = Int(rawValue) - Int(Self.lowest)
        return Self.table.indices.contains(index) ? Self.table[index] : nil
    }
}

extension KafkaErrorCode: Error, CustomStringConvertible {
    /// Kafka's name and the number, such as `NOT_LEADER_OR_FOLLOWER (6)`.
    public var description: String { "\(name) (\(rawValue))" }
}

extension KafkaErrorCode {
    /// UNKNOWN_SERVER_ERROR: The server experienced an unexpected error when processing the request.
    public static let unknownServerError = KafkaErrorCode(rawValue: -1)
    /// NONE: No error.
    public static let none = KafkaErrorCode(rawValue: 0)
    /// OFFSET_OUT_OF_RANGE: The requested offset is not within the range of offsets maintained by the server.
    public static let offsetOutOfRange = KafkaErrorCode(rawValue: 1)
    /// CORRUPT_MESSAGE: This message has failed its CRC checksum, exceeds the valid size, has a null key for a compacted
    /// topic, or is otherwise corrupt.
    public static let corruptMessage = KafkaErrorCode(rawValue: 2)
    /// UNKNOWN_TOPIC_OR_PARTITION: This server does not host this topic-partition.
    public static let unknownTopicOrPartition = KafkaErrorCode(rawValue: 3)
    /// INVALID_FETCH_SIZE: The requested fetch size is invalid.
    public static let invalidFetchSize = KafkaErrorCode(rawValue: 4)
    /// LEADER_NOT_AVAILABLE: There is no leader for this topic-partition as we are in the middle of a leadership
    /// election.
    public static let leaderNotAvailable = KafkaErrorCode(rawValue: 5)
    /// NOT_LEADER_OR_FOLLOWER: For requests intended only for the leader, this error indicates that the broker is not the
    /// current leader. For requests intended for any replica, this error indicates that the broker is not a replica of
    /// the topic partition.
    public static let notLeaderOrFollower = KafkaErrorCode(rawValue: 6)
    /// REQUEST_TIMED_OUT: The request timed out.
    public static let requestTimedOut = KafkaErrorCode(rawValue: 7)
    /// BROKER_NOT_AVAILABLE: The broker is not available.
    public static let brokerNotAvailable = KafkaErrorCode(rawValue: 8)
    /// REPLICA_NOT_AVAILABLE: The replica is not available for the requested topic-partition. Produce/Fetch requests and
    /// other requests intended only for the leader or follower return NOT_LEADER_OR_FOLLOWER if the broker is not a
    /// replica of the topic-partition.
    public static let replicaNotAvailable = KafkaErrorCode(rawValue: 9)
    /// MESSAGE_TOO_LARGE: The request included a message larger than the max message size the server will accept.
    public static let messageTooLarge = KafkaErrorCode(rawValue: 10)
    /// STALE_CONTROLLER_EPOCH: The controller moved to another broker.
    public static let staleControllerEpoch = KafkaErrorCode(rawValue: 11)
    /// OFFSET_METADATA_TOO_LARGE: The metadata field of the offset request was too large.
    public static let offsetMetadataTooLarge = KafkaErrorCode(rawValue: 12)
    /// NETWORK_EXCEPTION: The server disconnected before a response was received.
    public static let networkException = KafkaErrorCode(rawValue: 13)
    /// COORDINATOR_LOAD_IN_PROGRESS: The coordinator is loading and hence can't process requests.
    public static let coordinatorLoadInProgress = KafkaErrorCode(rawValue: 14)
    /// COORDINATOR_NOT_AVAILABLE: The coordinator is not available.
    public static let coordinatorNotAvailable = KafkaErrorCode(rawValue: 15)
    /// NOT_COORDINATOR: This is not the correct coordinator.
    public static let notCoordinator = KafkaErrorCode(rawValue: 16)
    /// INVALID_TOPIC_EXCEPTION: The request attempted to perform an operation on an invalid topic.
    public static let invalidTopicException = KafkaErrorCode(rawValue: 17)
    /// RECORD_LIST_TOO_LARGE: The request included message batch larger than the configured segment size on the server.
    public static let recordListTooLarge = KafkaErrorCode(rawValue: 18)
    /// NOT_ENOUGH_REPLICAS: Messages are rejected since there are fewer in-sync replicas than required.
    public static let notEnoughReplicas = KafkaErrorCode(rawValue: 19)
    /// NOT_ENOUGH_REPLICAS_AFTER_APPEND: Messages are written to the log, but to fewer in-sync replicas than required.
    public static let notEnoughReplicasAfterAppend = KafkaErrorCode(rawValue: 20)
    /// INVALID_REQUIRED_ACKS: Produce request specified an invalid value for required acks.
    public static let invalidRequiredAcks = KafkaErrorCode(rawValue: 21)
    /// ILLEGAL_GENERATION: Specified group generation id is not valid.
    public static let illegalGeneration = KafkaErrorCode(rawValue: 22)
    /// INCONSISTENT_GROUP_PROTOCOL: The group member's supported protocols are incompatible with those of existing
    /// members or first group member tried to join with empty protocol type or empty protocol list.
    public static let inconsistentGroupProtocol = KafkaErrorCode(rawValue: 23)
    /// INVALID_GROUP_ID: The group id is invalid.
    public static let invalidGroupId = KafkaErrorCode(rawValue: 24)
    /// UNKNOWN_MEMBER_ID: The coordinator is not aware of this member.
    public static let unknownMemberId = KafkaErrorCode(rawValue: 25)
    /// INVALID_SESSION_TIMEOUT: The session timeout is not within the range allowed by the broker (as configured by
    /// group.min.session.timeout.ms and group.max.session.timeout.ms).
    public static let invalidSessionTimeout = KafkaErrorCode(rawValue: 26)
    /// REBALANCE_IN_PROGRESS: The group is rebalancing, so a rejoin is needed.
    public static let rebalanceInProgress = KafkaErrorCode(rawValue: 27)
    /// INVALID_COMMIT_OFFSET_SIZE: The committing offset data size is not valid.
    public static let invalidCommitOffsetSize = KafkaErrorCode(rawValue: 28)
    /// TOPIC_AUTHORIZATION_FAILED: Topic authorization failed.
    public static let topicAuthorizationFailed = KafkaErrorCode(rawValue: 29)
    /// GROUP_AUTHORIZATION_FAILED: Group authorization failed.
    public static let groupAuthorizationFailed = KafkaErrorCode(rawValue: 30)
    /// CLUSTER_AUTHORIZATION_FAILED: Cluster authorization failed.
    public static let clusterAuthorizationFailed = KafkaErrorCode(rawValue: 31)
    /// INVALID_TIMESTAMP: The timestamp of the message is out of acceptable range.
    public static let invalidTimestamp = KafkaErrorCode(rawValue: 32)
    /// UNSUPPORTED_SASL_MECHANISM: The broker does not support the requested SASL mechanism.
    public static let unsupportedSaslMechanism = KafkaErrorCode(rawValue: 33)
    /// ILLEGAL_SASL_STATE: Request is not valid given the current SASL state.
    public static let illegalSaslState = KafkaErrorCode(rawValue: 34)
    /// UNSUPPORTED_VERSION: The version of API is not supported.
    public static let unsupportedVersion = KafkaErrorCode(rawValue: 35)
    /// TOPIC_ALREADY_EXISTS: Topic with this name already exists.
    public static let topicAlreadyExists = KafkaErrorCode(rawValue: 36)
    /// INVALID_PARTITIONS: Number of partitions is below 1.
    public static let invalidPartitions = KafkaErrorCode(rawValue: 37)
    /// INVALID_REPLICATION_FACTOR: Replication factor is below 1 or larger than the number of available brokers.
    public static let invalidReplicationFactor = KafkaErrorCode(rawValue: 38)
    /// INVALID_REPLICA_ASSIGNMENT: Replica assignment is invalid.
    public static let invalidReplicaAssignment = KafkaErrorCode(rawValue: 39)
    /// INVALID_CONFIG: Configuration is invalid.
    public static let invalidConfig = KafkaErrorCode(rawValue: 40)
    /// NOT_CONTROLLER: This is not the correct controller for this cluster.
    public static let notController = KafkaErrorCode(rawValue: 41)
    /// INVALID_REQUEST: This most likely occurs because of a request being malformed by the client library or the message
    /// was sent to an incompatible broker. See the broker logs for more details.
    public static let invalidRequest = KafkaErrorCode(rawValue: 42)
    /// UNSUPPORTED_FOR_MESSAGE_FORMAT: The message format version on the broker does not support the request.
    public static let unsupportedForMessageFormat = KafkaErrorCode(rawValue: 43)
    /// POLICY_VIOLATION: Request parameters do not satisfy the configured policy.
    public static let policyViolation = KafkaErrorCode(rawValue: 44)
    /// OUT_OF_ORDER_SEQUENCE_NUMBER: The broker received an out of order sequence number.
    public static let outOfOrderSequenceNumber = KafkaErrorCode(rawValue: 45)
    /// DUPLICATE_SEQUENCE_NUMBER: The broker received a duplicate sequence number.
    public static let duplicateSequenceNumber = KafkaErrorCode(rawValue: 46)
    /// INVALID_PRODUCER_EPOCH: Producer attempted to produce with an old epoch.
    public static let invalidProducerEpoch = KafkaErrorCode(rawValue: 47)
    /// INVALID_TXN_STATE: The producer attempted a transactional operation in an invalid state.
    public static let invalidTxnState = KafkaErrorCode(rawValue: 48)
    /// INVALID_PRODUCER_ID_MAPPING: The producer attempted to use a producer id which is not currently assigned to its
    /// transactional id.
    public static let invalidProducerIdMapping = KafkaErrorCode(rawValue: 49)
    /// INVALID_TRANSACTION_TIMEOUT: The transaction timeout is larger than the maximum value allowed by the broker (as
    /// configured by transaction.max.timeout.ms).
    public static let invalidTransactionTimeout = KafkaErrorCode(rawValue: 50)
    /// CONCURRENT_TRANSACTIONS: The producer attempted to update a transaction while another concurrent operation on the
    /// same transaction was ongoing.
    public static let concurrentTransactions = KafkaErrorCode(rawValue: 51)
    /// TRANSACTION_COORDINATOR_FENCED: Indicates that the transaction coordinator sending a WriteTxnMarker is no longer
    /// the current coordinator for a given producer.
    public static let transactionCoordinatorFenced = KafkaErrorCode(rawValue: 52)
    /// TRANSACTIONAL_ID_AUTHORIZATION_FAILED: Transactional Id authorization failed.
    public static let transactionalIdAuthorizationFailed = KafkaErrorCode(rawValue: 53)
    /// SECURITY_DISABLED: Security features are disabled.
    public static let securityDisabled = KafkaErrorCode(rawValue: 54)
    /// OPERATION_NOT_ATTEMPTED: The broker did not attempt to execute this operation. This may happen for batched RPCs
    /// where some operations in the batch failed, causing the broker to respond without trying the rest.
    public static let operationNotAttempted = KafkaErrorCode(rawValue: 55)
    /// KAFKA_STORAGE_ERROR: Disk error when trying to access log file on the disk.
    public static let kafkaStorageError = KafkaErrorCode(rawValue: 56)
    /// LOG_DIR_NOT_FOUND: The user-specified log directory is not found in the broker config.
    public static let logDirNotFound = KafkaErrorCode(rawValue: 57)
    /// SASL_AUTHENTICATION_FAILED: SASL Authentication failed.
    public static let saslAuthenticationFailed = KafkaErrorCode(rawValue: 58)
    /// UNKNOWN_PRODUCER_ID: This exception is raised by the broker if it could not locate the producer metadata
    /// associated with the producerId in question. This could happen if, for instance, the producer's records were
    /// deleted because their retention time had elapsed. Once the last records of the producerId are removed, the
    /// producer's metadata is removed from the broker, and future appends by the producer will return this exception.
    public static let unknownProducerId = KafkaErrorCode(rawValue: 59)
    /// REASSIGNMENT_IN_PROGRESS: A partition reassignment is in progress.
    public static let reassignmentInProgress = KafkaErrorCode(rawValue: 60)
    /// DELEGATION_TOKEN_AUTH_DISABLED: Delegation Token feature is not enabled.
    public static let delegationTokenAuthDisabled = KafkaErrorCode(rawValue: 61)
    /// DELEGATION_TOKEN_NOT_FOUND: Delegation Token is not found on server.
    public static let delegationTokenNotFound = KafkaErrorCode(rawValue: 62)
    /// DELEGATION_TOKEN_OWNER_MISMATCH: Specified Principal is not valid Owner/Renewer.
    public static let delegationTokenOwnerMismatch = KafkaErrorCode(rawValue: 63)
    /// DELEGATION_TOKEN_REQUEST_NOT_ALLOWED: Delegation Token requests are not allowed on PLAINTEXT/1-way SSL channels
    /// and on delegation token authenticated channels.
    public static let delegationTokenRequestNotAllowed = KafkaErrorCode(rawValue: 64)
    /// DELEGATION_TOKEN_AUTHORIZATION_FAILED: Delegation Token authorization failed.
    public static let delegationTokenAuthorizationFailed = KafkaErrorCode(rawValue: 65)
    /// DELEGATION_TOKEN_EXPIRED: Delegation Token is expired.
    public static let delegationTokenExpired = KafkaErrorCode(rawValue: 66)
    /// INVALID_PRINCIPAL_TYPE: Supplied principalType is not supported.
    public static let invalidPrincipalType = KafkaErrorCode(rawValue: 67)
    /// NON_EMPTY_GROUP: The group is not empty.
    public static let nonEmptyGroup = KafkaErrorCode(rawValue: 68)
    /// GROUP_ID_NOT_FOUND: The group id does not exist.
    public static let groupIdNotFound = KafkaErrorCode(rawValue: 69)
    /// FETCH_SESSION_ID_NOT_FOUND: The fetch session ID was not found.
    public static let fetchSessionIdNotFound = KafkaErrorCode(rawValue: 70)
    /// INVALID_FETCH_SESSION_EPOCH: The fetch session epoch is invalid.
    public static let invalidFetchSessionEpoch = KafkaErrorCode(rawValue: 71)
    /// LISTENER_NOT_FOUND: There is no listener on the leader broker that matches the listener on which metadata request
    /// was processed.
    public static let listenerNotFound = KafkaErrorCode(rawValue: 72)
    /// TOPIC_DELETION_DISABLED: Topic deletion is disabled.
    public static let topicDeletionDisabled = KafkaErrorCode(rawValue: 73)
    /// FENCED_LEADER_EPOCH: The leader epoch in the request is older than the epoch on the broker.
    public static let fencedLeaderEpoch = KafkaErrorCode(rawValue: 74)
    /// UNKNOWN_LEADER_EPOCH: The leader epoch in the request is newer than the epoch on the broker.
    public static let unknownLeaderEpoch = KafkaErrorCode(rawValue: 75)
    /// UNSUPPORTED_COMPRESSION_TYPE: The requesting client does not support the compression type of given partition.
    public static let unsupportedCompressionType = KafkaErrorCode(rawValue: 76)
    /// STALE_BROKER_EPOCH: Broker epoch has changed.
    public static let staleBrokerEpoch = KafkaErrorCode(rawValue: 77)
    /// OFFSET_NOT_AVAILABLE: The leader high watermark has not caught up from a recent leader election so the offsets
    /// cannot be guaranteed to be monotonically increasing.
    public static let offsetNotAvailable = KafkaErrorCode(rawValue: 78)
    /// MEMBER_ID_REQUIRED: The group member needs to have a valid member id before actually entering a consumer group.
    public static let memberIdRequired = KafkaErrorCode(rawValue: 79)
    /// PREFERRED_LEADER_NOT_AVAILABLE: The preferred leader was not available.
    public static let preferredLeaderNotAvailable = KafkaErrorCode(rawValue: 80)
    /// GROUP_MAX_SIZE_REACHED: The group has reached its maximum size.
    public static let groupMaxSizeReached = KafkaErrorCode(rawValue: 81)
    /// FENCED_INSTANCE_ID: The broker rejected this static consumer since another consumer with the same
    /// group.instance.id has registered with a different member.id.
    public static let fencedInstanceId = KafkaErrorCode(rawValue: 82)
    /// ELIGIBLE_LEADERS_NOT_AVAILABLE: Eligible topic partition leaders are not available.
    public static let eligibleLeadersNotAvailable = KafkaErrorCode(rawValue: 83)
    /// ELECTION_NOT_NEEDED: Leader election not needed for topic partition.
    public static let electionNotNeeded = KafkaErrorCode(rawValue: 84)
    /// NO_REASSIGNMENT_IN_PROGRESS: No partition reassignment is in progress.
    public static let noReassignmentInProgress = KafkaErrorCode(rawValue: 85)
    /// GROUP_SUBSCRIBED_TO_TOPIC: Deleting offsets of a topic is forbidden while the consumer group is actively
    /// subscribed to it.
    public static let groupSubscribedToTopic = KafkaErrorCode(rawValue: 86)
    /// INVALID_RECORD: This record has failed the validation on broker and hence will be rejected.
    public static let invalidRecord = KafkaErrorCode(rawValue: 87)
    /// UNSTABLE_OFFSET_COMMIT: There are unstable offsets that need to be cleared.
    public static let unstableOffsetCommit = KafkaErrorCode(rawValue: 88)
    /// THROTTLING_QUOTA_EXCEEDED: The throttling quota has been exceeded.
    public static let throttlingQuotaExceeded = KafkaErrorCode(rawValue: 89)
    /// PRODUCER_FENCED: There is a newer producer with the same transactionalId which fences the current one.
    public static let producerFenced = KafkaErrorCode(rawValue: 90)
    /// RESOURCE_NOT_FOUND: A request illegally referred to a resource that does not exist.
    public static let resourceNotFound = KafkaErrorCode(rawValue: 91)
    /// DUPLICATE_RESOURCE: A request illegally referred to the same resource twice.
    public static let duplicateResource = KafkaErrorCode(rawValue: 92)
    /// UNACCEPTABLE_CREDENTIAL: Requested credential would not meet criteria for acceptability.
    public static let unacceptableCredential = KafkaErrorCode(rawValue: 93)
    /// INCONSISTENT_VOTER_SET: Indicates that the either the sender or recipient of a voter-only request is not one of
    /// the expected voters.
    public static let inconsistentVoterSet = KafkaErrorCode(rawValue: 94)
    /// INVALID_UPDATE_VERSION: The given update version was invalid.
    public static let invalidUpdateVersion = KafkaErrorCode(rawValue: 95)
    /// FEATURE_UPDATE_FAILED: Unable to update finalized features due to an unexpected server error.
    public static let featureUpdateFailed = KafkaErrorCode(rawValue: 96)
    /// PRINCIPAL_DESERIALIZATION_FAILURE: Request principal deserialization failed during forwarding. This indicates an
    /// internal error on the broker cluster security setup.
    public static let principalDeserializationFailure = KafkaErrorCode(rawValue: 97)
    /// SNAPSHOT_NOT_FOUND: Requested snapshot was not found.
    public static let snapshotNotFound = KafkaErrorCode(rawValue: 98)
    /// POSITION_OUT_OF_RANGE: Requested position is not greater than or equal to zero, and less than the size of the
    /// snapshot.
    public static let positionOutOfRange = KafkaErrorCode(rawValue: 99)
    /// UNKNOWN_TOPIC_ID: This server does not host this topic ID.
    public static let unknownTopicId = KafkaErrorCode(rawValue: 100)
    /// DUPLICATE_BROKER_REGISTRATION: This broker ID is already in use.
    public static let duplicateBrokerRegistration = KafkaErrorCode(rawValue: 101)
    /// BROKER_ID_NOT_REGISTERED: The given broker ID was not registered.
    public static let brokerIdNotRegistered = KafkaErrorCode(rawValue: 102)
    /// INCONSISTENT_TOPIC_ID: The log's topic ID did not match the topic ID in the request.
    public static let inconsistentTopicId = KafkaErrorCode(rawValue: 103)
    /// INCONSISTENT_CLUSTER_ID: The clusterId in the request does not match that found on the server.
    public static let inconsistentClusterId = KafkaErrorCode(rawValue: 104)
    /// TRANSACTIONAL_ID_NOT_FOUND: The transactionalId could not be found.
    public static let transactionalIdNotFound = KafkaErrorCode(rawValue: 105)
    /// FETCH_SESSION_TOPIC_ID_ERROR: The fetch session encountered inconsistent topic ID usage.
    public static let fetchSessionTopicIdError = KafkaErrorCode(rawValue: 106)
    /// INELIGIBLE_REPLICA: The new ISR contains at least one ineligible replica.
    public static let ineligibleReplica = KafkaErrorCode(rawValue: 107)
    /// NEW_LEADER_ELECTED: The AlterPartition request successfully updated the partition state but the leader has
    /// changed.
    public static let newLeaderElected = KafkaErrorCode(rawValue: 108)
    /// OFFSET_MOVED_TO_TIERED_STORAGE: The requested offset is moved to tiered storage.
    public static let offsetMovedToTieredStorage = KafkaErrorCode(rawValue: 109)
    /// FENCED_MEMBER_EPOCH: The member epoch is fenced by the group coordinator. The member must abandon all its
    /// partitions and rejoin.
    public static let fencedMemberEpoch = KafkaErrorCode(rawValue: 110)
    /// UNRELEASED_INSTANCE_ID: The instance ID is still used by another member in the consumer group. That member must
    /// leave first.
    public static let unreleasedInstanceId = KafkaErrorCode(rawValue: 111)
    /// UNSUPPORTED_ASSIGNOR: The assignor or its version range is not supported by the consumer group.
    public static let unsupportedAssignor = KafkaErrorCode(rawValue: 112)
    /// STALE_MEMBER_EPOCH: The member epoch is stale. The member must retry after receiving its updated member epoch via
    /// the ConsumerGroupHeartbeat API.
    public static let staleMemberEpoch = KafkaErrorCode(rawValue: 113)
    /// MISMATCHED_ENDPOINT_TYPE: The request was sent to an endpoint of the wrong type.
    public static let mismatchedEndpointType = KafkaErrorCode(rawValue: 114)
    /// UNSUPPORTED_ENDPOINT_TYPE: This endpoint type is not supported yet.
    public static let unsupportedEndpointType = KafkaErrorCode(rawValue: 115)
    /// UNKNOWN_CONTROLLER_ID: This controller ID is not known.
    public static let unknownControllerId = KafkaErrorCode(rawValue: 116)
    /// UNKNOWN_SUBSCRIPTION_ID: Client sent a push telemetry request with an invalid or outdated subscription ID.
    public static let unknownSubscriptionId = KafkaErrorCode(rawValue: 117)
    /// TELEMETRY_TOO_LARGE: Client sent a push telemetry request larger than the maximum size the broker will accept.
    public static let telemetryTooLarge = KafkaErrorCode(rawValue: 118)
    /// INVALID_REGISTRATION: The controller has considered the broker registration to be invalid.
    public static let invalidRegistration = KafkaErrorCode(rawValue: 119)
    /// TRANSACTION_ABORTABLE: The server encountered an error with the transaction. The client can abort the transaction
    /// to continue using this transactional ID.
    public static let transactionAbortable = KafkaErrorCode(rawValue: 120)
    /// INVALID_RECORD_STATE: The record state is invalid. The acknowledgement of delivery could not be completed.
    public static let invalidRecordState = KafkaErrorCode(rawValue: 121)
    /// SHARE_SESSION_NOT_FOUND: The share session was not found.
    public static let shareSessionNotFound = KafkaErrorCode(rawValue: 122)
    /// INVALID_SHARE_SESSION_EPOCH: The share session epoch is invalid.
    public static let invalidShareSessionEpoch = KafkaErrorCode(rawValue: 123)
    /// FENCED_STATE_EPOCH: The share coordinator rejected the request because the share-group state epoch did not match.
    public static let fencedStateEpoch = KafkaErrorCode(rawValue: 124)
    /// INVALID_VOTER_KEY: The voter key doesn't match the receiving replica's key.
    public static let invalidVoterKey = KafkaErrorCode(rawValue: 125)
    /// DUPLICATE_VOTER: The voter is already part of the set of voters.
    public static let duplicateVoter = KafkaErrorCode(rawValue: 126)
    /// VOTER_NOT_FOUND: The voter is not part of the set of voters.
    public static let voterNotFound = KafkaErrorCode(rawValue: 127)
    /// INVALID_REGULAR_EXPRESSION: The regular expression is not valid.
    public static let invalidRegularExpression = KafkaErrorCode(rawValue: 128)
    /// REBOOTSTRAP_REQUIRED: Client metadata is stale. The client should rebootstrap to obtain new metadata.
    public static let rebootstrapRequired = KafkaErrorCode(rawValue: 129)
    /// STREAMS_INVALID_TOPOLOGY: The supplied topology is invalid.
    public static let streamsInvalidTopology = KafkaErrorCode(rawValue: 130)
    /// STREAMS_INVALID_TOPOLOGY_EPOCH: The supplied topology epoch is invalid.
    public static let streamsInvalidTopologyEpoch = KafkaErrorCode(rawValue: 131)
    /// STREAMS_TOPOLOGY_FENCED: The supplied topology epoch is outdated.
    public static let streamsTopologyFenced = KafkaErrorCode(rawValue: 132)
    /// SHARE_SESSION_LIMIT_REACHED: The limit of share sessions has been reached.
    public static let shareSessionLimitReached = KafkaErrorCode(rawValue: 133)
}

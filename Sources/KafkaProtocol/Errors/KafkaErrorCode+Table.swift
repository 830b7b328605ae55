extension KafkaErrorCode {
    struct Row: Sendable {
        enum Kind: Sendable {
            /// Retrying does not help.
            case final
            /// Retrying may help.
            case retriable
            /// Retrying may help after the metadata is refreshed.
            case stale
        }

        let name: String
        let kind: Kind
        let message: String

        init(_ name: String, _ kind: Kind, _ message: String) {
            self.name = name
            self.kind = kind
            self.message = message
        }
    }

    /// The code of the table's first row.
    static let lowest: Int16 = -1

    /// Code n at index n − `lowest`.
    static let table: [Row] = [
        Row("UNKNOWN_SERVER_ERROR", .final, "The server experienced an unexpected error when processing the request."),
        Row("NONE", .final, "No error."),
        Row(
            "OFFSET_OUT_OF_RANGE", .final,
            "The requested offset is not within the range of offsets maintained by the server."),
        Row(
            "CORRUPT_MESSAGE", .retriable,
            """
            This message has failed its CRC checksum, exceeds the valid size, has a null key for a compacted \
            topic, or is otherwise corrupt.
            """),
        Row("UNKNOWN_TOPIC_OR_PARTITION", .stale, "This server does not host this topic-partition."),
        Row("INVALID_FETCH_SIZE", .final, "The requested fetch size is invalid."),
        Row(
            "LEADER_NOT_AVAILABLE", .stale,
            "There is no leader for this topic-partition as we are in the middle of a leadership election."),
        Row(
            "NOT_LEADER_OR_FOLLOWER", .stale,
            """
            For requests intended only for the leader, this error indicates that the broker is not the \
            current leader. For requests intended for any replica, this error indicates that the broker is \
            not a replica of the topic partition.
            """),
        Row("REQUEST_TIMED_OUT", .retriable, "The request timed out."),
        Row("BROKER_NOT_AVAILABLE", .final, "The broker is not available."),
        Row(
            "REPLICA_NOT_AVAILABLE", .stale,
            """
            The replica is not available for the requested topic-partition. Produce/Fetch requests and other \
            requests intended only for the leader or follower return NOT_LEADER_OR_FOLLOWER if the broker is \
            not a replica of the topic-partition.
            """),
        Row(
            "MESSAGE_TOO_LARGE", .final,
            "The request included a message larger than the max message size the server will accept."),
        Row("STALE_CONTROLLER_EPOCH", .final, "The controller moved to another broker."),
        Row("OFFSET_METADATA_TOO_LARGE", .final, "The metadata field of the offset request was too large."),
        Row("NETWORK_EXCEPTION", .stale, "The server disconnected before a response was received."),
        Row("COORDINATOR_LOAD_IN_PROGRESS", .retriable, "The coordinator is loading and hence can't process requests."),
        Row("COORDINATOR_NOT_AVAILABLE", .retriable, "The coordinator is not available."),
        Row("NOT_COORDINATOR", .retriable, "This is not the correct coordinator."),
        Row("INVALID_TOPIC_EXCEPTION", .final, "The request attempted to perform an operation on an invalid topic."),
        Row(
            "RECORD_LIST_TOO_LARGE", .final,
            "The request included message batch larger than the configured segment size on the server."),
        Row(
            "NOT_ENOUGH_REPLICAS", .retriable,
            "Messages are rejected since there are fewer in-sync replicas than required."),
        Row(
            "NOT_ENOUGH_REPLICAS_AFTER_APPEND", .retriable,
            "Messages are written to the log, but to fewer in-sync replicas than required."),
        Row("INVALID_REQUIRED_ACKS", .final, "Produce request specified an invalid value for required acks."),
        Row("ILLEGAL_GENERATION", .final, "Specified group generation id is not valid."),
        Row(
            "INCONSISTENT_GROUP_PROTOCOL", .final,
            """
            The group member's supported protocols are incompatible with those of existing members or first \
            group member tried to join with empty protocol type or empty protocol list.
            """),
        Row("INVALID_GROUP_ID", .final, "The group id is invalid."),
        Row("UNKNOWN_MEMBER_ID", .final, "The coordinator is not aware of this member."),
        Row(
            "INVALID_SESSION_TIMEOUT", .final,
            """
            The session timeout is not within the range allowed by the broker (as configured by \
            group.min.session.timeout.ms and group.max.session.timeout.ms).
            """),
        Row("REBALANCE_IN_PROGRESS", .final, "The group is rebalancing, so a rejoin is needed."),
        Row("INVALID_COMMIT_OFFSET_SIZE", .final, "The committing offset data size is not valid."),
        Row("TOPIC_AUTHORIZATION_FAILED", .final, "Topic authorization failed."),
        Row("GROUP_AUTHORIZATION_FAILED", .final, "Group authorization failed."),
        Row("CLUSTER_AUTHORIZATION_FAILED", .final, "Cluster authorization failed."),
        Row("INVALID_TIMESTAMP", .final, "The timestamp of the message is out of acceptable range."),
        Row("UNSUPPORTED_SASL_MECHANISM", .final, "The broker does not support the requested SASL mechanism."),
        Row("ILLEGAL_SASL_STATE", .final, "Request is not valid given the current SASL state."),
        Row("UNSUPPORTED_VERSION", .final, "The version of API is not supported."),
        Row("TOPIC_ALREADY_EXISTS", .final, "Topic with this name already exists."),
        Row("INVALID_PARTITIONS", .final, "Number of partitions is below 1."),
        Row(
            "INVALID_REPLICATION_FACTOR", .final,
            "Replication factor is below 1 or larger than the number of available brokers."),
        Row("INVALID_REPLICA_ASSIGNMENT", .final, "Replica assignment is invalid."),
        Row("INVALID_CONFIG", .final, "Configuration is invalid."),
        Row("NOT_CONTROLLER", .retriable, "This is not the correct controller for this cluster."),
        Row(
            "INVALID_REQUEST", .final,
            """
            This most likely occurs because of a request being malformed by the client library or the message \
            was sent to an incompatible broker. See the broker logs for more details.
            """),
        Row(
            "UNSUPPORTED_FOR_MESSAGE_FORMAT", .final,
            "The message format version on the broker does not support the request."),
        Row("POLICY_VIOLATION", .final, "Request parameters do not satisfy the configured policy."),
        Row("OUT_OF_ORDER_SEQUENCE_NUMBER", .final, "The broker received an out of order sequence number."),
        Row("DUPLICATE_SEQUENCE_NUMBER", .final, "The broker received a duplicate sequence number."),
        Row("INVALID_PRODUCER_EPOCH", .final, "Producer attempted to produce with an old epoch."),
        Row("INVALID_TXN_STATE", .final, "The producer attempted a transactional operation in an invalid state."),
        Row(
            "INVALID_PRODUCER_ID_MAPPING", .final,
            "The producer attempted to use a producer id which is not currently assigned to its transactional id."),
        Row(
            "INVALID_TRANSACTION_TIMEOUT", .final,
            """
            The transaction timeout is larger than the maximum value allowed by the broker (as configured by \
            transaction.max.timeout.ms).
            """),
        Row(
            "CONCURRENT_TRANSACTIONS", .retriable,
            """
            The producer attempted to update a transaction while another concurrent operation on the same \
            transaction was ongoing.
            """),
        Row(
            "TRANSACTION_COORDINATOR_FENCED", .final,
            """
            Indicates that the transaction coordinator sending a WriteTxnMarker is no longer the current \
            coordinator for a given producer.
            """),
        Row("TRANSACTIONAL_ID_AUTHORIZATION_FAILED", .final, "Transactional Id authorization failed."),
        Row("SECURITY_DISABLED", .final, "Security features are disabled."),
        Row(
            "OPERATION_NOT_ATTEMPTED", .final,
            """
            The broker did not attempt to execute this operation. This may happen for batched RPCs where some \
            operations in the batch failed, causing the broker to respond without trying the rest.
            """),
        Row("KAFKA_STORAGE_ERROR", .stale, "Disk error when trying to access log file on the disk."),
        Row("LOG_DIR_NOT_FOUND", .final, "The user-specified log directory is not found in the broker config."),
        Row("SASL_AUTHENTICATION_FAILED", .final, "SASL Authentication failed."),
        Row(
            "UNKNOWN_PRODUCER_ID", .final,
            """
            This exception is raised by the broker if it could not locate the producer metadata associated \
            with the producerId in question. This could happen if, for instance, the producer's records were \
            deleted because their retention time had elapsed. Once the last records of the producerId are \
            removed, the producer's metadata is removed from the broker, and future appends by the producer \
            will return this exception.
            """),
        Row("REASSIGNMENT_IN_PROGRESS", .final, "A partition reassignment is in progress."),
        Row("DELEGATION_TOKEN_AUTH_DISABLED", .final, "Delegation Token feature is not enabled."),
        Row("DELEGATION_TOKEN_NOT_FOUND", .final, "Delegation Token is not found on server."),
        Row("DELEGATION_TOKEN_OWNER_MISMATCH", .final, "Specified Principal is not valid Owner/Renewer."),
        Row(
            "DELEGATION_TOKEN_REQUEST_NOT_ALLOWED", .final,
            """
            Delegation Token requests are not allowed on PLAINTEXT/1-way SSL channels and on delegation token \
            authenticated channels.
            """),
        Row("DELEGATION_TOKEN_AUTHORIZATION_FAILED", .final, "Delegation Token authorization failed."),
        Row("DELEGATION_TOKEN_EXPIRED", .final, "Delegation Token is expired."),
        Row("INVALID_PRINCIPAL_TYPE", .final, "Supplied principalType is not supported."),
        Row("NON_EMPTY_GROUP", .final, "The group is not empty."),
        Row("GROUP_ID_NOT_FOUND", .final, "The group id does not exist."),
        Row("FETCH_SESSION_ID_NOT_FOUND", .retriable, "The fetch session ID was not found."),
        Row("INVALID_FETCH_SESSION_EPOCH", .retriable, "The fetch session epoch is invalid."),
        Row(
            "LISTENER_NOT_FOUND", .stale,
            """
            There is no listener on the leader broker that matches the listener on which metadata request was \
            processed.
            """),
        Row("TOPIC_DELETION_DISABLED", .final, "Topic deletion is disabled."),
        Row("FENCED_LEADER_EPOCH", .stale, "The leader epoch in the request is older than the epoch on the broker."),
        Row(
            "UNKNOWN_LEADER_EPOCH", .retriable,
            "The leader epoch in the request is newer than the epoch on the broker."),
        Row(
            "UNSUPPORTED_COMPRESSION_TYPE", .final,
            "The requesting client does not support the compression type of given partition."),
        Row("STALE_BROKER_EPOCH", .final, "Broker epoch has changed."),
        Row(
            "OFFSET_NOT_AVAILABLE", .retriable,
            """
            The leader high watermark has not caught up from a recent leader election so the offsets cannot \
            be guaranteed to be monotonically increasing.
            """),
        Row(
            "MEMBER_ID_REQUIRED", .final,
            "The group member needs to have a valid member id before actually entering a consumer group."),
        Row("PREFERRED_LEADER_NOT_AVAILABLE", .stale, "The preferred leader was not available."),
        Row("GROUP_MAX_SIZE_REACHED", .final, "The group has reached its maximum size."),
        Row(
            "FENCED_INSTANCE_ID", .final,
            """
            The broker rejected this static consumer since another consumer with the same group.instance.id \
            has registered with a different member.id.
            """),
        Row("ELIGIBLE_LEADERS_NOT_AVAILABLE", .stale, "Eligible topic partition leaders are not available."),
        Row("ELECTION_NOT_NEEDED", .stale, "Leader election not needed for topic partition."),
        Row("NO_REASSIGNMENT_IN_PROGRESS", .final, "No partition reassignment is in progress."),
        Row(
            "GROUP_SUBSCRIBED_TO_TOPIC", .final,
            "Deleting offsets of a topic is forbidden while the consumer group is actively subscribed to it."),
        Row("INVALID_RECORD", .final, "This record has failed the validation on broker and hence will be rejected."),
        Row("UNSTABLE_OFFSET_COMMIT", .retriable, "There are unstable offsets that need to be cleared."),
        Row("THROTTLING_QUOTA_EXCEEDED", .retriable, "The throttling quota has been exceeded."),
        Row(
            "PRODUCER_FENCED", .final,
            "There is a newer producer with the same transactionalId which fences the current one."),
        Row("RESOURCE_NOT_FOUND", .final, "A request illegally referred to a resource that does not exist."),
        Row("DUPLICATE_RESOURCE", .final, "A request illegally referred to the same resource twice."),
        Row("UNACCEPTABLE_CREDENTIAL", .final, "Requested credential would not meet criteria for acceptability."),
        Row(
            "INCONSISTENT_VOTER_SET", .final,
            """
            Indicates that the either the sender or recipient of a voter-only request is not one of the \
            expected voters.
            """),
        Row("INVALID_UPDATE_VERSION", .final, "The given update version was invalid."),
        Row("FEATURE_UPDATE_FAILED", .final, "Unable to update finalized features due to an unexpected server error."),
        Row(
            "PRINCIPAL_DESERIALIZATION_FAILURE", .final,
            """
            Request principal deserialization failed during forwarding. This indicates an internal error on \
            the broker cluster security setup.
            """),
        Row("SNAPSHOT_NOT_FOUND", .final, "Requested snapshot was not found."),
        Row(
            "POSITION_OUT_OF_RANGE", .final,
            "Requested position is not greater than or equal to zero, and less than the size of the snapshot."),
        Row("UNKNOWN_TOPIC_ID", .stale, "This server does not host this topic ID."),
        Row("DUPLICATE_BROKER_REGISTRATION", .final, "This broker ID is already in use."),
        Row("BROKER_ID_NOT_REGISTERED", .final, "The given broker ID was not registered."),
        Row("INCONSISTENT_TOPIC_ID", .stale, "The log's topic ID did not match the topic ID in the request."),
        Row("INCONSISTENT_CLUSTER_ID", .final, "The clusterId in the request does not match that found on the server."),
        Row("TRANSACTIONAL_ID_NOT_FOUND", .final, "The transactionalId could not be found."),
        Row("FETCH_SESSION_TOPIC_ID_ERROR", .retriable, "The fetch session encountered inconsistent topic ID usage."),
        Row("INELIGIBLE_REPLICA", .final, "The new ISR contains at least one ineligible replica."),
        Row(
            "NEW_LEADER_ELECTED", .final,
            "The AlterPartition request successfully updated the partition state but the leader has changed."),
        Row("OFFSET_MOVED_TO_TIERED_STORAGE", .final, "The requested offset is moved to tiered storage."),
        Row(
            "FENCED_MEMBER_EPOCH", .final,
            """
            The member epoch is fenced by the group coordinator. The member must abandon all its partitions \
            and rejoin.
            """),
        Row(
            "UNRELEASED_INSTANCE_ID", .final,
            "The instance ID is still used by another member in the consumer group. That member must leave first."),
        Row(
            "UNSUPPORTED_ASSIGNOR", .final,
            "The assignor or its version range is not supported by the consumer group."),
        Row(
            "STALE_MEMBER_EPOCH", .final,
            """
            The member epoch is stale. The member must retry after receiving its updated member epoch via the \
            ConsumerGroupHeartbeat API.
            """),
        Row("MISMATCHED_ENDPOINT_TYPE", .final, "The request was sent to an endpoint of the wrong type."),
        Row("UNSUPPORTED_ENDPOINT_TYPE", .final, "This endpoint type is not supported yet."),
        Row("UNKNOWN_CONTROLLER_ID", .final, "This controller ID is not known."),
        Row(
            "UNKNOWN_SUBSCRIPTION_ID", .final,
            "Client sent a push telemetry request with an invalid or outdated subscription ID."),
        Row(
            "TELEMETRY_TOO_LARGE", .final,
            "Client sent a push telemetry request larger than the maximum size the broker will accept."),
        Row("INVALID_REGISTRATION", .final, "The controller has considered the broker registration to be invalid."),
        Row(
            "TRANSACTION_ABORTABLE", .final,
            """
            The server encountered an error with the transaction. The client can abort the transaction to \
            continue using this transactional ID.
            """),
        Row(
            "INVALID_RECORD_STATE", .final,
            "The record state is invalid. The acknowledgement of delivery could not be completed."),
        Row("SHARE_SESSION_NOT_FOUND", .retriable, "The share session was not found."),
        Row("INVALID_SHARE_SESSION_EPOCH", .retriable, "The share session epoch is invalid."),
        Row(
            "FENCED_STATE_EPOCH", .final,
            "The share coordinator rejected the request because the share-group state epoch did not match."),
        Row("INVALID_VOTER_KEY", .final, "The voter key doesn't match the receiving replica's key."),
        Row("DUPLICATE_VOTER", .final, "The voter is already part of the set of voters."),
        Row("VOTER_NOT_FOUND", .final, "The voter is not part of the set of voters."),
        Row("INVALID_REGULAR_EXPRESSION", .final, "The regular expression is not valid."),
        Row(
            "REBOOTSTRAP_REQUIRED", .final,
            "Client metadata is stale. The client should rebootstrap to obtain new metadata."),
        Row("STREAMS_INVALID_TOPOLOGY", .final, "The supplied topology is invalid."),
        Row("STREAMS_INVALID_TOPOLOGY_EPOCH", .final, "The supplied topology epoch is invalid."),
        Row("STREAMS_TOPOLOGY_FENCED", .final, "The supplied topology epoch is outdated."),
        Row("SHARE_SESSION_LIMIT_REACHED", .retriable, "The limit of share sessions has been reached."),
    ]
}

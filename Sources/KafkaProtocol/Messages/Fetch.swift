/// Reads record batches from partitions. API key 1, versions 4 to 18; flexible from 12.
///
/// Version 4 is the first with record batch v2 and isolation (KIP-98), 7 has sessions (KIP-227), 9 the leader epoch
/// (KIP-320), 10 allows zstd (KIP-110), 11 the rack (KIP-392), 12 the last fetched epoch (KIP-595), 13 names topics by
/// their ids (KIP-516), 15 the replica's state (KIP-903), 17 its directory (KIP-853), 18 its high watermark (KIP-1166).
package struct FetchRequest: KafkaRequest {
    package typealias Response = FetchResponse
    package static let apiKey = ApiKey.fetch
    package static let versions: ClosedRange<Int16> = 4...18

    package var clusterID: String?
    /// −1 for a consumer; up to version 14.
    package var replicaID: Int32 = -1
    package var replicaState = ReplicaState()
    package var maxWaitMs: Int32 = 0
    package var minBytes: Int32 = 0
    package var maxBytes: Int32 = .max
    /// 0: read uncommitted, 1: read committed.
    package var isolationLevel: Int8 = 0
    package var sessionID: Int32 = 0
    /// −1 for a full fetch without a session.
    package var sessionEpoch: Int32 = -1
    package var topics: [Topic] = []
    package var forgottenTopics: [ForgottenTopic] = []
    package var rackID: String = ""

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&replicaID, "replica_id", 0...14, default: -1)
        c.field(&maxWaitMs, "max_wait_ms")
        c.field(&minBytes, "min_bytes")
        c.field(&maxBytes, "max_bytes", 3..., default: .max, ignorable: true)
        c.field(&isolationLevel, "isolation_level", 4..., ignorable: true)
        c.field(&sessionID, "session_id", 7..., ignorable: true)
        c.field(&sessionEpoch, "session_epoch", 7..., default: -1, ignorable: true)
        c.field(&topics, "topics")
        c.field(&forgottenTopics, "forgotten_topics_data", 7...)
        c.field(&rackID, "rack_id", 11..., ignorable: true)
        c.tags { c in
            c.tagged(0, &clusterID, "cluster_id", 12..., ignorable: true)
            c.tagged(1, &replicaState, "replica_state", 15...)
        }
    }
}

extension FetchRequest {
    package struct ReplicaState: WireStruct {
        package var replicaID: Int32 = -1
        package var replicaEpoch: Int64 = -1

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&replicaID, "replica_id", default: -1)
            c.field(&replicaEpoch, "replica_epoch", default: -1)
            c.tags()
        }
    }

    package struct Topic: WireStruct {
        /// Up to version 12.
        package var name: String = ""
        /// From version 13 on.
        package var topicID: KafkaUUID = .zero
        package var partitions: [Partition] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "topic", 0...12, ignorable: true)
            c.field(&topicID, "topic_id", 13..., ignorable: true)
            c.field(&partitions, "partitions")
            c.tags()
        }
    }

    package struct Partition: WireStruct {
        package var index: Int32 = 0
        /// −1 when not known.
        package var currentLeaderEpoch: Int32 = -1
        package var fetchOffset: Int64 = 0
        /// −1 when there is none.
        package var lastFetchedEpoch: Int32 = -1
        /// Only followers set it.
        package var logStartOffset: Int64 = -1
        package var partitionMaxBytes: Int32 = 0
        package var replicaDirectoryID: KafkaUUID = .zero
        package var highWatermark: Int64 = .max

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&index, "partition")
            c.field(&currentLeaderEpoch, "current_leader_epoch", 9..., default: -1, ignorable: true)
            c.field(&fetchOffset, "fetch_offset")
            c.field(&lastFetchedEpoch, "last_fetched_epoch", 12..., default: -1)
            c.field(&logStartOffset, "log_start_offset", 5..., default: -1, ignorable: true)
            c.field(&partitionMaxBytes, "partition_max_bytes")
            c.tags { c in
                c.tagged(0, &replicaDirectoryID, "replica_directory_id", 17..., ignorable: true)
                c.tagged(1, &highWatermark, "high_watermark", 18..., default: .max, ignorable: true)
            }
        }
    }

    /// Partitions that leave an incremental fetch session (KIP-227).
    package struct ForgottenTopic: WireStruct {
        /// Up to version 12.
        package var name: String = ""
        /// From version 13 on.
        package var topicID: KafkaUUID = .zero
        package var partitions: [Int32] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "topic", 7...12, ignorable: true)
            c.field(&topicID, "topic_id", 13..., ignorable: true)
            c.field(&partitions, "partitions", 7...)
            c.tags()
        }
    }
}

/// Record batches of partitions. API key 1, versions 4 to 18; flexible from 12.
///
/// Version 5 adds the log's start offset, 7 sessions (KIP-227), 11 the preferred read replica (KIP-392), 12 the
/// diverging epoch (KIP-595), 13 names topics by their ids (KIP-516), 16 the endpoints of new leaders (KIP-951).
package struct FetchResponse: KafkaResponse {
    package typealias Request = FetchRequest

    package var throttleTimeMs: Int32 = 0
    package var errorCode: KafkaErrorCode = .none
    /// 0 outside a session.
    package var sessionID: Int32 = 0
    package var topics: [Topic] = []
    package var nodeEndpoints: [NodeEndpoint] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms", 1..., ignorable: true)
        c.field(&errorCode, "error_code", 7..., ignorable: true)
        c.field(&sessionID, "session_id", 7...)
        c.field(&topics, "responses")
        c.tags { c in
            c.tagged(0, &nodeEndpoints, "node_endpoints", 16...)
        }
    }
}

extension FetchResponse {
    package struct Topic: WireStruct {
        /// Up to version 12.
        package var name: String = ""
        /// From version 13 on.
        package var topicID: KafkaUUID = .zero
        package var partitions: [Partition] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "topic", 0...12, ignorable: true)
            c.field(&topicID, "topic_id", 13..., ignorable: true)
            c.field(&partitions, "partitions")
            c.tags()
        }
    }

    package struct Partition: WireStruct {
        package var index: Int32 = 0
        package var errorCode: KafkaErrorCode = .none
        package var highWatermark: Int64 = 0
        package var lastStableOffset: Int64 = -1
        package var logStartOffset: Int64 = -1
        package var divergingEpoch = EpochEndOffset()
        package var currentLeader = LeaderIDAndEpoch()
        package var snapshotID = SnapshotID()
        package var abortedTransactions: [AbortedTransaction]? = []
        /// −1 when there is none.
        package var preferredReadReplica: Int32 = -1
        package var records: RecordsField = .null

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&index, "partition_index")
            c.field(&errorCode, "error_code")
            c.field(&highWatermark, "high_watermark")
            c.field(&lastStableOffset, "last_stable_offset", 4..., default: -1, ignorable: true)
            c.field(&logStartOffset, "log_start_offset", 5..., default: -1, ignorable: true)
            c.field(&abortedTransactions, "aborted_transactions", 4..., ignorable: true)
            c.field(&preferredReadReplica, "preferred_read_replica", 11..., default: -1)
            c.field(&records, "records")
            c.tags { c in
                c.tagged(0, &divergingEpoch, "diverging_epoch", 12...)
                c.tagged(1, &currentLeader, "current_leader", 12...)
                c.tagged(2, &snapshotID, "snapshot_id", 12...)
            }
        }
    }

    /// The epoch and offset at which the follower's log diverges from the leader's (KIP-595).
    package struct EpochEndOffset: WireStruct {
        package var epoch: Int32 = -1
        package var endOffset: Int64 = -1

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&epoch, "epoch", default: -1)
            c.field(&endOffset, "end_offset", default: -1)
            c.tags()
        }
    }

    /// The snapshot to fetch instead (KIP-630).
    package struct SnapshotID: WireStruct {
        package var endOffset: Int64 = -1
        package var epoch: Int32 = -1

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&endOffset, "end_offset", default: -1)
            c.field(&epoch, "epoch", default: -1)
            c.tags()
        }
    }

    package struct AbortedTransaction: WireStruct {
        package var producerID: Int64 = 0
        package var firstOffset: Int64 = 0

        package init() {}

        package init(producerID: Int64, firstOffset: Int64) {
            self.producerID = producerID
            self.firstOffset = firstOffset
        }

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&producerID, "producer_id")
            c.field(&firstOffset, "first_offset")
            c.tags()
        }
    }
}

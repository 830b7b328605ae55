import KafkaProtocol

/// How a ``ShareConsumer`` is a member of a share group (KIP-932).
///
/// It is checked when a consumer is created with it.
public struct ShareGroupConfiguration: Sendable {
    /// When records count as acknowledged that the program has said nothing of.
    public enum AcknowledgementMode: Sendable, Hashable {
        /// A record is accepted when the task that got it asks for the next one. Kafka's `implicit`.
        case implicit
        /// Never: every record is to be acknowledged by ``ShareConsumer/acknowledge(_:as:)``. Kafka's `explicit`.
        case explicit
    }

    /// How many records brokers hand over at once.
    public enum AcquireMode: Int8, Sendable, Hashable {
        /// About as many as are asked for, to the end of a batch of the log's.
        case wholeBatches = 0
        /// Never more than are asked for, and of one broker at a time. Kafka 4.2 and newer (KIP-1206); elsewhere whole batches.
        case strictLimit = 1
    }

    /// The group. Kafka's `group.id`.
    public var groupID: String
    /// The topics whose records are shared. They may be created later.
    public var topics: Set<String>
    /// When records count as acknowledged. Kafka's `share.acknowledgement.mode`.
    public var acknowledgementMode: AcknowledgementMode
    /// How many records brokers hand over at once. Kafka's `share.acquire.mode`.
    public var acquireMode: AcquireMode
    /// How many records a broker is asked for at once, 1 to 100,000. More are asked for when a quarter of these waits to be taken.
    ///
    /// Their locks run from the moment at which a broker hands them over, so this should be no more than the program gets done in
    /// that time, unless ``renewsWaitingRecords``. Kafka's `max.poll.records`.
    public var recordCountMax: Int
    /// Whether the locks of records are renewed that wait in this client to be taken, when half of their time is over. Then none of
    /// them goes to another member because the program is slow, nor do other members help it. Those that the program has are its own
    /// to renew (``Acknowledgement/renew``).
    ///
    /// Only brokers of Kafka 4.2 and newer can (KIP-1222). Where they can't, and when this is false, a record whose lock is over is
    /// dropped before it is handed out, and its delivery counts. Not Kafka's: it has no such setting.
    public var renewsWaitingRecords: Bool
    /// The most bytes of records that a broker is asked for at once: 1 KiB to 1 GiB. Kafka's `fetch.max.bytes`.
    public var fetchByteCountMax: Int
    /// The bytes of records that a broker waits for before it answers, at most for `maxWait`: 0 to `fetchByteCountMax`. Kafka's
    /// `fetch.min.bytes`.
    public var fetchByteCountMin: Int
    /// How long a broker may wait for records, zero to one minute; it gets whole milliseconds. Acknowledgements wait for its answer.
    /// Kafka's `fetch.max.wait.ms`.
    public var maxWait: Duration
    /// A member whose program asks for no record for so long, and does not wait for one, leaves the group until it does: one second to
    /// one day. Records that wait to be taken are given back then, and
    /// other members may get those that the program has. Kafka's `max.poll.interval.ms`.
    public var maxPollInterval: Duration
    /// Where this client is, for the coordinator's choice; empty for not said. Kafka's `client.rack`.
    public var rack: String
    /// Told what became of acknowledgements, one call for each partition of an answer. It is called on the consumer's thread, and must
    /// return soon.
    public var onAcknowledged: (@Sendable (AcknowledgementResult) -> Void)?

    /// Creates a configuration. Parameters that are left out have the defaults; the properties say units and bounds.
    public init(
        groupID: String, topics: Set<String>, acknowledgementMode: AcknowledgementMode = .implicit,
        acquireMode: AcquireMode = .wholeBatches, recordCountMax: Int = 500, renewsWaitingRecords: Bool = false,
        fetchByteCountMax: Int = 50 << 20, fetchByteCountMin: Int = 1, maxWait: Duration = .milliseconds(500),
        maxPollInterval: Duration = .seconds(300), rack: String = "",
        onAcknowledged: (@Sendable (AcknowledgementResult) -> Void)? = nil
    ) {
        self.groupID = groupID
        self.topics = topics
        self.acknowledgementMode = acknowledgementMode
        self.acquireMode = acquireMode
        self.recordCountMax = recordCountMax
        self.renewsWaitingRecords = renewsWaitingRecords
        self.fetchByteCountMax = fetchByteCountMax
        self.fetchByteCountMin = fetchByteCountMin
        self.maxWait = maxWait
        self.maxPollInterval = maxPollInterval
        self.rack = rack
        self.onAcknowledged = onAcknowledged
    }

    var problems: [ConfigurationProblem] {
        var check = ConfigurationCheck("ShareGroupConfiguration")
        check.expect("groupID", !groupID.isEmpty, "is empty; give the group's name")
        check.expect("groupID", groupID.utf8.count <= Int(Int16.max), "is longer than 32767 bytes")
        check.expect("topics", !topics.isEmpty, "are none; give at least one topic to read")
        check.expectLegal("topics", topics)
        check.expect("recordCountMax", recordCountMax, in: 1...100_000)
        check.expect("fetchByteCountMax", fetchByteCountMax, in: (1 << 10)...(1 << 30))
        check.expect("fetchByteCountMin", fetchByteCountMin, in: 0...max(0, fetchByteCountMax))
        check.expect("maxWait", maxWait, in: .zero ... .seconds(60))
        check.expect("maxPollInterval", maxPollInterval, in: .seconds(1) ... .seconds(86_400))
        check.expect("rack", rack.utf8.count, in: 0...Int(Int16.max))
        return check.problems
    }

    /// What the member's heartbeats need to know.
    var group: GroupConfiguration {
        GroupConfiguration(
            groupID: groupID, topics: topics, groupProtocol: .consumer, autoCommitInterval: nil,
            maxPollInterval: maxPollInterval)
    }
}

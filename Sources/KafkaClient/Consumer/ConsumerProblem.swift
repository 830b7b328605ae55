public import KafkaProtocol

/// Why a partition can't be read on, unless somebody decides how.
public struct ConsumerProblem: Sendable {
    /// What is wrong. Later versions add cases: a `switch` that names only some of them, with a `default`, goes on compiling.
    public enum Kind: Sendable, Equatable {
        /// The log has no record at the offset, and will not have: it lies before the first one that is kept, or behind the end.
        case offsetOutOfRange
        /// A batch is damaged, or of a format that is not understood. `next` is the offset behind it, if its header can be
        /// believed.
        case corruptBatch(next: Int64?)
        /// Records that were read are no longer in the log, because a replica without them became leader (KIP-320). The log has
        /// others from `divergence` on.
        case truncated(divergence: Int64)
        /// No broker has known the topic for a while.
        case topicGone
        /// The topic was deleted, and another one made that has its name: offsets of the former one mean nothing.
        case topicMadeAnew
        /// A broker refuses, and trying again does not help: this client may not read the topic, for example.
        case refused(KafkaErrorCode)
    }

    /// The topic.
    public let topic: String
    /// The partition, from 0 on.
    public let partition: Int32
    /// The offset of the next record to read.
    public let offset: Int64
    /// What is wrong.
    public let kind: Kind
    /// The same in words, and what to do. The consumer ends with it when that is decided.
    public let error: KafkaClientError
}

/// What becomes of a partition that can't be read on.
public enum ConsumerDecision: Sendable, Equatable {
    /// The consumer ends with the problem's error, once what was read before is handed out.
    case fail
    /// This partition is not read any more; others are.
    case stop
    /// The same is tried again, after a pause.
    case retry
    /// Reading goes on there. What lies between is skipped.
    case seek(StartOffset)
}

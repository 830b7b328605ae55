/// How far a group has read a partition.
struct CommittedOffset: Sendable, Equatable {
    var offset: Int64
    /// Of the last record that was read; -1 when not known.
    var leaderEpoch: Int32
    /// What the committer wants to remember.
    var metadata: String

    /// About the bytes that it takes.
    var byteCount: Int { 96 + metadata.utf8.count }
}

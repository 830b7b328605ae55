/// The leader that a partition has now, sent with the error that it has moved (KIP-951).
///
/// Source: `LeaderIdAndEpoch` in `ProduceResponse.json` and `FetchResponse.json`.
package struct LeaderIDAndEpoch: WireStruct {
    /// −1 when not known.
    package var leaderID: Int32 = -1
    /// −1 when not known.
    package var leaderEpoch: Int32 = -1

    package init() {}

    package init(leaderID: Int32, leaderEpoch: Int32) {
        self.leaderID = leaderID
        self.leaderEpoch = leaderEpoch
    }

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&leaderID, "leader_id", default: -1)
        c.field(&leaderEpoch, "leader_epoch", default: -1)
        c.tags()
    }
}

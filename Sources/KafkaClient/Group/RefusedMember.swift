import KafkaProtocol

extension KafkaClientError {
    /// A coordinator's refusal of a member. Where the group is of another kind than the member, it says so, and what to do.
    ///
    /// - Parameter kind: what kind of group the member wants: "classic", "consumer" or "share".
    init(refusing code: KafkaErrorCode, _ action: String, _ message: String? = nil, kind: String) {
        let advice: String? =
            switch code {
            case .inconsistentGroupProtocol:
                "its members are of another kind, or have no assignor in common with this one: give this one an assignor "
                    + "that all of them have, or another group"
            case .groupIdNotFound where kind != "classic":
                "a group with this id has members or offsets and is not a \(kind) group: use another id, or join as its members do"
            default: nil
            }
        self.init(code, advice.map { "\(action) (\($0))" } ?? action, message)
    }
}

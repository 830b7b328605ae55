/// What a description of a group tells of a member's client.
struct GroupClient: Sendable, Equatable {
    /// The `client.id`; empty without one.
    var id = ""
    /// The client's address, behind a slash, as Kafka writes it.
    var host = ""

    var byteCount: Int { id.utf8.count + host.utf8.count }
}

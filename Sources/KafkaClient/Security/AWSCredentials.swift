public import KafkaSecurity

/// Who somebody is to Amazon Web Services.
public struct AWSCredentials: Sendable {
    /// The id of the access key.
    public let accessKeyID: String
    /// The secret that belongs to it.
    public let secretAccessKey: Secret
    /// The token of temporary credentials; nil for those that last.
    public let sessionToken: Secret?

    /// Creates credentials.
    public init(accessKeyID: String, secretAccessKey: Secret, sessionToken: Secret? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }
}

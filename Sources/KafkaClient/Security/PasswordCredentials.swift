public import KafkaSecurity

/// A user's name and password.
public struct PasswordCredentials: Sendable {
    /// The user's name, not empty.
    public let user: String
    /// The user's password.
    public let password: Secret

    /// Creates credentials.
    public init(user: String, password: Secret) {
        self.user = user
        self.password = password
    }

    /// What can't be used in any mechanism.
    var problems: [String] {
        user.isEmpty ? ["has a user without a name"] : []
    }
}

/// Where a mechanism has its credentials from.
struct PasswordSource: Sendable {
    /// The credentials that never change; nil when they are asked for.
    let fixed: PasswordCredentials?
    let provide: @Sendable () async throws -> PasswordCredentials

    init(_ credentials: PasswordCredentials) {
        fixed = credentials
        provide = { credentials }
    }

    init(_ provide: @escaping @Sendable () async throws -> PasswordCredentials) {
        fixed = nil
        self.provide = provide
    }
}

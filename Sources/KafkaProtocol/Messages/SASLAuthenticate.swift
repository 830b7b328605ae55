/// Carries a message of the client's to the broker in the mechanism that was agreed on. API key 36, versions 0 to 2.
///
/// Version 1 tells how long the authentication holds (KIP-368), version 2 is the first flexible one.
package struct SASLAuthenticateRequest: KafkaRequest {
    package typealias Response = SASLAuthenticateResponse
    package static let apiKey = ApiKey.saslAuthenticate
    package static let versions: ClosedRange<Int16> = 0...2

    package var authBytes: [UInt8] = []

    package init() {}

    package init(authBytes: [UInt8]) { self.authBytes = authBytes }

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.bytes(&authBytes, "auth_bytes")
        c.tags()
    }
}

/// The broker's message in the mechanism that was agreed on. API key 36, versions 0 to 2.
package struct SASLAuthenticateResponse: KafkaResponse {
    package typealias Request = SASLAuthenticateRequest

    package var errorCode: KafkaErrorCode = .none
    package var errorMessage: String?
    package var authBytes: [UInt8] = []
    /// After how many milliseconds the broker closes a connection that has not authenticated again; zero for never.
    package var sessionLifetimeMs: Int64 = 0

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&errorCode, "error_code")
        c.field(&errorMessage, "error_message")
        c.bytes(&authBytes, "auth_bytes")
        c.field(&sessionLifetimeMs, "session_lifetime_ms", 1..., ignorable: true)
        c.tags()
    }
}

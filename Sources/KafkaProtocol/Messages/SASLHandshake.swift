/// Names the mechanism by which a client wants to authenticate. API key 17, versions 0 to 1.
///
/// After version 1 the mechanism's messages travel in SaslAuthenticate requests (KIP-152); after version 0 they travelled bare,
/// which is not spoken here.
package struct SASLHandshakeRequest: KafkaRequest {
    package typealias Response = SASLHandshakeResponse
    package static let apiKey = ApiKey.saslHandshake
    package static let versions: ClosedRange<Int16> = 0...1

    /// The mechanism's registered name: `SCRAM-SHA-256`.
    package var mechanism: String = ""

    package init() {}

    package init(mechanism: String) { self.mechanism = mechanism }

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&mechanism, "mechanism")
        c.tags()
    }
}

/// Whether the broker offers the mechanism, and which ones it does. API key 17, versions 0 to 1.
package struct SASLHandshakeResponse: KafkaResponse {
    package typealias Request = SASLHandshakeRequest

    package var errorCode: KafkaErrorCode = .none
    package var mechanisms: [String] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&errorCode, "error_code")
        c.field(&mechanisms, "mechanisms")
        c.tags()
    }
}

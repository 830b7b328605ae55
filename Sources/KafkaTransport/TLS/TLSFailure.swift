import COpenSSL

/// Why a connection could not be secured, or is not secure any more.
package struct TLSFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Kind: Sendable, Equatable {
        /// The peer's certificate is not what it has to be. No other attempt will do.
        case certificate
        /// The peer wants a certificate, or refuses the one that it was shown.
        case identity
        /// The peer refused for another reason.
        case refused
        /// The bytes are no TLS.
        case notTLS
        /// The connection ended without the word that it ends.
        case truncated
        /// A file can't be read or used.
        case configuration
        /// Anything else that OpenSSL tells.
        case other
    }

    package let kind: Kind
    /// What happened, and what to do.
    package let description: String

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    /// Whether another attempt may go better.
    package var mayPass: Bool { kind == .truncated || kind == .other }

    static let showedNone = TLSFailure(.identity, "the other end requires a certificate, and was shown none")

    static let barren = TLSFailure(
        .refused, "the other end sends keys and tickets of TLS without end, and nothing that they protect")

    static let truncated = TLSFailure(
        .truncated, "the connection ended without TLS's closing word: it was cut, perhaps on purpose")
}

// MARK: - What OpenSSL tells

extension TLSFailure {
    /// The failure that OpenSSL's queue of errors tells, which is empty then.
    static func last(_ action: String) -> TLSFailure {
        var code = ERR_get_error()
        // The first is the cause; those behind it tell through which functions it came.
        defer { ERR_clear_error() }
        while code != 0, kafka_error_library(code) != ERR_LIB_SSL, ERR_peek_error() != 0 { code = ERR_get_error() }
        return code == 0 ? TLSFailure(.other, action) : of(code, action)
    }

    private static func of(_ code: UInt, _ action: String) -> TLSFailure {
        if kafka_error_library(code) == ERR_LIB_SSL {
            let reason = kafka_error_reason(code)
            if let known = known(reason) { return known }
            // Alerts are told as 1000 and their number.
            if reason >= SSL_AD_REASON_OFFSET { return alert(reason - SSL_AD_REASON_OFFSET, code) }
        }
        return TLSFailure(.other, "\(action): \(reasonText(code))")
    }

    private static func reasonText(_ code: UInt) -> String {
        ERR_reason_error_string(code).map { String(cString: $0) } ?? "OpenSSL's error \(code)"
    }

    private static func known(_ reason: Int32) -> TLSFailure? {
        switch reason {
        case SSL_R_WRONG_VERSION_NUMBER, SSL_R_UNKNOWN_PROTOCOL, SSL_R_PACKET_LENGTH_TOO_LONG, SSL_R_BAD_RECORD_TYPE,
            SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST, SSL_R_RECORD_LENGTH_MISMATCH:
            TLSFailure(.notTLS, "the other end does not speak TLS")
        case SSL_R_UNEXPECTED_EOF_WHILE_READING: .truncated
        case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_NO_PROTOCOLS_AVAILABLE:
            TLSFailure(.refused, "the two ends have no version of TLS in common")
        case SSL_R_NO_SHARED_CIPHER:
            TLSFailure(.refused, "the two ends have no cipher in common")
        case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
            TLSFailure(.identity, "the client showed no certificate, and one is required")
        default: nil
        }
    }

    /// What an alert of the other end means (RFC 8446, section 6.2).
    private static func alert(_ number: Int32, _ code: UInt) -> TLSFailure {
        switch number {
        case SSL3_AD_HANDSHAKE_FAILURE:
            TLSFailure(
                .refused,
                """
                the other end refused the handshake: it has no version or cipher in common with this one, or wants a \
                certificate of this one
                """)
        case TLS1_AD_PROTOCOL_VERSION:
            TLSFailure(.refused, "the other end accepts none of the versions of TLS that were offered")
        case TLS13_AD_CERTIFICATE_REQUIRED, SSL3_AD_NO_CERTIFICATE:
            .showedNone
        case SSL3_AD_BAD_CERTIFICATE, SSL3_AD_UNSUPPORTED_CERTIFICATE, SSL3_AD_CERTIFICATE_REVOKED,
            SSL3_AD_CERTIFICATE_EXPIRED, SSL3_AD_CERTIFICATE_UNKNOWN, TLS1_AD_UNKNOWN_CA, TLS1_AD_ACCESS_DENIED,
            TLS1_AD_DECRYPT_ERROR:
            TLSFailure(
                .identity, "the other end does not accept the certificate that it was shown: \(reasonText(code))")
        default:
            TLSFailure(.refused, "the other end refused: \(reasonText(code))")
        }
    }

    // MARK: Certificates

    /// Why a certificate of the other end is not accepted.
    static func certificate(_ code: Int32, subject: String, names: String, host: String?) -> TLSFailure {
        let reason =
            switch code {
            case X509_V_ERR_CERT_HAS_EXPIRED: "it has expired; renew it, or set this machine's clock"
            case X509_V_ERR_CERT_NOT_YET_VALID: "it is not valid yet; is this machine's clock right?"
            case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
                """
                it is not for \(host ?? "this host") but for \(names); connect by one of these names, or say which name is \
                meant
                """
            case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
                X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
                X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
                """
                none of the trusted authorities vouches for it (\(text(of: code))); trust the authority that issued it, if \
                this is the right broker
                """
            default: text(of: code)
            }
        return TLSFailure(.certificate, "the certificate of \(subject) is not accepted: \(reason)")
    }

    private static func text(of code: Int32) -> String { String(cString: X509_verify_cert_error_string(Int(code))) }
}

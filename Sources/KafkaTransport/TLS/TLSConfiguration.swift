public import KafkaSecurity

/// How connections are secured: whom this end trusts, what it shows of itself, and which versions and ciphers it accepts.
///
/// Files are read when a client is made, and read again for a new connection when they have changed, so that renewed
/// certificates need no restart. Certificates that were revoked are not found out: neither lists of them nor OCSP is looked at.
public struct TLSConfiguration: Sendable {
    /// The authorities whose certificates are trusted.
    public enum Authorities: Sendable {
        /// Those of the system, as OpenSSL finds them (`SSL_CERT_FILE`, `SSL_CERT_DIR`).
        case system
        /// The certificates of a PEM file.
        case pemFile(String)
        /// Certificates in PEM.
        case pem(String)
        /// The certificates of a PKCS#12 file, such as one of Java's trust stores.
        case pkcs12File(String, password: Secret)
    }

    /// A certificate with its key, by which this end proves who it is.
    public enum Identity: Sendable {
        /// A PEM file with the certificate, followed by those between it and its authority, and one with its private key. They
        /// may be the same file. The password is that of an encrypted key.
        case pemFiles(certificates: String, key: String, password: Secret? = nil)
        /// The same in memory.
        case pem(certificates: String, key: Secret, password: Secret? = nil)
        /// The key of a PKCS#12 file, such as one of Java's key stores, with its certificates.
        case pkcs12File(String, password: Secret)
    }

    /// What is verified of the broker.
    public enum Verification: Sendable, Hashable {
        /// That an authority vouches for its certificate, and that this is for the host that was connected to.
        case full
        /// That an authority vouches for its certificate. Whoever has any certificate of that authority can pass for any broker.
        case authorityOnly
        /// Nothing: anybody on the way can pass for the broker, and read and change everything. For experiments.
        case none
    }

    /// A version of TLS.
    public enum Version: Int, Sendable, Hashable, Comparable, CaseIterable {
        /// TLS 1.2 (RFC 5246).
        case v1_2 = 12
        /// TLS 1.3 (RFC 8446).
        case v1_3 = 13

        /// Whether a version is older than another.
        public static func < (a: Version, b: Version) -> Bool { a.rawValue < b.rawValue }
    }

    /// The authorities whose certificates are trusted. librdkafka's `ssl.ca.location`, Java's `ssl.truststore.location`.
    public var authorities: Authorities
    /// What this client shows to brokers that want a certificate (mutual TLS); nil when it has none.
    public var identity: Identity?
    /// What is verified of brokers. Java's `ssl.endpoint.identification.algorithm`: `https` is `.full`, empty is
    /// `.authorityOnly`.
    public var verification: Verification
    /// The name that brokers' certificates must be for, where it is not the host that is connected to.
    public var serverName: String?
    /// The versions that are accepted. Java's `ssl.enabled.protocols`.
    public var versions: ClosedRange<Version>
    /// The ciphers that are accepted, by the names of the IANA (`TLS_AES_128_GCM_SHA256`) or of OpenSSL; empty for OpenSSL's
    /// default. Those of TLS 1.3 and of TLS 1.2 are chosen apart: naming none of one leaves its default. Java's
    /// `ssl.cipher.suites`.
    public var cipherSuites: [String]

    /// Creates a configuration. Parameters that are left out have the defaults.
    public init(
        authorities: Authorities = .system, identity: Identity? = nil, verification: Verification = .full,
        serverName: String? = nil, versions: ClosedRange<Version> = .v1_2 ... .v1_3, cipherSuites: [String] = []
    ) {
        self.authorities = authorities
        self.identity = identity
        self.verification = verification
        self.serverName = serverName
        self.versions = versions
        self.cipherSuites = cipherSuites
    }
}

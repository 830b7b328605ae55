// What all connections of one configuration share: OpenSSL's context, which is made of the configuration's files and made anew
// when these have changed, and the sessions that a later connection may resume.

import COpenSSL
import KafkaSecurity
import Synchronization

/// The settings of secured connections, ready for use by any thread.
package final class TLSContext: Sendable {
    enum Role: Sendable {
        case client(TLSConfiguration)
        case server(TLSServerConfiguration)
    }

    let role: Role
    private let files: [String]
    private let state: Mutex<State>

    private struct State {
        var context: OpenSSLContext
        var marks: [FileMark?]
    }

    /// - Throws: `TLSFailure` that names the file or the setting that can't be used.
    package convenience init(_ configuration: TLSConfiguration) throws(TLSFailure) {
        try self.init(.client(configuration))
    }

    /// - Throws: `TLSFailure` that names the file or the setting that can't be used.
    package convenience init(server configuration: TLSServerConfiguration) throws(TLSFailure) {
        try self.init(.server(configuration))
    }

    private init(_ role: Role) throws(TLSFailure) {
        self.role = role
        files = role.files
        // The marks come first: a file that changes meanwhile is read again later.
        let marks = files.map(SecurityFile.mark(of:))
        state = Mutex(State(context: try OpenSSLContext(role), marks: marks))
    }

    /// Whether it is made of files, which may change.
    package var hasFiles: Bool { !files.isEmpty }

    /// OpenSSL's context, made of what the files held when they were last looked at.
    var current: OpenSSLContext { state.withLock { $0.context } }

    /// Looks whether the files have changed, and reads them anew if so. It waits for the file system, so it is not for a loop's
    /// thread.
    ///
    /// - Throws: `TLSFailure` when files have changed and can't be used, once for each change; perhaps they are being written.
    ///   What they held before is used further.
    package func refresh() throws(TLSFailure) {
        let marks = files.map(SecurityFile.mark(of:))
        if state.withLock({ $0.marks == marks }) { return }
        var renewed: OpenSSLContext?
        var failure: TLSFailure?
        do throws(TLSFailure) { renewed = try OpenSSLContext(role) } catch { failure = error }
        let isFirst = state.withLock { state in
            // Another thread may have been faster.
            defer { state.marks = marks }
            if let renewed { state.context = renewed }
            return state.marks != marks
        }
        if let failure, isFirst { throw failure }
    }
}

extension TLSContext.Role {
    fileprivate var files: [String] {
        switch self {
        case .client(let client): client.authorities.files + (client.identity?.files ?? [])
        case .server(let server): server.identity.files + (server.clientAuthorities?.files ?? [])
        }
    }
}

extension TLSConfiguration.Authorities {
    fileprivate var files: [String] {
        switch self {
        case .system, .pem: []
        case .pemFile(let path), .pkcs12File(let path, _): [path]
        }
    }
}

extension TLSConfiguration.Identity {
    fileprivate var files: [String] {
        switch self {
        case .pemFiles(let certificates, let key, _): [certificates, key]
        case .pem: []
        case .pkcs12File(let path, _): [path]
        }
    }
}

// MARK: - OpenSSL's context

/// One reference to OpenSSL's context, and its clients' sessions.
final class OpenSSLContext: @unchecked Sendable {
    // Unchecked: OpenSSL's context is for any thread once it is set up, which `init` does.
    let context: OpaquePointer
    let sessions = TLSSessions()

    init(_ role: TLSContext.Role) throws(TLSFailure) {
        let method = if case .client = role { TLS_client_method() } else { TLS_server_method() }
        guard let context = SSL_CTX_new(method) else { throw .last("OpenSSL has no context") }
        self.context = context
        kafka_tls_set_options(context)
        switch role {
        case .client(let client): try setUp(client)
        case .server(let server): try setUp(server)
        }
    }

    deinit { SSL_CTX_free(context) }

    private func setUp(_ client: TLSConfiguration) throws(TLSFailure) {
        try set(client.versions)
        try setCiphers(client.cipherSuites)
        if client.verification != .none {
            try trust(client.authorities)
            SSL_CTX_set_verify(context, SSL_VERIFY_PEER, noteVerification)
        }
        if let identity = client.identity { try use(identity) }
        kafka_tls_cache_sessions(context, 1)
        SSL_CTX_sess_set_new_cb(context) { ssl, session in
            guard let ssl, let session, let user = kafka_tls_user(ssl) else { return 0 }
            return Unmanaged<TLSEngine>.fromOpaque(user).takeUnretainedValue().keep(session) ? 1 : 0
        }
    }

    private func setUp(_ server: TLSServerConfiguration) throws(TLSFailure) {
        try set(server.versions)
        try use(server.identity)
        kafka_tls_cache_sessions(context, 0)
        let id = Array("kafka".utf8)
        SSL_CTX_set_session_id_context(context, id, UInt32(id.count))
        if let authorities = server.clientAuthorities {
            try trust(authorities)
            SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, noteVerification)
        }
    }

    private func set(_ versions: ClosedRange<TLSConfiguration.Version>) throws(TLSFailure) {
        guard kafka_tls_set_versions(context, versions.lowerBound.openSSL, versions.upperBound.openSSL) == 1 else {
            throw .last("these versions of TLS can't be had of OpenSSL")
        }
    }

    private func setCiphers(_ names: [String]) throws(TLSFailure) {
        var newer: [String] = []
        var older: [String] = []
        for name in names {
            // Only those of TLS 1.3 are called the same by both.
            if ["TLS_AES_", "TLS_CHACHA20_"].contains(where: name.hasPrefix) {
                newer.append(name)
            } else {
                let known = name.hasPrefix("TLS_") ? String(cString: OPENSSL_cipher_name(name)) : name
                older.append(known == "(NONE)" ? name : known)
            }
        }
        let known = newer.isEmpty ? Self.ciphersUsually : newer
        if SSL_CTX_set_ciphersuites(context, known.joined(separator: ":")) != 1 { throw unknownCipher(known) }
        // OpenSSL passes over names that it does not know, as long as it knows one.
        for name in older where SSL_CTX_set_cipher_list(context, name) != 1 { throw unknownCipher([name]) }
        if !older.isEmpty { SSL_CTX_set_cipher_list(context, older.joined(separator: ":")) }
    }

    /// Those of TLS 1.3, the fastest first where processors have instructions for AES. OpenSSL prefers 256 bits.
    private static let ciphersUsually = [
        "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
    ]

    private func unknownCipher(_ names: [String]) -> TLSFailure {
        ERR_clear_error()
        return TLSFailure(
            .configuration,
            "OpenSSL does not know the cipher \(names.joined(separator: ", ")); `openssl ciphers -v -stdname` lists them"
        )
    }

    // MARK: Whom to trust

    private func trust(_ authorities: TLSConfiguration.Authorities) throws(TLSFailure) {
        switch authorities {
        case .system:
            guard SSL_CTX_set_default_verify_paths(context) == 1 else {
                throw .last("the system's authorities can't be read")
            }
        case .pemFile(let path): try trust(Certificate.all(inPEM: SecurityFile.read(path), of: path), of: path)
        case .pem(let text):
            let source = "the text of the authorities"
            try trust(Certificate.all(inPEM: Array(text.utf8), of: source), of: source)
        case .pkcs12File(let path, let password):
            let store = try KeyStore(SecurityFile.read(path), password: password, from: path)
            try trust(store.others + (store.certificate.map { [$0] } ?? []), of: path)
        }
    }

    private func trust(_ certificates: [Certificate], of source: String) throws(TLSFailure) {
        if certificates.isEmpty {
            throw TLSFailure(.configuration, "\(source) has no certificate in PEM (-----BEGIN CERTIFICATE-----)")
        }
        let store = SSL_CTX_get_cert_store(context)
        for certificate in certificates { X509_STORE_add_cert(store, certificate.x509) }
    }

    // MARK: What to show

    private func use(_ identity: TLSConfiguration.Identity) throws(TLSFailure) {
        switch identity {
        case .pemFiles(let path, let keyPath, let password):
            let chain = try Certificate.all(inPEM: SecurityFile.read(path), of: path)
            var pem = try SecurityFile.read(keyPath)
            defer { pem.erase() }
            try use(chain, try PrivateKey(inPEM: pem, password: password, from: keyPath), of: path, and: keyPath)
        case .pem(let text, let key, let password):
            var pem = key.bytes
            defer { pem.erase() }
            let source = "the text of the private key"
            try use(
                Certificate.all(inPEM: Array(text.utf8), of: "the text of the certificates"),
                try PrivateKey(inPEM: pem, password: password, from: source),
                of: "the text of the certificates", and: source)
        case .pkcs12File(let path, let password):
            let store = try KeyStore(SecurityFile.read(path), password: password, from: path)
            guard let key = store.key, let certificate = store.certificate else {
                throw TLSFailure(.configuration, "\(path) has no private key with a certificate")
            }
            try use([certificate] + store.others, key, of: path, and: path)
        }
    }

    private func use(
        _ chain: [Certificate], _ key: PrivateKey, of source: String, and keySource: String
    ) throws(TLSFailure) {
        guard let own = chain.first else {
            throw TLSFailure(.configuration, "\(source) has no certificate in PEM (-----BEGIN CERTIFICATE-----)")
        }
        guard SSL_CTX_use_certificate(context, own.x509) == 1 else {
            throw .last("the certificate of \(source) can't be used")
        }
        guard SSL_CTX_use_PrivateKey(context, key.key) == 1, SSL_CTX_check_private_key(context) == 1 else {
            ERR_clear_error()
            throw TLSFailure(
                .configuration, "the private key of \(keySource) is not that of the certificate of \(source)")
        }
        for certificate in chain.dropFirst() { kafka_tls_add_chain_certificate(context, certificate.x509) }
    }
}

extension TLSConfiguration.Version {
    fileprivate var openSSL: Int32 {
        switch self {
        case .v1_2: TLS1_2_VERSION
        case .v1_3: TLS1_3_VERSION
        }
    }
}

/// Called by OpenSSL for each certificate of the other end that was verified.
private func noteVerification(_ isAccepted: Int32, _ verification: OpaquePointer?) -> Int32 {
    if isAccepted == 0, let verification, let user = kafka_tls_user_of_verification(verification) {
        Unmanaged<TLSEngine>.fromOpaque(user).takeUnretainedValue().noteRefusal(verification)
    }
    return isAccepted
}

/// Sessions that servers have offered to resume, so that the next connection costs no certificate. Each is used once.
final class TLSSessions: Sendable {
    private static let countPerServer = 4
    private static let serverCountMax = 4096
    private let sessions = Mutex<[String: [Session]]>([:])

    private final class Session: @unchecked Sendable {
        // Unchecked: OpenSSL counts references by atomics, and nobody changes a session that is kept here.
        let session: OpaquePointer

        init(owning session: OpaquePointer) { self.session = session }

        deinit { SSL_SESSION_free(session) }
    }

    /// Keeps a session, of which the caller gives up its reference.
    func keep(_ session: OpaquePointer, of server: String) {
        let kept = Session(owning: session)
        sessions.withLock { sessions in
            if sessions.count >= Self.serverCountMax, sessions[server] == nil { sessions.removeAll() }
            var own = sessions[server] ?? []
            if own.count >= Self.countPerServer { own.removeFirst() }
            own.append(kept)
            sessions[server] = own
        }
    }

    /// Lets a connection resume the newest session of a server, if there is one.
    func resume(_ server: String, in ssl: OpaquePointer) {
        if let session = sessions.withLock({ $0[server]?.popLast() }) { SSL_set_session(ssl, session.session) }
    }
}

// TLS without a socket: bytes of the wire go in and come out, and so do those that they protect. OpenSSL reads and writes through
// a BIO that takes from `input` and appends to `output`.

import COpenSSL
import KafkaSecurity

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// One end of a secured connection. Used by one thread at a time.
package final class TLSEngine: @unchecked Sendable {
    // Unchecked: its stream uses it on its loop, or gives it to a worker thread and does not touch it meanwhile.

    /// What is known of a connection that is secured.
    package struct Facts: Sendable, Equatable {
        /// The version of TLS, such as `TLSv1.3`.
        package let version: String
        package let cipher: String
        package let isResumed: Bool
        /// The subject of the other end's certificate; nil when it showed none.
        package let peer: String?
    }

    package enum Progress {
        /// More bytes of the other end are needed.
        case needsInput
        case done(Facts)
        case failed(TLSFailure)
    }

    /// The longest that one record of TLS protects.
    package static let recordByteCountMax = 16 << 10
    /// The most that a record is longer than what it protects, in any version.
    static let recordOverheadMax = 256

    let ssl: OpaquePointer
    private let context: OpenSSLContext
    /// The name under which sessions are kept; nil for a server.
    private let sessionName: String?
    /// The name that the other end's certificate must be for.
    private let host: String?
    private var refusal: TLSFailure?
    /// Whether the server has asked for this client's certificate.
    private var wasAsked = false
    private var isOver = false
    /// Bytes of the wire that were not read yet. They must stay valid until they are.
    private var input = UnsafeRawBufferPointer(start: nil, count: 0)
    /// Bytes for the wire.
    private(set) var output: UnsafeMutableRawPointer
    private(set) var outputByteCount = 0
    private var outputCapacity: Int
    private var ownsOutput = true
    /// The bytes that were protected or read so far, until they are many.
    private var quietByteCount = 0
    /// The bytes of the wire since the last that they protected.
    private var barrenByteCount = 0

    /// An end that speaks first.
    ///
    /// - Parameter host: the host that was connected to, which the certificate must be for unless the configuration says
    ///   another one.
    package convenience init(client context: TLSContext, host: String, port: UInt16) throws(TLSFailure) {
        guard case .client(let configuration) = context.role else { preconditionFailure("this is a server's context") }
        var name = configuration.serverName ?? host
        if name.hasSuffix(".") { name.removeLast() }
        // OpenSSL takes an empty name for none, and verifies nothing then.
        if name.isEmpty { throw TLSFailure(.configuration, "the server's name is empty") }
        let verified = configuration.verification == .full ? name : nil
        try self.init(context.current, sessionName: "\(name) \(host):\(port)", host: verified)
        let isAddress = (try? SocketAddress(numeric: name, port: 0)) != nil
        // Names only: an address is never told (RFC 6066).
        if !isAddress { _ = kafka_tls_set_server_name(ssl, name) }
        if verified != nil {
            let isSet =
                isAddress
                ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name) : SSL_set1_host(ssl, name)
            if isSet != 1 { throw TLSFailure(.configuration, "\(name) is no name that a certificate can be for") }
        }
        SSL_set_connect_state(ssl)
        SSL_set_cert_cb(
            ssl,
            { _, user in
                Unmanaged<TLSEngine>.fromOpaque(user!).takeUnretainedValue().wasAsked = true
                return 1
            }, Unmanaged.passUnretained(self).toOpaque())
        self.context.sessions.resume(sessionName!, in: ssl)
    }

    /// An end that answers.
    package convenience init(server context: TLSContext) throws(TLSFailure) {
        guard case .server = context.role else { preconditionFailure("this is a client's context") }
        try self.init(context.current, sessionName: nil, host: nil)
        SSL_set_accept_state(ssl)
    }

    private init(_ context: OpenSSLContext, sessionName: String?, host: String?) throws(TLSFailure) {
        guard let ssl = SSL_new(context.context), let bio = BIO_new(TLSBio.method) else {
            throw .last("OpenSSL can't make a connection")
        }
        self.ssl = ssl
        self.context = context
        self.sessionName = sessionName
        self.host = host
        outputCapacity = 4 << 10
        output = .allocate(byteCount: outputCapacity, alignment: 16)
        // The connection owns the BIO, and is freed with this object.
        SSL_set_bio(ssl, bio, bio)
        BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        BIO_set_init(bio, 1)
        kafka_tls_release_buffers(ssl, 1)
        kafka_tls_set_user(ssl, Unmanaged.passUnretained(self).toOpaque())
    }

    deinit {
        SSL_free(ssl)
        if ownsOutput { output.deallocate() }
    }

    // MARK: The wire

    /// Takes as many bytes as there are and as `space` holds.
    fileprivate func takeInput(_ space: UnsafeMutableRawPointer, _ capacity: Int) -> Int {
        let count = min(capacity, input.count)
        if count > 0 {
            memcpy(space, input.baseAddress!, count)
            barrenByteCount += count
            input = UnsafeRawBufferPointer(rebasing: input[count...])
        }
        return count
    }

    fileprivate func appendOutput(_ bytes: UnsafeRawPointer, _ count: Int) {
        if outputCapacity - outputByteCount < count { growOutput(by: count) }
        memcpy(output + outputByteCount, bytes, count)
        outputByteCount += count
    }

    private func growOutput(by count: Int) {
        let capacity = max(outputCapacity * 2, outputByteCount + count)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
        memcpy(larger, output, outputByteCount)
        if ownsOutput { output.deallocate() }
        output = larger
        outputCapacity = capacity
        ownsOutput = true
    }

    /// Lends memory for the bytes for the wire. It is used until other memory is lent, or it is full.
    func lendOutput(_ memory: UnsafeMutableRawBufferPointer) {
        if output == memory.baseAddress! { return }
        // What was not sent yet moves, if there is any.
        guard outputByteCount <= memory.count else { return }
        memcpy(memory.baseAddress!, output, outputByteCount)
        if ownsOutput { output.deallocate() }
        output = memory.baseAddress!
        outputCapacity = memory.count
        ownsOutput = false
    }

    /// Forgets the bytes for the wire: they were sent.
    func clearOutput() { outputByteCount = 0 }

    /// The bytes for the wire, as an array of their own, and none are left.
    package func takeOutput() -> [UInt8] {
        defer { outputByteCount = 0 }
        return Array(UnsafeRawBufferPointer(start: output, count: outputByteCount))
    }

    /// Gives bytes of the wire, which must stay valid until they are taken back.
    package func give(_ bytes: UnsafeRawBufferPointer) {
        // Others may have left errors of theirs on this thread, which would be taken for this connection's.
        ERR_clear_error()
        input = bytes
    }

    /// Takes back what was given and not read.
    package func takeUnread() -> UnsafeRawBufferPointer {
        defer { input = UnsafeRawBufferPointer(start: nil, count: 0) }
        return input
    }

    // MARK: The handshake

    /// Goes on with the handshake as far as the input goes. It may take a millisecond and more, for a signature.
    package func shakeHands() -> Progress {
        let status = SSL_do_handshake(ssl)
        if status == 1 {
            barrenByteCount = 0
            return .done(facts)
        }
        switch SSL_get_error(ssl, status) {
        case SSL_ERROR_WANT_READ: return .needsInput
        default: return .failed(failure("the handshake failed"))
        }
    }

    private var facts: Facts {
        var peer: String?
        if let x509 = SSL_get1_peer_certificate(ssl) { peer = Certificate(owning: x509).subject }
        return Facts(
            version: String(cString: SSL_get_version(ssl)),
            cipher: String(cString: SSL_CIPHER_get_name(SSL_get_current_cipher(ssl))),
            isResumed: SSL_session_reused(ssl) == 1, peer: peer)
    }

    fileprivate static func isSession(_ session: OpaquePointer) -> Bool { SSL_SESSION_is_resumable(session) == 1 }

    /// Keeps a session that the server offers. Returns whether the reference to it is kept.
    func keep(_ session: OpaquePointer) -> Bool {
        guard let sessionName, Self.isSession(session) else { return false }
        context.sessions.keep(session, of: sessionName)
        return true
    }

    /// Notes why OpenSSL refuses a certificate.
    func noteRefusal(_ verification: OpaquePointer) {
        let certificate = X509_STORE_CTX_get_current_cert(verification)
        let subject = Certificate.text(certificate.flatMap { X509_get_subject_name($0) })
        refusal = .certificate(
            X509_STORE_CTX_get_error(verification), subject: subject, names: certificate.map(Self.names) ?? "nobody",
            host: host)
    }

    /// The hosts that a certificate is for.
    private static func names(of certificate: OpaquePointer) -> String {
        let index = X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1)
        guard index >= 0, let bio = BIO_new(BIO_s_mem()) else {
            return Certificate.text(X509_get_subject_name(certificate))
        }
        defer { BIO_free(bio) }
        X509V3_EXT_print(bio, X509_get_ext(certificate, index), 0, 0)
        var text: UnsafePointer<CChar>?
        let count = kafka_bio_memory(bio, &text)
        return String(decoding: UnsafeRawBufferPointer(start: text, count: Int(count)), as: UTF8.self)
    }

    private func failure(_ action: String) -> TLSFailure {
        isOver = true
        if let refusal {
            ERR_clear_error()
            return refusal
        }
        let failure = TLSFailure.last(action)
        // Alerts speak of a bad certificate also where there was none, or of nothing but a failure.
        let showedNone = wasAsked && SSL_get_certificate(ssl) == nil
        return showedNone && (failure.kind == .identity || failure.kind == .refused) ? .showedNone : failure
    }

    // MARK: Protected bytes

    /// Notes that bytes were protected or read. A connection that has much to say keeps its buffers; one that rests has none.
    private func noteTraffic(_ byteCount: Int) {
        if quietByteCount > Self.quietByteCountMax { return }
        quietByteCount += byteCount
        if quietByteCount > Self.quietByteCountMax { kafka_tls_release_buffers(ssl, 0) }
    }

    private static let quietByteCountMax = 1 << 20

    package enum Writing: Equatable {
        case done
        /// Nothing was protected: more of what the other end says has to be read first, such as the rest of a session ticket.
        case needsInput
        case failed(TLSFailure)
    }

    /// Protects at most one record's worth of bytes, and appends the record to the output.
    package func encrypt(_ bytes: UnsafeRawBufferPointer) -> Writing {
        assert(bytes.count <= Self.recordByteCountMax)
        if bytes.isEmpty { return .done }
        noteTraffic(bytes.count)
        let count = SSL_write(ssl, bytes.baseAddress, Int32(bytes.count))
        if count == bytes.count { return .done }
        if SSL_get_error(ssl, count) == SSL_ERROR_WANT_READ { return .needsInput }
        return .failed(failure("OpenSSL can't encrypt"))
    }

    package enum Reading: Equatable {
        case bytes(Int)
        case needsInput
        /// The other end has said that it says no more.
        case ended
        case failed(TLSFailure)
    }

    /// Reads the bytes of one record at most.
    package func decrypt(into space: UnsafeMutableRawBufferPointer) -> Reading {
        let count = SSL_read(ssl, space.baseAddress, Int32(clamping: space.count))
        if count > 0 {
            noteTraffic(Int(count))
            barrenByteCount = 0
            return .bytes(Int(count))
        }
        switch SSL_get_error(ssl, count) {
        case SSL_ERROR_WANT_READ:
            // Tickets and new keys are short, and few; whoever sends nothing else wants to keep this end busy.
            return barrenByteCount <= Self.barrenByteCountMax ? .needsInput : .failed(.barren)
        case SSL_ERROR_ZERO_RETURN: return .ended
        default: return .failed(failure("the bytes of the other end can't be decrypted"))
        }
    }

    private static let barrenByteCountMax = 64 << 10

    /// Whether bytes are left that can be decrypted without more input, or input that was not read.
    var hasMore: Bool { !input.isEmpty || SSL_has_pending(ssl) == 1 }

    /// Says that this end says no more. The word for the other end is in the output then.
    func sayGoodbye() {
        // After a failure OpenSSL does not want to be asked.
        if !isOver, SSL_is_init_finished(ssl) == 1 { SSL_shutdown(ssl) }
        ERR_clear_error()
    }
}

/// The BIO through which OpenSSL reads and writes an engine's bytes.
private enum TLSBio {
    nonisolated(unsafe) static let method: OpaquePointer = make()  // set up once, then only read

    private static func make() -> OpaquePointer {
        let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "kafka")!
        BIO_meth_set_write(method) { bio, bytes, count in
            kafka_bio_clear_retry(bio)
            guard let bytes, count > 0 else { return 0 }
            TLSBio.engine(bio).appendOutput(bytes, Int(count))
            return count
        }
        BIO_meth_set_read(method) { bio, space, capacity in
            kafka_bio_clear_retry(bio)
            guard let space, capacity > 0 else { return 0 }
            let count = TLSBio.engine(bio).takeInput(space, Int(capacity))
            if count > 0 { return Int32(count) }
            kafka_bio_want_read(bio)
            return -1
        }
        BIO_meth_set_ctrl(method) { _, command, _, _ in command == kafka_bio_flush_command() ? 1 : 0 }
        return method
    }

    private static func engine(_ bio: OpaquePointer?) -> TLSEngine {
        Unmanaged<TLSEngine>.fromOpaque(BIO_get_data(bio)!).takeUnretainedValue()
    }
}

import CGSSAPI
import KafkaProtocol
public import KafkaTransport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Kerberos (RFC 4752), by the system's library, which is opened when it is used.
///
/// Credentials are those of the user's cache (`kinit`), or are got by a key table. Brokers are known to Kerberos as
/// `SERVICE/HOST`, where the host is the one that is connected to.
public struct GSSAPIMechanism: SASLMechanism {
    private let service: String
    private let principal: String?
    private let keytab: String?

    /// Creates the mechanism.
    ///
    /// - Parameters:
    ///   - service: the first part of the brokers' principals. Kafka's `sasl.kerberos.service.name`.
    ///   - principal: who this client is, such as `alice@EXAMPLE.COM`; nil for whoever the credentials are of.
    ///   - keytab: the file of keys by which credentials are got; nil for those of the user's cache.
    public init(service: String = "kafka", principal: String? = nil, keytab: String? = nil) {
        self.service = service
        self.principal = principal
        self.keytab = keytab
    }

    /// `GSSAPI`.
    public var name: String { "GSSAPI" }

    /// Opens the library and gets credentials, which may ask the key distribution center.
    public func makeExchange(with broker: Endpoint) async throws -> any SASLExchange {
        GSSAPIExchange(
            try GSSContext(
                GSSLibrary.get(), service: "\(service)@\(broker.host)", principal: principal, keytab: keytab))
    }
}

extension SASLMechanism where Self == GSSAPIMechanism {
    /// Kerberos, by the system's library.
    ///
    /// - Parameters:
    ///   - service: the first part of the brokers' principals.
    ///   - principal: who this client is; nil for whoever the credentials are of.
    ///   - keytab: the file of keys by which credentials are got; nil for those of the user's cache.
    public static func gssapi(
        service: String = "kafka", principal: String? = nil, keytab: String? = nil
    ) -> GSSAPIMechanism {
        GSSAPIMechanism(service: service, principal: principal, keytab: keytab)
    }
}

/// The messages: those of GSSAPI until both ends know each other, then one about the security layer, of which Kafka has none.
struct GSSAPIExchange: SASLExchange {
    private enum State {
        case establishing
        case established
        case done
    }

    private let context: GSSContext
    private var state = State.establishing

    init(_ context: GSSContext) { self.context = context }

    var user: String? { context.user }

    mutating func respond(to challenge: [UInt8]?) throws -> [UInt8]? {
        switch state {
        case .establishing:
            let (token, isComplete) = try context.establish(challenge ?? [])
            if isComplete { state = .established }
            // Without a token it is the server's turn, which an empty message says.
            return token
        case .established:
            let offer = try context.unwrap(challenge ?? [])
            guard offer.count == 4, offer[0] & 1 != 0 else {
                throw KafkaClientError(
                    .authenticationFailed,
                    "the broker wants a security layer of GSSAPI, which Kafka's protocol does not have; use SASL_SSL")
            }
            state = .done
            return try context.wrap([1, 0, 0, 0])
        case .done: return nil
        }
    }
}

/// A context of GSSAPI, between this client and one broker.
final class GSSContext: @unchecked Sendable {
    // Unchecked: one task after the other uses it.
    private let library: GSSLibrary
    private let service: String
    private var target: kafka_gss_handle?
    private var credentials: kafka_gss_handle?
    private var context: kafka_gss_handle?
    /// Who this client is, once the context is established.
    private(set) var user: String?

    // Object identifiers: of names of services of hosts, of users' names, and of Kerberos.
    private static let hostbasedService: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x01, 0x04]
    private static let userName: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x01, 0x01]
    private static let kerberos: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x02]
    /// Both ends prove who they are; messages are protected from changes.
    private static let flags: UInt32 = 2 | 32

    init(_ library: GSSLibrary, service: String, principal: String?, keytab: String?) throws {
        self.library = library
        self.service = service
        target = try name(service, Self.hostbasedService)
        try acquire(principal, keytab)
    }

    deinit {
        var minor: UInt32 = 0
        if context != nil { _ = library.deleteContext(&minor, &context, nil) }
        if credentials != nil { _ = library.releaseCredentials(&minor, &credentials) }
        if target != nil { _ = library.releaseName(&minor, &target) }
    }

    private func withOID<R>(_ bytes: [UInt8], _ body: (UnsafeMutablePointer<kafka_gss_oid>) -> R) -> R {
        var bytes = bytes
        return bytes.withUnsafeMutableBytes { raw in
            var oid = kafka_gss_oid(length: UInt32(raw.count), elements: raw.baseAddress)
            return body(&oid)
        }
    }

    private func name(_ text: String, _ type: [UInt8]) throws -> kafka_gss_handle? {
        var name: kafka_gss_handle?
        var minor: UInt32 = 0
        let major = library.withBuffer(Array(text.utf8)) { buffer in
            withOID(type) { library.importName(&minor, buffer, $0, &name) }
        }
        try check(major, minor, "'\(text)' is no name for Kerberos")
        return name
    }

    private func acquire(_ principal: String?, _ keytab: String?) throws {
        var own = try principal.flatMap { try name($0, Self.userName) }
        var minor: UInt32 = 0
        defer { if own != nil { _ = library.releaseName(&minor, &own) } }
        // Without either they are the default ones, which are found when the context is made.
        if own == nil, keytab == nil { return }
        var major: UInt32 = 0
        // GSS_C_INITIATE
        let usage: Int32 = 1
        if let keytab {
            let strings = [
                strdup("client_keytab"), strdup(keytab), strdup("ccache"),
                strdup("MEMORY:kafkaclient-\(principal ?? "")-\(keytab)"),
            ]
            defer { for string in strings { free(string) } }
            var elements = [
                kafka_gss_key_value(key: strings[0], value: strings[1]),
                kafka_gss_key_value(key: strings[2], value: strings[3]),
            ]
            elements.withUnsafeMutableBufferPointer { elements in
                var store = kafka_gss_store(count: 2, elements: elements.baseAddress)
                major = library.acquireCredentials(&minor, own, .max, nil, usage, &store, &credentials, nil, nil)
            }
        } else {
            major = library.acquireCredentials(&minor, own, .max, nil, usage, nil, &credentials, nil, nil)
        }
        try check(
            major, minor,
            "no Kerberos credentials of \(principal ?? "anybody")\(keytab.map { " by the key table \($0)" } ?? "; kinit gets some")"
        )
    }

    /// Goes on with establishing the context.
    ///
    /// - Returns: the token for the server, which may be empty, and whether the context is established.
    func establish(_ input: [UInt8]) throws -> (token: [UInt8], isComplete: Bool) {
        var minor: UInt32 = 0
        var output = kafka_gss_buffer()
        let major = library.withBuffer(input) { buffer in
            withOID(Self.kerberos) { mechanism in
                library.initContext(
                    &minor, credentials, &context, target, mechanism, Self.flags, 0, nil, input.isEmpty ? nil : buffer,
                    nil,
                    &output, nil, nil)
            }
        }
        let token = library.take(&output)
        try check(major, minor, "Kerberos gives no ticket for \(service)")
        // GSS_S_CONTINUE_NEEDED is 1.
        if major & 1 == 0 { user = try? ownName() }
        return (token, major & 1 == 0)
    }

    private func ownName() throws -> String {
        var minor: UInt32 = 0
        var source: kafka_gss_handle?
        try check(library.inquireContext(&minor, context, &source, nil, nil, nil, nil, nil, nil), minor, "no name")
        defer { _ = library.releaseName(&minor, &source) }
        var text = kafka_gss_buffer()
        try check(library.displayName(&minor, source, &text, nil), minor, "no name")
        return String(decoding: library.take(&text), as: UTF8.self)
    }

    func wrap(_ bytes: [UInt8]) throws -> [UInt8] {
        var minor: UInt32 = 0
        var output = kafka_gss_buffer()
        let major = library.withBuffer(bytes) { library.wrap(&minor, context, 0, 0, $0, nil, &output) }
        try check(major, minor, "a message for the broker can't be protected")
        return library.take(&output)
    }

    func unwrap(_ bytes: [UInt8]) throws -> [UInt8] {
        var minor: UInt32 = 0
        var output = kafka_gss_buffer()
        let major = library.withBuffer(bytes) { library.unwrap(&minor, context, $0, &output, nil, nil) }
        try check(major, minor, "the broker's message is not protected as it should be")
        return library.take(&output)
    }

    private func check(_ major: UInt32, _ minor: UInt32, _ action: String) throws {
        if !GSSLibrary.isError(major) { return }
        throw KafkaClientError(.authenticationFailed, "\(action): \(library.words(major, minor))")
    }
}

import KafkaProtocol
public import KafkaSecurity
public import KafkaTransport
import Synchronization

/// A proof that one knows a user's password, which does not show it, and in return a proof that the broker knows it too
/// (RFC 5802, RFC 7677).
///
/// Who listens can still try passwords until one fits: use it with TLS.
public final class SCRAMMechanism: SASLMechanism {
    /// The hash that proofs are made with.
    public enum Hash: Sendable, Hashable {
        /// SHA-256: SCRAM-SHA-256.
        case sha256
        /// SHA-512: SCRAM-SHA-512.
        case sha512
    }

    private let mechanism: SCRAM
    private let isDelegationToken: Bool
    private let source: PasswordSource
    /// What was last made of a password, which took thousands of hashes.
    private let derived = Mutex<Derived?>(nil)

    private struct Derived {
        let password: Secret
        let salt: [UInt8]
        let iterations: Int
        let keys: SCRAMKeys
    }

    /// Creates the mechanism for credentials that never change.
    ///
    /// - Parameters:
    ///   - hash: the hash that proofs are made with.
    ///   - credentials: the user's name and password.
    ///   - isDelegationToken: whether these are the id and the HMAC of a delegation token (KIP-48).
    public init(_ hash: Hash, _ credentials: PasswordCredentials, isDelegationToken: Bool = false) {
        mechanism = hash == .sha256 ? .sha256 : .sha512
        self.isDelegationToken = isDelegationToken
        source = PasswordSource(credentials)
    }

    /// Creates the mechanism for credentials that are asked for each time a connection authenticates.
    public init(_ hash: Hash, _ provide: @escaping @Sendable () async throws -> PasswordCredentials) {
        mechanism = hash == .sha256 ? .sha256 : .sha512
        isDelegationToken = false
        source = PasswordSource(provide)
    }

    /// `SCRAM-SHA-256` or `SCRAM-SHA-512`.
    public var name: String { mechanism.rawValue }

    /// A user without a name.
    public var problems: [String] { source.fixed?.problems ?? [] }

    /// Asks for the credentials.
    public func makeExchange(with broker: Endpoint) async throws -> any SASLExchange {
        let credentials = try await source.provide()
        if let problem = credentials.problems.first {
            throw KafkaClientError(.authenticationFailed, "\(name) \(problem)")
        }
        return SCRAMExchange(
            mechanism, credentials, nonce: SCRAMMessage.makeNonce(), isDelegationToken: isDelegationToken
        ) { [self] salt, iterations in keys(credentials.password, salt, iterations) }
    }

    private func keys(_ password: Secret, _ salt: [UInt8], _ iterations: Int) -> SCRAMKeys {
        let known = derived.withLock { $0 }
        if let known, known.iterations == iterations, known.salt == salt, isSame(known.password.bytes, password.bytes) {
            return known.keys
        }
        let keys = SCRAMKeys(mechanism, password: password, salt: salt, iterations: iterations)
        derived.withLock { $0 = Derived(password: password, salt: salt, iterations: iterations, keys: keys) }
        return keys
    }
}

extension SASLMechanism where Self == SCRAMMechanism {
    /// A proof that one knows a user's password.
    public static func scram(_ hash: SCRAMMechanism.Hash, user: String, password: Secret) -> SCRAMMechanism {
        SCRAMMechanism(hash, PasswordCredentials(user: user, password: password))
    }

    /// The same, for credentials that are asked for each time a connection authenticates.
    public static func scram(
        _ hash: SCRAMMechanism.Hash, _ provide: @escaping @Sendable () async throws -> PasswordCredentials
    ) -> SCRAMMechanism {
        SCRAMMechanism(hash, provide)
    }
}

/// The client's part of SCRAM. It refuses a server that does not prove that it knows the password.
package struct SCRAMExchange: SASLExchange {
    private enum State {
        case idle
        /// The client has named itself.
        case named
        /// The client has proved itself, and so must the server.
        case proved(signature: [UInt8])
        case done
    }

    private let mechanism: SCRAM
    private let name: String
    private let nonce: String
    private let firstBare: String
    private let keys: @Sendable (_ salt: [UInt8], _ iterations: Int) -> SCRAMKeys
    private var state = State.idle

    /// The client's channel is not bound to its connection.
    private static let header = "n,,"

    /// - Parameters:
    ///   - nonce: what nobody can foretell, without a comma.
    ///   - keys: makes the keys of the password, which takes long.
    package init(
        _ mechanism: SCRAM, _ credentials: PasswordCredentials, nonce: String, isDelegationToken: Bool = false,
        keys: @escaping @Sendable (_ salt: [UInt8], _ iterations: Int) -> SCRAMKeys
    ) {
        self.mechanism = mechanism
        self.nonce = nonce
        self.keys = keys
        name = credentials.user
        let extensions = isDelegationToken ? ",tokenauth=true" : ""
        firstBare = "n=\(SCRAMMessage.escape(credentials.user)),r=\(nonce)\(extensions)"
    }

    package var user: String? { name }

    package mutating func respond(to challenge: [UInt8]?) throws -> [UInt8]? {
        switch (state, challenge) {
        case (.idle, nil):
            state = .named
            return Array((Self.header + firstBare).utf8)
        case (.named, let challenge?): return try prove(challenge)
        case (.proved(let signature), let challenge?):
            try check(challenge, signature)
            state = .done
            return nil
        default: throw refusal("it says more than SCRAM has to say")
        }
    }

    private mutating func prove(_ challenge: [UInt8]) throws -> [UInt8] {
        guard let message = SCRAMMessage(challenge) else { throw refusal("its first message is none of SCRAM") }
        if let reason = message.value("e", at: 0) { throw refusal("it says: \(String(reason).foreign)") }
        if message.value("m", at: 0) != nil { throw refusal("it wants an extension that this client does not have") }
        guard let both = message.value("r", at: 0), let salt = message.value("s", at: 1).flatMap({ Base64.decode($0) }),
            let iterations = message.value("i", at: 2).flatMap({ Int($0) }), !salt.isEmpty
        else {
            throw refusal("its first message has no nonce, salt and iterations")
        }
        guard both.hasPrefix(nonce), both.count > nonce.count else {
            throw refusal("its nonce does not continue this client's; the message may be an old one")
        }
        guard iterations >= SCRAM.iterationsMin else {
            throw refusal(
                "it wants \(iterations) iterations; fewer than \(SCRAM.iterationsMin) don't protect the password")
        }
        guard iterations <= SCRAM.iterationsMax else {
            throw refusal("it wants \(iterations) iterations; at most \(SCRAM.iterationsMax) are made")
        }
        let keys = keys(salt, iterations)
        let bare = "c=\(Base64.encode(Array(Self.header.utf8))),r=\(both)"
        let exchange = "\(firstBare),\(message.text),\(bare)"
        state = .proved(signature: keys.signature(exchange))
        return Array("\(bare),p=\(Base64.encode(keys.proof(exchange)))".utf8)
    }

    private func check(_ challenge: [UInt8], _ signature: [UInt8]) throws {
        guard let message = SCRAMMessage(challenge) else { throw refusal("its last message is none of SCRAM") }
        if let reason = message.value("e", at: 0) { throw refusal("it says: \(String(reason).foreign)") }
        guard let told = message.value("v", at: 0).flatMap({ Base64.decode($0) }), isSame(told, signature) else {
            throw refusal("it can't prove that it knows the password: it may not be the broker that it says it is")
        }
    }

    private func refusal(_ reason: String) -> KafkaClientError {
        KafkaClientError(
            .authenticationFailed, "\(name) can't authenticate by \(mechanism.rawValue) with this broker: \(reason)")
    }
}

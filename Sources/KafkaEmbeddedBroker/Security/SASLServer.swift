import KafkaProtocol
import KafkaSecurity
import KafkaTransport

/// What the broker knows of its users. Shared by all connections.
package struct SASLServer: Sendable {
    /// A user's password as SCRAM keeps it.
    struct SCRAMUser: Sendable {
        let salt: [UInt8]
        let keys: SCRAMKeys
    }

    let mechanisms: [EmbeddedBrokerSecurity.Mechanism]
    let iterations: Int
    let reauthenticationTime: Duration?
    private let passwords: [String: Secret]
    private let scramUsers: [SCRAM: [String: SCRAMUser]]

    /// Nil when nobody is asked who he is.
    package init?(_ security: EmbeddedBrokerSecurity) {
        if security.mechanisms.isEmpty { return nil }
        mechanisms = security.mechanisms
        iterations = security.scramIterations
        reauthenticationTime = security.reauthenticationTime
        passwords = security.users
        var scramUsers: [SCRAM: [String: SCRAMUser]] = [:]
        for mechanism in security.mechanisms.compactMap({ SCRAM(rawValue: $0.rawValue) }) {
            scramUsers[mechanism] = security.users.mapValues { password in
                let salt = randomBytes(16)
                return SCRAMUser(
                    salt: salt,
                    keys: SCRAMKeys(mechanism, password: password, salt: salt, iterations: security.scramIterations))
            }
        }
        self.scramUsers = scramUsers
    }

    func scramUser(_ name: String, _ mechanism: SCRAM) -> SCRAMUser? { scramUsers[mechanism]?[name] }

    func isPassword(_ bytes: [UInt8], of user: String) -> Bool {
        passwords[user].map { isSame($0.bytes, bytes) } ?? false
    }
}

/// What a message of a client's leads to.
package enum SASLStep {
    /// The broker's message; the client has more to say.
    case goOn([UInt8])
    /// The client is who it says it is; the broker's last message.
    case done([UInt8], user: String, expires: WallTime?)
    /// The reason is for the client. As in Kafka, it does not say whether there is such a user.
    case refused(String)
}

/// The server's part of a mechanism on one connection.
package enum SASLServerExchange {
    case plain
    case scram(SCRAMServerExchange)
    case oauth(OAuthServerExchange)

    package init(_ mechanism: EmbeddedBrokerSecurity.Mechanism) {
        switch mechanism {
        case .plain: self = .plain
        case .scramSHA256: self = .scram(SCRAMServerExchange(.sha256))
        case .scramSHA512: self = .scram(SCRAMServerExchange(.sha512))
        case .oauthBearer: self = .oauth(OAuthServerExchange())
        }
    }

    package mutating func take(_ message: [UInt8], _ server: SASLServer) -> SASLStep {
        switch self {
        case .plain: return Self.plain(message, server)
        case .scram(var exchange):
            defer { self = .scram(exchange) }
            return exchange.take(message, server)
        case .oauth(var exchange):
            defer { self = .oauth(exchange) }
            return exchange.take(message, now: .now)
        }
    }

    private static func plain(_ message: [UInt8], _ server: SASLServer) -> SASLStep {
        let parts = message.split(separator: 0, omittingEmptySubsequences: false)
        guard parts.count == 3, let user = String(validating: parts[1], as: UTF8.self), !user.isEmpty else {
            return .refused("Invalid SASL/PLAIN response: expected three fields separated by zero bytes")
        }
        let authorization = String(decoding: parts[0], as: UTF8.self)
        guard server.isPassword(Array(parts[2]), of: user) else {
            return .refused("Authentication failed: Invalid username or password")
        }
        if !authorization.isEmpty, authorization != user {
            return .refused(
                "Authentication failed: Client requested an authorization id that is different from username")
        }
        return .done([], user: user, expires: nil)
    }
}

/// The server's part of SCRAM.
package struct SCRAMServerExchange {
    private enum State {
        case idle
        case named(user: String, SASLServer.SCRAMUser, nonce: String, exchange: String, header: String)
        case done
    }

    private static let byteCountMax = 16 << 10

    private let mechanism: SCRAM
    private var state = State.idle

    init(_ mechanism: SCRAM) { self.mechanism = mechanism }

    private static let refusal =
        "Authentication failed during authentication due to invalid credentials with SASL mechanism "

    mutating func take(_ message: [UInt8], _ server: SASLServer) -> SASLStep {
        switch state {
        case .idle: return begin(message, server)
        case .named(let user, let known, let nonce, let exchange, let header):
            state = .done
            return end(message, user, known, nonce, exchange, header)
        case .done: return .refused("Authentication failed: the exchange is over")
        }
    }

    private mutating func begin(_ bytes: [UInt8], _ server: SASLServer) -> SASLStep {
        // `n,,` or `y,,` or `n,a=user,`, then the attributes.
        guard bytes.count <= Self.byteCountMax, let text = String(validating: bytes, as: UTF8.self) else {
            return .refused("Invalid SCRAM message")
        }
        let parts = text.split(separator: ",", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "n" || parts[0] == "y", let message = SCRAMMessage(parts[2].utf8),
            let user = message.value("n", at: 0).flatMap(SCRAMMessage.unescape),
            let nonce = message.value("r", at: 1), !nonce.isEmpty
        else { return .refused("Invalid SCRAM client first message") }
        guard parts[1].isEmpty || SCRAMMessage.unescape(parts[1].dropFirst(2)) == user else {
            return .refused(
                "Authentication failed: Client requested an authorization id that is different from username")
        }
        guard let known = server.scramUser(user, mechanism) else {
            return .refused(Self.refusal + mechanism.rawValue)
        }
        let own = SCRAMMessage.makeNonce()
        let answer = "r=\(nonce)\(own),s=\(Base64.encode(known.salt)),i=\(server.iterations)"
        state = .named(
            user: user, known, nonce: own, exchange: "\(message.text),\(answer)",
            header: "\(parts[0]),\(parts[1]),")
        return .goOn(Array(answer.utf8))
    }

    private func end(
        _ bytes: [UInt8], _ user: String, _ known: SASLServer.SCRAMUser, _ nonce: String, _ exchange: String,
        _ header: String
    ) -> SASLStep {
        guard let message = SCRAMMessage(bytes), message.count >= 3,
            let proof = message.value("p", at: message.count - 1).flatMap({ Base64.decode($0) }),
            message.value("c", at: 0).flatMap({ Base64.decode($0) }) == Array(header.utf8),
            // As in Kafka, this end's part is enough: librdkafka before 2.6 says its own part twice.
            message.value("r", at: 1)?.hasSuffix(nonce) == true
        else { return .refused("Invalid SCRAM client final message") }
        let bare = message.text[..<message.text.range(of: ",p=")!]
        let whole = "\(exchange),\(bare)"
        guard known.keys.accepts(proof, whole) else { return .refused(Self.refusal + mechanism.rawValue) }
        return .done(
            Array("v=\(Base64.encode(known.keys.signature(whole)))".utf8), user: user, expires: nil)
    }
}

extension String {
    /// Where a text stands for the last time.
    fileprivate func range(of text: String) -> Index? {
        var index = endIndex
        while index > startIndex {
            index = self.index(before: index)
            if self[index...].hasPrefix(text) { return index }
        }
        return nil
    }
}

/// The server's part of OAUTHBEARER, for tokens that nobody has signed.
package struct OAuthServerExchange {
    /// Why the client was refused; it wants to say something to that.
    private var refusal: String?

    mutating func take(_ bytes: [UInt8], now: WallTime) -> SASLStep {
        if let refusal { return .refused(refusal) }
        // `n,,` and fields, each ended by a byte of one, and another such byte.
        guard let text = String(validating: bytes, as: UTF8.self), text.hasPrefix("n,") else {
            return .refused("Invalid OAUTHBEARER message")
        }
        let fields = text.split(separator: "\u{1}")
        guard let token = fields.first(where: { $0.lowercased().hasPrefix("auth=bearer ") })?.dropFirst(12) else {
            return .refused("Invalid OAUTHBEARER message: it has no token")
        }
        do {
            let token = try JSONWebToken(Secret(String(token)))
            let nowSeconds = Double(now.millisecondsSince1970) / 1000
            guard token.algorithm == "none", !token.isSigned else { return refuse("invalid_token") }
            guard let user = token.subject, !user.isEmpty, let expires = token.expires, expires > nowSeconds,
                token.issued ?? 0 <= nowSeconds
            else { return refuse("invalid_token") }
            return .done([], user: user, expires: WallTime(millisecondsSince1970: Int64(expires * 1000)))
        } catch {
            return refuse("invalid_token")
        }
    }

    /// Says why in JSON (RFC 7628), and refuses when the client has taken note of it.
    private mutating func refuse(_ status: String) -> SASLStep {
        let words = "{\"status\":\"\(status)\"}"
        refusal = words
        return .goOn(Array(words.utf8))
    }
}

import KafkaClient
import KafkaEmbeddedBroker
import KafkaSecurity

/// Both ends of the mechanisms, given a message that the other end might have sent: the first byte says to which, and when.
enum SASLTarget {
    private static let password: Secret = "pencil"
    private static let clientNonce = "client"
    private static let salt = Array("salt".utf8)
    private static let keys = SCRAMKeys(.sha256, password: password, salt: salt, iterations: SCRAM.iterationsMin)
    private static let serverFirst = "r=clientserver,s=\(Base64.encode(salt)),i=4096"

    private static let server: SASLServer = {
        var security = EmbeddedBrokerSecurity()
        security.mechanisms = EmbeddedBrokerSecurity.Mechanism.allCases
        security.users = ["user": password]
        return SASLServer(security)!
    }()

    static func run(_ bytes: [UInt8]) throws(FuzzTarget.Finding) -> Bool {
        guard let first = bytes.first else { return false }
        let message = Array(bytes.dropFirst())
        switch first % 6 {
        case 0, 1: return try client(message, isLast: first % 6 == 1)
        case 2: return try serve(.plain, message)
        case 3: return try serve(.scramSHA256, message)
        case 4: return try serve(.scramSHA512, message)
        default: return try serve(.oauthBearer, message)
        }
    }

    private static func client(_ message: [UInt8], isLast: Bool) throws(FuzzTarget.Finding) -> Bool {
        var exchange = SCRAMExchange(
            .sha256, PasswordCredentials(user: "user", password: password), nonce: clientNonce
        ) { _, _ in keys }
        do {
            _ = try exchange.respond(to: nil)
            if isLast { _ = try exchange.respond(to: Array(serverFirst.utf8)) }
        } catch {
            throw FuzzTarget.Finding("the exchange can't begin: \(error)")
        }
        let answer: [UInt8]?
        do { answer = try exchange.respond(to: message) } catch { return false }
        if !isLast {
            try expect(answer != nil, "the client is satisfied by a first message")
        } else {
            try expect(
                answer == nil && message.starts(with: Array("v=\(Base64.encode(signature))".utf8)),
                "the client is satisfied by a server without a proof")
        }
        return true
    }

    private static var signature: [UInt8] {
        keys.signature("n=user,r=\(clientNonce),\(serverFirst),c=biws,r=clientserver")
    }

    private static func serve(
        _ mechanism: EmbeddedBrokerSecurity.Mechanism, _ message: [UInt8]
    ) throws(FuzzTarget.Finding) -> Bool {
        var exchange = SASLServerExchange(mechanism)
        switch exchange.take(message, server) {
        case .goOn: break
        case .refused(let reason):
            try expect(!reason.isEmpty, "a refusal has no words")
            return false
        case .done(_, let user, _):
            let isWord =
                mechanism == .plain && message == Array("\0user\0pencil".utf8)
                || message == Array("user\0user\0pencil".utf8)
            try expect(isWord || mechanism == .oauthBearer, "\(user) was let in without a proof")
            return true
        }
        // Whatever comes next, nobody is let in by it.
        if case .done = exchange.take(message, server) {
            throw FuzzTarget.Finding("the same message twice lets somebody in")
        }
        return true
    }

    static var seeds: [[UInt8]] {
        let texts: [(UInt8, String)] = [
            (0, serverFirst), (1, "v=\(Base64.encode(signature))"), (2, "\0user\0pencil"), (3, "n,,n=user,r=abc"),
            (4, "y,a=user,n=user,r=abc"), (5, "n,,\u{1}auth=Bearer abc\u{1}\u{1}"),
        ]
        return texts.map { [$0.0] + Array($0.1.utf8) }
    }
}

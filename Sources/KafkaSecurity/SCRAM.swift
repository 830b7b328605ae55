// What both ends of SCRAM compute and say (RFC 5802, RFC 7677).

/// The mechanisms of SCRAM that Kafka has.
package enum SCRAM: String, Sendable, CaseIterable {
    case sha256 = "SCRAM-SHA-256"
    case sha512 = "SCRAM-SHA-512"

    package var hash: HashFunction { self == .sha256 ? .sha256 : .sha512 }

    /// Fewer iterations than RFC 7677 demands make a password easy to find out for who listens.
    package static let iterationsMin = 4096
    /// More would keep a processor busy for seconds: a server that asks for them is refused.
    package static let iterationsMax = 1_000_000
}

/// What is made of a password, and proves that one knows it.
package struct SCRAMKeys: Sendable {
    private let hash: HashFunction
    private let clientKey: Secret
    private let serverKey: Secret
    /// By which a server knows a client's proof, and from which no proof can be made.
    package let storedKey: [UInt8]

    /// Takes as long as there are iterations.
    package init(_ mechanism: SCRAM, password: Secret, salt: [UInt8], iterations: Int) {
        hash = mechanism.hash
        var salted = hash.stretch(password, salt: salt, iterations: iterations)
        defer { salted.erase() }
        var clientKey = hash.authenticate(Array("Client Key".utf8), key: salted)
        defer { clientKey.erase() }
        storedKey = hash.hash(clientKey)
        self.clientKey = Secret(clientKey)
        var serverKey = hash.authenticate(Array("Server Key".utf8), key: salted)
        self.serverKey = Secret(serverKey)
        serverKey.erase()
    }

    /// Proves to the server that the client knows the password.
    package func proof(_ exchange: String) -> [UInt8] {
        var key = clientKey.bytes
        defer { key.erase() }
        let signature = hash.authenticate(Array(exchange.utf8), key: storedKey)
        return zip(key, signature).map { $0 ^ $1 }
    }

    /// Whether a client's proof is one.
    package func accepts(_ proof: [UInt8], _ exchange: String) -> Bool {
        let signature = hash.authenticate(Array(exchange.utf8), key: storedKey)
        guard proof.count == signature.count else { return false }
        return isSame(hash.hash(zip(proof, signature).map { $0 ^ $1 }), storedKey)
    }

    /// Proves to the client that the server knows what was made of the password.
    package func signature(_ exchange: String) -> [UInt8] {
        serverKey.withUnsafeBytes { hash.authenticate(Array(exchange.utf8), key: Array($0)) }
    }
}

/// The attributes of a message: `r=…,s=…,i=…`.
package struct SCRAMMessage {
    /// Names, nonces and salts are short.
    private static let byteCountMax = 16 << 10

    package let text: String
    private let attributes: [(name: Character, value: Substring)]

    /// Nil when the bytes are not attributes in UTF-8.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count <= Self.byteCountMax, let text = String(validating: bytes, as: UTF8.self), !text.isEmpty
        else {
            return nil
        }
        var attributes: [(name: Character, value: Substring)] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let name = part.first, name.isASCII, name.isLetter, part.dropFirst().first == "=" else { return nil }
            attributes.append((name, part.dropFirst(2)))
        }
        self.text = text
        self.attributes = attributes
    }

    /// The value of the attribute at an index, if it has this name: the order of attributes is fixed.
    package func value(_ name: Character, at index: Int) -> Substring? {
        index < attributes.count && attributes[index].name == name ? attributes[index].value : nil
    }

    package var count: Int { attributes.count }

    /// A user's name as an attribute's value, in which a comma and a sign of equality have other names.
    package static func escape(_ name: String) -> String {
        String(name.flatMap { $0 == "=" ? Array("=3D") : $0 == "," ? Array("=2C") : [$0] })
    }

    /// The user's name of an attribute's value; nil when it is none.
    package static func unescape(_ value: Substring) -> String? {
        var name = ""
        var rest = value
        while let character = rest.popFirst() {
            if character != "=" {
                name.append(character)
                continue
            }
            let code = rest.prefix(2)
            guard code == "2C" || code == "3D" else { return nil }
            name.append(code == "2C" ? "," : "=")
            rest = rest.dropFirst(2)
        }
        return name
    }

    /// A number that nobody can foretell, in letters without a comma.
    package static func makeNonce() -> String { Base64.encodeForURL(randomBytes(24)) }
}

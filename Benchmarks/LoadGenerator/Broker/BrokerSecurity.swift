import KafkaEmbeddedBroker
import KafkaSecurity

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The certificates and users of `kbench broker`, and the files by which clients get to know them.
struct BrokerSecurity {
    let security: EmbeddedBrokerSecurity
    /// Where the files are; nil when clients need none.
    let folder: String?
    private let isTemporary: Bool

    private static let user = "kbench"

    /// Makes certificates and a user as the options say, and writes the files.
    ///
    /// - Throws: what can't be read, made or written.
    init(_ options: BrokerOptions) throws {
        var security = EmbeddedBrokerSecurity()
        security.mechanisms = options.mechanisms.map(\.mechanism)
        security.reauthenticationTime = options.reauthenticationNs.map { .nanoseconds($0) }
        guard options.isSecured || !options.mechanisms.isEmpty else {
            self.security = security
            folder = nil
            isTemporary = false
            return
        }
        isTemporary = options.securityDirectory == nil
        let temporary = "\(getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp")/kbench-broker-\(getpid())"
        let folder = try ClientFiles.makeFolder(options.securityDirectory ?? temporary)
        self.folder = folder
        do {
            var files = ClientFiles(folder: folder, mechanism: options.mechanisms.first)
            if options.isSecured { try Self.secure(&security, &files, options.wantsCertificates) }
            if !options.mechanisms.isEmpty {
                security.users = try options.userFile.map(Self.users) ?? [Self.user: Secret(Self.makePassword())]
                files.user = security.users.min { $0.key < $1.key }.map { ($0.key, $0.value.text) }
            }
            try files.write()
        } catch {
            if isTemporary { ClientFiles.remove(folder) }
            throw error
        }
        self.security = security
    }

    /// Takes temporary files away.
    func remove() {
        if let folder, isTemporary { ClientFiles.remove(folder) }
    }

    private static func secure(
        _ security: inout EmbeddedBrokerSecurity, _ files: inout ClientFiles, _ wantsCertificates: Bool
    ) throws {
        let authority = try CertificateAuthority()
        try security.secure(by: authority)
        files.authority = authority.certificate
        if wantsCertificates {
            security.clientAuthorities = .pem(authority.certificate)
            files.client = try authority.issue("kbench client")
        }
    }

    private static func users(_ path: String) throws -> [String: Secret] {
        guard let text = TextFile.text(path) else { throw UsageError("--user-file: \(path) can't be read") }
        var users: [String: Secret] = [:]
        do throws(ValueError) {
            for line in try JavaProperties.parse(text) { users[line.name] = Secret(line.value) }
        } catch {
            throw UsageError("--user-file: \(path): \(error.description)")
        }
        if users.isEmpty { throw UsageError("--user-file: \(path) has no user; it has lines like alice=PASSWORD") }
        return users
    }

    private static func makePassword() -> String { Base64.encodeForURL(randomBytes(18)) }
}

/// What is written for clients.
private struct ClientFiles {
    private static let names = [
        "ca.pem", "client.pem", "client.key", "client-keystore.pem", "client.properties", "librdkafka.conf",
    ]

    let folder: String
    let mechanism: MechanismChoice?
    var authority: String?
    var client: IssuedCertificate?
    var user: (name: String, password: String)?

    func write() throws {
        if let authority { try write("ca.pem", authority) }
        if let client {
            try write("client.pem", client.certificate)
            try write("client.key", client.key.text)
            // Java wants both in one file.
            try write("client-keystore.pem", client.key.text + client.certificate)
        }
        try write("client.properties", properties(java))
        try write("librdkafka.conf", properties(librdkafka))
    }

    /// Makes a folder that only its owner may look into, unless it is there, with those above it.
    ///
    /// - Returns: its whole path.
    static func makeFolder(_ path: String) throws -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        for count in 1...parts.count {
            let part = parts[..<count].joined(separator: "/")
            if !part.isEmpty, mkdir(part, count == parts.count ? 0o700 : 0o777) != 0, errno != EEXIST {
                throw OutputError(path: part, action: "make the folder", errno: errno)
            }
        }
        guard let whole = realpath(path, nil) else { throw OutputError(path: path, action: "find", errno: errno) }
        defer { free(whole) }
        return String(cString: whole)
    }

    static func remove(_ folder: String) {
        for name in names { unlink("\(folder)/\(name)") }
        rmdir(folder)
    }

    private func write(_ name: String, _ text: String) throws {
        let path = path(name)
        // Made with its rights, so that nobody can open it in between.
        unlink(path)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw OutputError(path: path, action: "make", errno: errno) }
        _ = close(descriptor)
        guard TextFile.write(text, to: path) else { throw OutputError(path: path, action: "write", errno: errno) }
    }

    private func path(_ name: String) -> String { "\(folder)/\(name)" }

    private func properties(_ pairs: [(String, String)]) -> String {
        pairs.map { "\($0.0)=\($0.1)\n" }.joined()
    }

    private var securityProtocol: String {
        (mechanism == nil ? "" : "SASL_") + (authority != nil ? "SSL" : "PLAINTEXT")
    }

    private var java: [(String, String)] {
        var pairs = [("security.protocol", securityProtocol)]
        if authority != nil {
            pairs += [("ssl.truststore.type", "PEM"), ("ssl.truststore.location", path("ca.pem"))]
        }
        if client != nil {
            pairs += [("ssl.keystore.type", "PEM"), ("ssl.keystore.location", path("client-keystore.pem"))]
        }
        guard let mechanism else { return pairs }
        pairs.append(("sasl.mechanism", mechanism.rawValue))
        let security = "org.apache.kafka.common.security"
        let user = user ?? ("", "")
        let credentials = "username=\"\(user.0.quoted)\" password=\"\(user.1.quoted)\""
        switch mechanism {
        case .plain:
            pairs.append(("sasl.jaas.config", "\(security).plain.PlainLoginModule required \(credentials);"))
        case .scramSHA256, .scramSHA512:
            pairs.append(("sasl.jaas.config", "\(security).scram.ScramLoginModule required \(credentials);"))
        case .oauthBearer:
            pairs.append(
                (
                    "sasl.jaas.config",
                    "\(security).oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub=\"\(user.0.quoted)\";"
                ))
        }
        return pairs
    }

    private var librdkafka: [(String, String)] {
        var pairs = [("security.protocol", securityProtocol)]
        if authority != nil { pairs.append(("ssl.ca.location", path("ca.pem"))) }
        if client != nil {
            pairs += [("ssl.certificate.location", path("client.pem")), ("ssl.key.location", path("client.key"))]
        }
        guard let mechanism else { return pairs }
        pairs.append(("sasl.mechanism", mechanism.rawValue))
        if mechanism == .oauthBearer {
            pairs += [
                ("enable.sasl.oauthbearer.unsecure.jwt", "true"),
                ("sasl.oauthbearer.config", "principal=\(user?.name ?? "")"),
            ]
        } else if let user {
            pairs += [("sasl.username", user.name), ("sasl.password", user.password)]
        }
        return pairs
    }
}

extension String {
    /// As it stands between quotation marks in `sasl.jaas.config`, in a file of Java properties, which takes half of the
    /// backslashes for its own.
    fileprivate var quoted: String {
        var text = ""
        for character in self {
            switch character {
            case "\\": text += #"\\\\"#
            case "\"": text += #"\\""#
            default: text.append(character)
            }
        }
        return text
    }
}

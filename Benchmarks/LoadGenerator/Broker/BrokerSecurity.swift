import Foundation
import KafkaEmbeddedBroker
import KafkaSecurity

/// The certificates and users of `kbench broker`, and the files by which clients get to know them.
struct BrokerSecurity {
    let security: EmbeddedBrokerSecurity
    /// Where the files are; nil when clients need none.
    let folder: URL?
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
        let folder =
            options.securityDirectory.map { URL(fileURLWithPath: $0) }
            ?? FileManager.default.temporaryDirectory.appendingPathComponent("kbench-broker-\(getpid())")
        self.folder = folder
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            var files = ClientFiles(folder: folder, mechanism: options.mechanisms.first)
            if options.isSecured { try Self.secure(&security, &files, options.wantsCertificates) }
            if !options.mechanisms.isEmpty {
                security.users = try options.userFile.map(Self.users) ?? [Self.user: Secret(Self.makePassword())]
                files.user = security.users.min { $0.key < $1.key }.map { ($0.key, $0.value.text) }
            }
            try files.write()
        } catch let error as UsageError {
            throw error
        } catch let error as CertificateAuthority.Failure {
            throw error
        } catch let error as OutputError {
            throw error
        } catch {
            throw OutputError(
                path: folder.path, action: "write the files for clients to", reason: error.localizedDescription)
        }
        self.security = security
    }

    /// Takes temporary files away.
    func remove() {
        if let folder, isTemporary { try? FileManager.default.removeItem(at: folder) }
    }

    private static func secure(
        _ security: inout EmbeddedBrokerSecurity, _ files: inout ClientFiles, _ wantsCertificates: Bool
    ) throws {
        let authority = try CertificateAuthority()
        let own = try authority.issue("kbench broker", hosts: ["127.0.0.1", "::1", "localhost"])
        security.identity = .pem(certificates: own.certificate, key: own.key)
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
    let folder: URL
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

    private func write(_ name: String, _ text: String) throws {
        let path = folder.appendingPathComponent(name)
        // Made with its rights, so that nobody can open it in between.
        try? FileManager.default.removeItem(at: path)
        guard
            FileManager.default.createFile(
                atPath: path.path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        else { throw OutputError(path: path.path, action: "write", reason: "the system refuses it") }
    }

    private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

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

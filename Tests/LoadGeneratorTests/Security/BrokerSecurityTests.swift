import KafkaClient
import KafkaEmbeddedBroker
import KafkaSecurity
import Testing

@testable import LoadGenerator

/// What `kbench broker` makes for its clients: that its own client understands it.
@Suite struct BrokerSecurityTests {
    private func options(_ line: String) throws -> BrokerOptions {
        let command = try CommandLineParser.parse(
            ["broker"] + line.split(separator: " ").map(String.init),
            environment: CommandLineEnvironment(onlineCores: 2, randomSeed: 1))
        guard case .broker(let options) = command else { throw UsageError("no broker") }
        return options
    }

    private func client(_ path: String) throws -> ClientSecurity {
        let command = try CommandLineParser.parse(
            ["-b", "h:1", "--command-config", path],
            environment: CommandLineEnvironment(onlineCores: 2, randomSeed: 1))
        guard case .run(let plan) = command else { throw UsageError("not a run") }
        #expect(!plan.target.areSecretsReadable)
        return plan.target.clientSettings.security
    }

    @Test(arguments: MechanismChoice.allCases, [false, true])
    func `both files say how to come in`(mechanism: MechanismChoice, isSecured: Bool) throws {
        let folder = try TemporaryFolder()
        let security = try BrokerSecurity(
            options("--sasl \(mechanism.rawValue) --security-dir \(folder.path)/s\(isSecured ? " --mutual-tls" : "")"))
        #expect((security.security.identity != nil) == isSecured && security.security.users.count == 1)
        for name in ["client.properties", "librdkafka.conf"] {
            let client = try client("\(folder.path)/s/\(name)")
            #expect(client.sasl?.name == mechanism.rawValue && (client.tls?.identity != nil) == isSecured)
        }
        security.remove()
        #expect(TextFile.exists("\(folder.path)/s/client.properties"))
    }

    @Test func `users come from a file, whatever their passwords hold`() async throws {
        let folder = try TemporaryFolder()
        let users = try folder.write("al\\=ice=p\\\\w \"x\"\nbob=b".utf8, "users")
        let security = try BrokerSecurity(
            options("--sasl PLAIN --user-file \(users) --security-dir \(folder.path)/s"))
        #expect(security.security.users.mapValues(\.text) == ["al=ice": "p\\w \"x\"", "bob": "b"])
        for name in ["client.properties"] {
            var exchange = try await client("\(folder.path)/s/\(name)").sasl?.makeExchange(
                with: Endpoint(host: "h", port: 1))
            let first = try await exchange?.respond(to: nil)
            #expect(first == Array("\0al=ice\0p\\w \"x\"".utf8))
        }
    }

    @Test func `a temporary folder is gone with the broker`() throws {
        let security = try BrokerSecurity(options("--tls"))
        let path = try #require(security.folder)
        #expect(TextFile.exists("\(path)/ca.pem"))
        security.remove()
        #expect(!TextFile.exists(path))
    }

    @Test(arguments: [
        ("--user-file x", "--user-file: nobody is asked who he is without --sasl"),
        ("--reauthentication-time 5s", "--reauthentication-time: nobody is asked"),
        ("--security-dir x", "--security-dir: there is nothing to write"), ("--sasl NTLM", "'NTLM' is not a mechanism"),
    ])
    func `what has no meaning is refused`(line: String, words: String) {
        let error = #expect(throws: UsageError.self) { try options(line) }
        #expect(error.map { "\($0)".contains(words) } == true, "\(error.map { "\($0)" } ?? "")")
    }
}

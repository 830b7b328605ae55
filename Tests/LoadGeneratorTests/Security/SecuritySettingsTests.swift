import Foundation
import KafkaClient
import KafkaSecurity
import Testing

@testable import LoadGenerator

/// Java's and librdkafka's settings of security.
@Suite struct SecuritySettingsTests {
    private static func security(
        _ text: String, variables: [String: String] = [:]
    ) throws -> ClientSecurity {
        let folder = try TemporaryFolder()
        let path = try folder.write(text.utf8, "client.properties")
        let command = try CommandLineParser.parse(
            ["-b", "h:1", "--command-config", path],
            environment: CommandLineEnvironment(onlineCores: 2, randomSeed: 1, variables: variables))
        guard case .run(let plan) = command else { throw UsageError("not a run") }
        return plan.target.clientSettings.security
    }

    private static func refusal(_ text: String) -> String {
        do {
            _ = try security(text)
            return ""
        } catch {
            return "\(error)"
        }
    }

    private static func first(_ security: ClientSecurity) async throws -> String? {
        var exchange = try await security.sasl?.makeExchange(with: Endpoint(host: "h", port: 1))
        return try await exchange?.respond(to: nil).map { String(decoding: $0, as: UTF8.self) }
    }

    // MARK: SASL

    @Test(arguments: [
        "sasl.mechanism=PLAIN\nsasl.username=alice\nsasl.password=s3\"cret",
        "sasl.mechanisms=PLAIN\nsasl.username=alice\nsasl.password=${env:PASSWORD}",
        """
        sasl.mechanism = PLAIN
        sasl.jaas.config = org.apache.kafka.common.security.plain.PlainLoginModule required \\
            username="alice" \\
            password="s3\\\\"cret";
        """,
        "sasl.mechanism:PLAIN\nsasl.jaas.config: x.PlainLoginModule required password='s3\"cret' username=alice ;",
    ])
    func `users come from either family's settings`(text: String) async throws {
        let security = try Self.security(
            "security.protocol=SASL_PLAINTEXT\n\(text)\n", variables: ["PASSWORD": "s3\"cret"])
        #expect(try await Self.first(security) == "\0alice\0s3\"cret")
        #expect(security.tls == nil && security.securityProtocol == .saslPlaintext)
    }

    @Test func `SCRAM and delegation tokens`() async throws {
        let scram = try Self.security(
            "security.protocol=SASL_SSL\nsasl.mechanism=SCRAM-SHA-512\nsasl.jaas.config=o.ScramLoginModule required "
                + "username=\"id\" password=\"hmac\" tokenauth=true;")
        #expect(scram.sasl?.name == "SCRAM-SHA-512" && scram.tls != nil)
        #expect(try await Self.first(scram)?.hasSuffix(",tokenauth=true") == true)
    }

    @Test func `tokens come from a file, a command, or are made`() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("opaque-token\n".utf8, "token")
        for (text, token) in [
            ("sasl.oauthbearer.token.file=\(path)", "opaque-token"),
            ("sasl.oauthbearer.token.endpoint.url=file://\(path)", "opaque-token"),
            ("sasl.oauthbearer.token.command=printf from-a-command", "from-a-command"),
            ("sasl.jaas.config=o.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub=\"alice\";", "eyJ"),
            (
                "enable.sasl.oauthbearer.unsecure.jwt=true\nsasl.oauthbearer.config=principal=alice lifeSeconds=60",
                "eyJ"
            ),
        ] {
            let security = try Self.security("security.protocol=SASL_PLAINTEXT\nsasl.mechanism=OAUTHBEARER\n\(text)")
            #expect(try await Self.first(security)?.contains("auth=Bearer \(token)") == true, "\(text)")
        }
    }

    @Test(arguments: [
        ("exit 3 # topsecret", "ended with status 3"), ("kill -9 $$", "was ended by a signal"),
        ("true", "no token in it"),
        ("yes topsecret", "did not end within"),
    ])
    func `a command of the token that fails is told, and not what it is`(command: String, words: String) async throws {
        let security = try Self.security(
            "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=OAUTHBEARER\nsasl.oauthbearer.token.command=\(command)")
        let error = await #expect(throws: KafkaClientError.self) { try await Self.first(security) }
        #expect(
            error.map { "\($0)".contains(words) && !"\($0)".contains("topsecret") } == true,
            "\(error.map { "\($0)" } ?? "")")
    }

    @Test(arguments: [
        ("sasl.mechanism=PLAIN", "SASL needs a user"), ("", "SASL needs sasl.mechanism"),
        ("sasl.mechanism=NTLM", "sasl.mechanism=NTLM: accepted are PLAIN"),
        ("sasl.mechanisms=NTLM", "sasl.mechanisms=NTLM: accepted are PLAIN"),
        (
            "sasl.mechanism=PLAIN\nsasl.jaas.config=o.ScramLoginModule required username=a password=b;",
            "wants the login module PlainLoginModule"
        ),
        (
            "sasl.mechanism=PLAIN\nsasl.jaas.config=o.PlainLoginModule required username=a password=topsecret",
            "end with a semicolon"
        ),
        ("sasl.mechanism=PLAIN\nsasl.jaas.config=o.PlainLoginModule username=a;", "comes 'required'"),
        ("sasl.mechanism=PLAIN\nsasl.jaas.config=o.PlainLoginModule required username=\"a;", "never closed"),
        ("sasl.mechanism=PLAIN\nsasl.jaas.config=o.PlainLoginModule required username;", "'username' has no value"),
        (
            "sasl.mechanism=PLAIN\nsasl.jaas.config=o.PlainLoginModule required username=a;",
            "needs username and password"
        ),
        ("sasl.mechanism=OAUTHBEARER", "OAUTHBEARER needs tokens"),
        ("sasl.mechanism=OAUTHBEARER\nsasl.login.callback.handler.class=com.example.Own", "Java classes can't be used"),
        ("sasl.mechanism=OAUTHBEARER\nsasl.oauthbearer.method=saml", "accepted are default and oidc"),
        (
            "sasl.mechanism=OAUTHBEARER\nsasl.oauthbearer.token.file=/x\nsasl.oauthbearer.token.command=y",
            "say the same"
        ),
        (
            "sasl.mechanism=AWS_MSK_IAM\nsasl.jaas.config=x.IAMLoginModule required awsRoleArn=r;",
            "awsRoleArn is not supported"
        ),
        ("sasl.mechanism=OAUTHBEARER\nsasl.oauthbearer.token.file=/no/token", "/no/token can't be read"),
    ])
    func `what is missing is said, and no secret`(text: String, words: String) {
        let refusal = Self.refusal("security.protocol=SASL_PLAINTEXT\n\(text)")
        #expect(refusal.contains(words) && !refusal.contains("topsecret"), "\(refusal)")
    }

    // MARK: TLS

    @Test func `stores and keys come from either family's settings`() throws {
        let folder = try TemporaryFolder()
        let authority = try CertificateAuthority()
        let issued = try authority.issue("client")
        let ca = try folder.write(authority.certificate.utf8, "ca.pem")
        let certificate = try folder.write(issued.certificate.utf8, "c.pem")
        let key = try folder.write(issued.key.bytes, "k.pem")
        let both = try folder.write((issued.key.text + issued.certificate).utf8, "both.pem")
        let oneLine = { (text: String) in text.split(separator: "\n").joined(separator: " ") }
        for text in [
            "ssl.truststore.type=PEM\nssl.truststore.location=\(ca)\nssl.keystore.type=PEM\nssl.keystore.location=\(both)",
            "ssl.truststore.location=\(ca)\nssl.keystore.location=\(both)",
            "ssl.ca.location=\(ca)\nssl.certificate.location=\(certificate)\nssl.key.location=\(key)",
            "ssl.truststore.certificates=\(oneLine(authority.certificate))\n"
                + "ssl.keystore.certificate.chain=\(oneLine(issued.certificate))\nssl.keystore.key=\(oneLine(issued.key.text))",
            "ssl.ca.pem=\(oneLine(authority.certificate))\nssl.certificate.pem=\(oneLine(issued.certificate))\n"
                + "ssl.key.pem=\(oneLine(issued.key.text))",
        ] {
            let tls = try #require(try Self.security("security.protocol=SSL\n\(text)").tls)
            #expect(tls.identity != nil && tls.verification == .full)
            if case .system = tls.authorities { Issue.record("the authorities are the system's: \(text)") }
        }
    }

    @Test(arguments: [
        ("ssl.endpoint.identification.algorithm=", TLSConfiguration.Verification.authorityOnly),
        ("ssl.endpoint.identification.algorithm=none", .authorityOnly),
        ("ssl.endpoint.identification.algorithm=https", .full),
        ("enable.ssl.certificate.verification=false", .none), ("enable.ssl.certificate.verification=true", .full),
    ])
    func `how much is verified`(text: String, verification: TLSConfiguration.Verification) throws {
        #expect(try Self.security("security.protocol=ssl\n\(text)").tls?.verification == verification)
    }

    @Test(arguments: [
        ("ssl.enabled.protocols=TLSv1.2", TLSConfiguration.Version.v1_2 ... .v1_2),
        ("ssl.enabled.protocols=TLSv1.3, TLSv1.2", .v1_2 ... .v1_3),
        ("ssl.enabled.protocols=TLSv1.3,TLSv1.1", .v1_3 ... .v1_3),
        ("ssl.protocol=TLSv1.2", .v1_2 ... .v1_2), ("ssl.protocol=TLS", .v1_2 ... .v1_3),
    ])
    func `which versions`(text: String, versions: ClosedRange<TLSConfiguration.Version>) throws {
        #expect(try Self.security("security.protocol=SSL\n\(text)").tls?.versions == versions)
    }

    @Test(arguments: [
        ("ssl.truststore.location=/no/store", "ssl.truststore.location: /no/store can't be read"),
        ("ssl.ca.location=/no/ca", "/no/ca can't be read"),
        ("ssl.ca.location=/x\nssl.truststore.location=/y", "say the same; give one of them"),
        ("ssl.certificate.location=/x", "needs ssl.key.location"), ("ssl.key.location=/x", "only one half"),
        ("ssl.keystore.key=x", "without ssl.keystore.certificate.chain"),
        ("ssl.enabled.protocols=TLSv1.3,bogus", "'bogus' is no version"),
        ("ssl.enabled.protocols=SSLv3", "accepted are TLSv1.2 and TLSv1.3"), ("ssl.cipher.suites=NULL-NO", "NULL-NO"),
        ("ssl.endpoint.identification.algorithm=ldap", "accepted is https"),
        ("enable.ssl.certificate.verification=maybe", "true or false"),
        ("ssl.truststor.location=/x", "did you mean ssl.truststore.location?"),
    ])
    func `what can't be used is named`(text: String, words: String) {
        let refusal = Self.refusal("security.protocol=SSL\n\(text)")
        #expect(refusal.contains(words), "\(refusal)")
    }

    @Test func `a JKS store is refused with the command that converts it`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([0xFE, 0xED, 0xFE, 0xED, 0, 0, 0, 2], "trust.jks")
        let refusal = Self.refusal("security.protocol=SSL\nssl.truststore.location=\(path)\nssl.truststore.password=p")
        #expect(refusal.contains("keytool -importkeystore -srckeystore \(path)"), "\(refusal)")
    }

    @Test(arguments: ["ssl.ca.location=/x", "sasl.mechanism=PLAIN"])
    func `security that is set without a protocol is not passed over`(text: String) {
        #expect(Self.refusal(text).contains("is set, but not security.protocol"))
    }

    // MARK: Secrets

    @Test func `secrets are refused on the command line, and warned about where others can read them`() throws {
        func plan(_ arguments: [String], _ variables: [String: String] = [:]) throws -> RunPlan {
            let command = try CommandLineParser.parse(
                ["-b", "h:1"] + arguments,
                environment: CommandLineEnvironment(onlineCores: 2, randomSeed: 1, variables: variables))
            guard case .run(let plan) = command else { throw UsageError("not a run") }
            return plan
        }
        for secret in [
            "sasl.password=topsecret", "sasl.jaas.config=x required password=topsecret;", "ssl.key.password=topsecret",
        ] {
            let error = #expect(throws: UsageError.self) { try plan(["-X", secret]) }
            #expect(error.map { "\($0)".contains("is a secret") && !"\($0)".contains("topsecret") } == true)
        }
        let sasl = ["security.protocol=SASL_PLAINTEXT", "sasl.mechanism=PLAIN", "sasl.username=a"].flatMap {
            ["-X", $0]
        }
        let named = try plan(sasl + ["-X", "sasl.password=${env:PW}"], ["PW": "topsecret"])
        #expect(named.target.clientSettings.security.sasl?.name == "PLAIN")
        #expect(!"\(named.target.commandProperties)".contains("topsecret"))
        #expect(throws: UsageError.self) { try plan(sasl + ["-X", "sasl.password=${env:PW}"]) }

        let folder = try TemporaryFolder()
        let path = try folder.write(
            "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.username=a\nsasl.password=topsecret\n".utf8,
            "c")
        chmod(path, 0o644)
        #expect(try plan(["--command-config", path]).warnings.contains { $0.contains("chmod 600") })
        chmod(path, 0o600)
        let quiet = try plan(["--command-config", path]).warnings
        #expect(!quiet.contains { $0.contains("chmod 600") } && quiet.contains { $0.contains("PLAIN in the clear") })
        var dumped = ""
        dump(try plan(["--command-config", path]), to: &dumped)
        #expect(!dumped.contains("topsecret"))
    }

    @Test func `values are found where they are named`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("user=alice\npassword = p\\u0041 \n".utf8, "secrets.properties")
        let references = PropertyReferences(variables: ["A": "1"])
        #expect(try references.resolve("x${env:A}y${env:A}") == "x1y1")
        #expect(try references.resolve("${file:\(path):password}") == "pA ")
        #expect(try references.resolve("${directory:\(folder.path):secrets.properties}").hasPrefix("user=alice"))
        for text in ["a", "$", "${", "${x}", "${unknown:a}", "$${"] { #expect(try references.resolve(text) == text) }
        for text in ["${env:B}", "${file:\(path):missing}", "${file:/no/file:x}", "${file:x}", "${directory:/no:x}"] {
            #expect(throws: ValueError.self) { try references.resolve(text) }
        }
    }

    @Test func `properties are read as Java reads them`() throws {
        func parse(_ text: String) throws -> [[String]] { try JavaProperties.parse(text).map { [$0.name, $0.value] } }
        #expect(
            try parse("a=1\r\n b : 2\n\tc   3\n! x\n# y\n\nd=\ne\\=f\\:g=h=i\n") == [
                ["a", "1"], ["b", "2"], ["c", "3"], ["d", ""], ["e=f:g", "h=i"],
            ])
        #expect(
            try parse("a=one \\\n    two\\\\\nb=\\u00e9\\t\\q\nc=x\\") == [
                ["a", "one two\\"], ["b", "é\tq"], ["c", "x\\"],
            ])
        #expect(try JavaProperties.parse("\n\na=1\\\n2\nb=3").map(\.number) == [3, 5])
        for text in ["nonsense", "=x", "a=\\u12"] { #expect(throws: ValueError.self) { try parse(text) } }
    }
}

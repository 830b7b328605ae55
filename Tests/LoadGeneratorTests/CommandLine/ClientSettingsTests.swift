import KafkaClient
import Testing

@testable import LoadGenerator

/// Settings of the client by Java's and librdkafka's names.
@Suite struct ClientSettingsTests {
    private static func plan(_ line: String) throws -> RunPlan {
        let command = try CommandLineParser.parse(
            line.split(separator: " ").map(String.init),
            environment: CommandLineEnvironment(onlineCores: 2, randomSeed: 1))
        guard case .run(let plan) = command else { throw UsageError("not a run") }
        return plan
    }

    private static func refusal(_ line: String) -> String {
        do {
            _ = try plan(line)
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: [
        "-X acks=1 -X linger.ms=7 -X batch.size=32768 -X compression.type=zstd:5 -X retries=2 -X request.timeout.ms=900 "
            + "-X metadata.max.age.ms=1500",
        "-X request.required.acks=1 -X queue.buffering.max.ms=7 -X batch.size=32768 -X compression.codec=zstd:5 "
            + "-X message.send.max.retries=2 -X socket.timeout.ms=900 "
            + "-X topic.metadata.refresh.interval.ms=1500",
    ])
    func bothFamiliesOfNamesReachTheRun(line: String) throws {
        let plan = try Self.plan(line)
        let run = plan.configurations[0]
        #expect(run.acks == .leader)
        #expect(run.lingerNs == 7_000_000)
        #expect(run.metadataMaxAgeNs == 1_500_000_000)
        #expect(run.batchSizeBytes == 32768)
        #expect(run.codec.description == "zstd:5")
        #expect(plan.target.clientSettings.attempts == 3)
        #expect(plan.target.clientSettings.connectionConfiguration().requestTimeout == .milliseconds(900))
    }

    @Test func settingsReachTheProducer() throws {
        let plan = try Self.plan(
            "-X delivery.timeout.ms=5000 -X max.in.flight=1 -X retry.backoff.ms=20 -X retry.backoff.max.ms=40")
        let producer = plan.configurations[0].producerConfiguration(plan.target.clientSettings)
        #expect(producer.deliveryTimeout == .seconds(5))
        #expect(producer.inFlightPerBrokerMax == 1)
        #expect(producer.retryBackoff == .milliseconds(20))
        #expect(producer.retryBackoffMax == .milliseconds(40))
    }

    @Test func aBoundBelowADefaultLowersIt() throws {
        let settings = try Self.plan("-X max.request.size=262144 -X retry.backoff.max.ms=5").target.clientSettings
        let producer = RunConfiguration().producerConfiguration(settings)
        #expect(producer.requestByteCountMax == 262_144)
        #expect(producer.requestByteCountTarget == 262_144)
        #expect(producer.retryBackoff == .milliseconds(5))
        #expect(producer.retryBackoffMax == .milliseconds(5))
    }

    @Test func aFileIsReadAndTheCommandLineComesLast() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("# a comment\n\nclient.id = from file\nlinger.ms: 3\n".utf8, "client.properties")
        let plan = try Self.plan("--command-config \(path) -X linger.ms=9")
        #expect(plan.target.clientSettings.clientID == "from file")
        #expect(plan.configurations[0].lingerNs == 9_000_000)
    }

    @Test(arguments: [
        ("-X acsk=1", "unknown client setting acsk; did you mean acks?"),
        (
            "-X metadata.max.age.ms=99 --metadata-max-age 1s",
            "metadata.max.age.ms and --metadata-max-age say the same; give one of them"
        ),
        ("-X metadata.max.age.ms=9", "metadata.max.age.ms=9: a whole number from 10 to 86400000 is accepted"),
        ("-X linger.ms=1 --linger 2ms", "linger.ms and --linger say the same; give one of them"),
        (
            "-X retry.backoff.ms=20 -X retry.backoff.max.ms=5",
            "retry.backoff.ms=20 is more than retry.backoff.max.ms=5; make it at most as long"
        ),
        ("-X linger.ms=soon", "linger.ms=soon: a whole number from 0 to 3600000 is accepted"),
        ("-X acks=2", "acks=2: '2' is not"),
        (
            "-X sasl.mechanism=PLAIN",
            "sasl.mechanism is set, but not security.protocol, which is PLAINTEXT then; set SSL, SASL_PLAINTEXT or SASL_SSL"
        ),
        ("-X security.protocol=SSL", "security.protocol: the broker that kbench starts is in the clear"),
        ("-X security.protocol=TLS", "security.protocol=TLS: accepted are PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL"),
        ("-X sasl.pasword=${env:P}", "sasl.pasword: ${env:P}: the environment has no variable P"),
        ("-X sasl.password=p", "sasl.password is a secret: on a command line everybody on this machine can read it"),
        ("-X enable.idempotence=yes", "enable.idempotence=yes: true or false is accepted"),
        ("--command-config /no/such/file", "--command-config: /no/such/file can't be read"),
    ])
    func whatCannotBeDoneIsSaid(line: String, message: String) {
        #expect(Self.refusal(line).hasPrefix(message), "\(Self.refusal(line))")
    }

    @Test(arguments: ["sasl.password", "ssl.key.password", "sasl.jaas.config", "x.SECRET", "token", "credentials"])
    func secretsAreNotWrittenDown(name: String) {
        #expect(TargetSettings.Property(name: name, value: "p").redactedValue == "***")
        #expect(TargetSettings.Property(name: "client.id", value: "p").redactedValue == "p")
    }
}

import KafkaEmbeddedBroker
import Testing

@testable import LoadGenerator

@Suite struct CommandLineParserTests {
    static let environment = CommandLineEnvironment(onlineCores: 6, randomSeed: 99)

    static func parse(_ line: String) throws(UsageError) -> Command {
        try CommandLineParser.parse(line.split(separator: " ").map(String.init), environment: environment)
    }

    static func plan(_ line: String) throws -> RunPlan {
        guard case .run(let plan) = try parse(line) else { throw UsageError("not a run: \(line)") }
        return plan
    }

    /// The plan before what the run loop lacks is refused.
    static func planWithUnsupported(_ line: String) throws -> RunPlan {
        let options = try ParsedOptions(line.split(separator: " ").map(String.init), subcommand: .run)
        return try RunPlanReader(options: options, environment: environment).plan()
    }

    static func refusal(_ line: String) -> String {
        do {
            _ = try parse(line)
            return "accepted"
        } catch {
            return error.description
        }
    }

    @Test func nothingGivenIsOneRunWithDefaults() throws {
        let plan = try Self.plan("")
        #expect(plan.configurations.count == 1)
        #expect(plan.runCount == 1)
        #expect(plan.target == TargetSettings())
        #expect(plan.output == OutputSettings())
        let run = plan.configurations[0]
        #expect(run.stage == .broker)
        #expect(run.amount == .records(10_000_000))
        #expect(run.recordSize == .fixed(100))
        #expect(run.partitions == 64)
        #expect(run.partitioner == .sticky)
        #expect(run.builder == .sharded)
        #expect(run.cores == 6)
        #expect(run.concurrency == 12)
        #expect(run.codec == .none)
        #expect(run.batchSizeBytes == 16_384)
        #expect(run.lingerNs == 5_000_000)
        #expect(run.acks == .all)
        #expect(run.seed == 99)
    }

    @Test func optionsAreReadWithSpaceEqualsShortAndAlias() throws {
        let plan = try Self.plan(
            "run --records=1M --partitions 8 -b a:1,[::1]:2 --topic t --keep-topic --replication-factor 3 --acks -1 "
                + "--seed 0xff --quiet --format json --output /x --dry-run --runs 3 --linger 0")
        #expect(plan.target.bootstrapServers == [.init(host: "a", port: 1), .init(host: "::1", port: 2)])
        #expect(plan.target.topic == "t")
        #expect(plan.target.keepTopic)
        #expect(plan.target.replicationFactor == 3)
        #expect(plan.output.isQuiet)
        #expect(plan.output.format == .json)
        #expect(plan.output.directory == "/x")
        #expect(plan.isDryRun)
        #expect(plan.runs == 3)
        #expect(plan.configurations[0].amount == .records(1_000_000))
        #expect(plan.configurations[0].batchSizeBytes == 131_072)
        #expect(plan.configurations[0].acks == .all)
        #expect(plan.configurations[0].seed == 255)
        #expect(plan.configurations[0].lingerNs == 0)
        #expect(try Self.plan("--num-records 5").configurations == Self.plan("--records 5").configurations)
        #expect(try Self.plan("-ba:1").target.bootstrapServers == [.init(host: "a", port: 1)])
    }

    @Test func whatTheRunLoopLacksIsStillReadInFull() throws {
        let plan = try Self.planWithUnsupported(
            "--duration 30s --warmup-duration 2s --record-size list:100=9,1000=1,50 --keys uniform:5 --key-size 4 "
                + "--headers 2 --header-size 10 --throughput 0.5 --idempotence -X client.id=b=c -Xretries=3 "
                + "--command-property=linger.ms=1 --interval 1s --compressibility 0.5")
        let run = plan.configurations[0]
        #expect(plan.configurations.count == 2)
        #expect(plan.configurations[1].recordSize == .fixed(50))
        #expect(run.amount == .durationNs(30_000_000_000))
        #expect(run.warmup == .durationNs(2_000_000_000))
        #expect(run.keys == .uniform(count: 5))
        #expect(run.keySize == 4)
        #expect(run.partitioner == .murmur2)
        #expect(run.headerCount == 2)
        #expect(run.headerSize == 10)
        #expect(run.rate == 0.5)
        #expect(run.idempotence)
        #expect(run.payload == .generated(compressibility: 0.5))
        #expect(plan.target.commandProperties.map(\.name) == ["client.id", "retries", "linger.ms"])
        #expect(plan.target.commandProperties.map(\.value) == ["b=c", "3", "1"])
        #expect(plan.output.intervalNs == 1_000_000_000)
    }

    @Test(arguments: [
        ("--idempotence", "--idempotence")
    ])
    func whatTheRunLoopLacksIsRefusedByName(line: String, name: String) {
        #expect(Self.refusal(line) == "\(name) is not supported yet")
    }

    @Test(arguments: [
        ("--record 5", "unknown option --record; did you mean --records?"),
        ("--partions=5", "unknown option --partions; did you mean --partitions?"),
        ("--bootstrap-servers a:1", "unknown option --bootstrap-servers; did you mean --bootstrap-server?"),
        ("--xyzzyxyzzy", "unknown option --xyzzyxyzzy; see kbench run --help"),
        ("-q", "unknown option -q; see kbench run --help"),
        ("--port 5", "--port is an option of kbench broker, not of kbench run"),
        ("broker --records 5", "--records is an option of kbench run, not of kbench broker"),
        ("brokr", "unknown subcommand brokr; did you mean broker?"),
        ("run extra", "'extra' is not an option; see kbench run --help"),
        ("consume", "kbench consume is not available in this version"),
        ("end-to-end --help", "kbench end-to-end is not available in this version"),
        ("compare a b", "kbench compare is not available in this version"),
        ("report a", "kbench report is not available in this version"),
        ("--records", "--records needs a value: N"),
        ("--records --quiet", "--records needs a value: N"),
        ("--quiet=yes", "--quiet takes no value"),
        ("--records 5 --num-records 6", "--records is given twice"),
        ("--quiet --quiet", "--quiet is given twice"),
        ("-X novalue", "--command-property: 'novalue' is not NAME=VALUE"),
        ("-X =v", "--command-property: '=v' is not NAME=VALUE"),
    ])
    func aWrongWordIsRefusedAndTheNearestSuggested(line: String, message: String) {
        #expect(Self.refusal(line) == message)
    }

    @Test(arguments: [
        ("--records 5 --duration 5s", "--records and --duration cannot be combined"),
        ("--warmup-records 5 --warmup-duration 5s", "--warmup-records and --warmup-duration cannot be combined"),
        ("--payload-file f --record-size 5", "--payload-file and --record-size cannot be combined"),
        ("--payload-file f --compressibility 0", "--payload-file and --compressibility cannot be combined"),
        ("--resume d --output e", "--resume goes on with what d was begun with; leave --output out"),
        ("--resume d --codec lz4", "--resume goes on with what d was begun with; leave --codec out"),
        ("--resume /nowhere", "--resume /nowhere: it has no manifest.json"),
        ("--key-size 5", "--key-size has no effect without --keys"),
        ("--key-size 5 --keys none", "--key-size has no effect without --keys"),
        ("--header-size 5", "--header-size has no effect without --headers"),
        ("--header-size 5 --headers 0", "--header-size has no effect without --headers"),
        ("--payload-delimiter x", "--payload-delimiter has no effect without --payload-file"),
        ("--keep-topic", "--keep-topic has no effect without --bootstrap-server"),
        ("--replication-factor 3", "--replication-factor: the embedded broker is one broker"),
        ("--idempotence --acks 0", "--idempotence needs --acks all, not 0"),
        ("--idempotence --acks all,1", "--idempotence needs --acks all, not 1"),
        ("--partitioner murmur2", "--partitioner murmur2 goes by the key and needs --keys"),
        ("--stage build --codec lz4", "--codec lz4 has no effect with --stage build"),
        ("--stage build --rate 5", "--rate cannot be combined with --stage build"),
        ("--stage null -b a:1", "--bootstrap-server cannot be combined with --stage null"),
        ("--keys uniform:257 --key-size 1", "--key-size: 257 keys do not fit into 1 bytes"),
        ("--batch-size 1000 --record-size 1000", "--batch-size: a record may need"),
        ("--records 1e15 --record-size 100000", "--records: the bytes of so many records"),
    ])
    func contradictionsAreRefused(line: String, start: String) {
        #expect(Self.refusal(line).hasPrefix(start), "\(Self.refusal(line))")
    }

    @Test(arguments: [
        "--partitions 0", "--partitions -5", "--partitions 1.5", "--partitions x", "--cores 0", "--cores 5000",
        "--concurrency 0", "--runs 0", "--runs 1e9", "--records 0", "--records -1", "--records 1e17", "--records nan",
        "--duration 5", "--duration 0s", "--record-size 0", "--batch-size 0", "--batch-size 2GiB", "--linger 5",
        "--linger 2h", "--acks 2", "--codec zip", "--builder x", "--stage x", "--partitioner x", "--format xml",
        "--seed -1", "--seed 1.5", "--seed 0xzz", "--compressibility 2", "--compressibility nan", "--rate 0",
        "--rate -1", "--interval 1ms", "--topic a/b", "--topic .", "--topic=", "--output=", "-b a", "-b a:70000",
        "-b a:1,,b:1", "--replication-factor 0", "--headers -1", "--codec lz4,,zstd", "--codec ,", "--codec=",
        "--cores 1,1", "--batch-size 1K,1024", "--acks all,-1", "--cores 1,",
        "--payload-file f --payload-delimiter \\q",
    ])
    func nonsenseIsRefusedWithTheOptionsName(line: String) {
        let message = Self.refusal(line)
        #expect(message != "accepted")
        let option = line.hasPrefix("-b") ? "--bootstrap-server" : String(line.prefix { $0 != " " && $0 != "=" })
        #expect(message.hasPrefix(option) || line.contains("--payload-file"), "\(message)")
        #expect(!message.contains("not supported yet"))
    }

    @Test func helpAndVersionComeWhateverElseIsWrong() throws {
        guard case .help(let text) = try Self.parse("--nonsense --help") else { throw UsageError("no help") }
        for option in OptionTable.options(of: .run) { #expect(text.contains(option.name.flag)) }
        #expect(text.contains("rounded down to a power of two"))
        for name in UnsupportedOptions.names {
            let entry = try #require(text.split(separator: name.flag).last?.prefix(300))
            #expect(entry.contains("not supported yet; "))
        }
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 116 })
        #expect(try Self.parse("--version") == .version)
        guard case .help(let broker) = try Self.parse("broker -h") else { throw UsageError("no help") }
        #expect(broker.contains(" \(OptionTable.faultExample)\n"))
        #expect(broker.split(separator: "\n").allSatisfy { $0.count <= 116 })
        #expect(!broker.contains("--records"))
    }

    @Test func theFaultOfTheHelpCanBeRead() throws {
        _ = try FaultRule(parsing: OptionTable.faultExample)
        let names = try #require(OptionTable.options.first { $0.name == .fault }?.help.split(separator: "(")[1])
        for name in names.prefix(while: { $0 != ")" }).split(separator: ", ") {
            _ = try FaultRule(parsing: "\(name):stall")
        }
    }

    @Test func everyOptionIsInTheTableOnce() {
        #expect(OptionTable.options.map(\.name).count == OptionName.allCases.count)
        #expect(Set(OptionTable.options.map(\.name)) == Set(OptionName.allCases))
    }

    @Test func brokerOptionsAreRead() throws {
        guard
            case .broker(let given) = try Self.parse(
                "broker --port 9092 --brokers 3 --log memory:1GiB --fault a --fault b")
        else { throw UsageError("not a broker") }
        #expect(given.port == 9092)
        #expect(given.brokers == 3)
        #expect(given.log == .memory(byteCount: 1 << 30))
        #expect(given.faults == ["a", "b"])
        #expect(try Self.parse("broker") == .broker(BrokerOptions()))
        #expect(try Self.parse("broker --log drop") != .broker(BrokerOptions()))
    }

    @Test(arguments: [
        "broker --port 65536", "broker --port -1", "broker --brokers 0", "broker --port 65535 --brokers 2",
        "broker --log disk", "broker --log memory:", "broker --log memory:5", "broker --fault=",
    ])
    func nonsenseForTheBrokerIsRefused(line: String) {
        #expect(Self.refusal(line) != "accepted")
    }

    @Test(arguments: [("records", "records", 0), ("recrods", "records", 1), ("record", "records", 1), ("", "abc", 3)])
    func distanceCountsEditsAndSwaps(first: String, second: String, expected: Int) {
        #expect(Suggestion.distance(first, second) == expected)
    }
}

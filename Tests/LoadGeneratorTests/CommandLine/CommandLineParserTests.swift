import KafkaClient
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

    static func refusal(_ line: String) -> String {
        refusalOfWords(line.split(separator: " ").map(String.init))
    }

    static func refusalOfWords(_ words: [String]) -> String {
        do throws(UsageError) {
            _ = try CommandLineParser.parse(words, environment: environment)
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
        #expect(run.concurrency == 5)
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
        #expect(
            plan.target.bootstrapServers == [
                .endpoint(.init(host: "a", port: 1)), .endpoint(.init(host: "::1", port: 2)),
            ])
        #expect(plan.target.topic == "t")
        #expect(plan.target.keepTopic)
        #expect(plan.target.replicationFactor == 3)
        #expect(plan.output.isQuiet)
        #expect(plan.output.format == .json)
        #expect(plan.output.directory == "/x")
        #expect(plan.isDryRun)
        #expect(plan.runs == 3)
        #expect(plan.configurations[0].amount == .records(1_000_000))
        #expect(plan.configurations[0].batchSizeBytes == 16_384)
        #expect(plan.configurations[0].acks == .all)
        #expect(plan.configurations[0].seed == 255)
        #expect(plan.configurations[0].lingerNs == 0)
        #expect(try Self.plan("--num-records 5").configurations == Self.plan("--records 5").configurations)
        #expect(try Self.plan("-ba:1").target.bootstrapServers == [.endpoint(.init(host: "a", port: 1))])
    }

    @Test func workloadsAndClientSettingsAreReadInFull() throws {
        let plan = try Self.plan(
            "--duration 30s --warmup-duration 2s --record-size list:100=9,1000=1,50 --keys uniform:5 --key-size 4 "
                + "--headers 2 --header-size 10 --throughput 0.5 -X client.id=b=c -Xretries=3 "
                + "--command-property=linger.ms=1 --interval 1s --compressibility 0.5")
        let run = plan.configurations[0]
        #expect(plan.configurations.count == 2)
        #expect(plan.configurations[1].recordSize == .fixed(50))
        #expect(run.amount == .durationNs(30_000_000_000))
        #expect(run.warmup == .fixed(.durationNs(2_000_000_000)))
        #expect(run.keys == .uniform(count: 5))
        #expect(run.keySize == 4)
        #expect(run.partitioner == .murmur2)
        #expect(run.headerCount == 2)
        #expect(run.headerSize == 10)
        #expect(run.rate == 0.5)
        #expect(run.payload == .generated(compressibility: 0.5))
        #expect(plan.target.commandProperties.map(\.name) == ["client.id", "retries", "linger.ms"])
        #expect(plan.target.commandProperties.map(\.value) == ["b=c", "3", "1"])
        #expect(plan.output.intervalNs == 1_000_000_000)
    }

    @Test func whatOtherToolsHaveIsRefusedWithTheReason() {
        for (name, reason) in RefusedOptions.reasons {
            #expect(Self.refusal("--\(name)") == "there is no --\(name): \(reason)")
            #expect(Self.refusal("--\(name)=x --\(name) y").split(separator: "\n").count == 1)
            #expect(!OptionTable.rows.contains { $0.spellings.contains("--\(name)") })
        }
        #expect(RefusedOptions.reasons["transaction-duration-ms"] != nil)
    }

    @Test func everythingThatIsWrongIsToldAtOnce() {
        #expect(
            Self.refusal("--recrods 5 --cores 0,x,2 --codec lz5 --linger 5 extra --quiet=1 -X a").split(separator: "\n")
                == [
                    "unknown option --recrods; did you mean --records?",
                    "'extra' is not an option; see kbench run --help",
                    "--quiet takes no value",
                    "--command-property: 'a' is not NAME=VALUE",
                    "--cores: '0' is out of range; accepted is 1 … 1024",
                    "--cores: 'x' is not understood; accepted is a whole number, also with k, M or G, like 5000, 250k, 10M, 1e6",
                    "--codec: 'lz5': there is no such codec; accepted are \(Codec.acceptedForms); did you mean lz4?",
                    "--linger: '5' has no unit; accepted is a duration with its unit, like 5ms, 0.5s, 30s, 10m, 1h",
                ])
        #expect(
            Self.refusal("--stage null --acks 1 --topic t --records 1 --duration 1s").split(separator: "\n") == [
                "--records and --duration cannot be combined; give one of them",
                "--topic cannot be combined with --stage null, which needs no broker",
                "--acks cannot be combined with --stage null, which needs no broker",
            ])
        #expect(
            Self.refusal("-X acks=2 -X lingr.ms=1 --payload-file /nowhere/f").split(separator: "\n") == [
                "acks=2: '2' is not a value of acks; accepted is 0, 1, all (or -1)",
                "unknown client setting lingr.ms; did you mean linger.ms?",
                "--payload-file: '/nowhere/f' cannot be read: No such file or directory",
            ])
        #expect(
            Self.refusal("--stage build --codec none,lz4,zstd --partitioner murmur2 --cores 1,2").split(separator: "\n")
                == [
                    "--partitioner murmur2 goes by the key and needs --keys",
                    "--codec lz4 has no effect with --stage build",
                    "--codec zstd has no effect with --stage build",
                ])
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
        ("consum", "unknown subcommand consum; did you mean consume?"),
        ("consume --stage null", "--stage is an option of kbench run, not of kbench consume"),
        ("consume --group-protocol consumer", "--group-protocol has no effect without --group"),
        ("end-to-end --verify", "--verify is an option of kbench run, not of kbench end-to-end"),
        (
            "end-to-end --record-size 100,23",
            "--record-size: the first 24 bytes of each value hold when the record was due, and there are values of 23 B; give --record-size 24 or more"
        ),
        (
            "end-to-end --role consume",
            "--role consume needs --bootstrap-server: both processes use one broker, such as kbench broker's"
        ),
        (
            "end-to-end --role consume -b a:1 --rate 5",
            "--rate cannot be combined with --role consume; give it to the process that sends"
        ),
        (
            "end-to-end --role produce -b a:1 --consumers 2",
            "--consumers cannot be combined with --role produce, which reads nothing"
        ),
        (
            "end-to-end --role produce -b a:1 --cores 1,2",
            "--role produce is one run: two processes can't keep step in a sweep"
        ),
        ("fleet --help", "unknown subcommand fleet; see kbench --help"),
        ("capture a", "unknown subcommand capture; see kbench --help"),
        ("report a", "unknown subcommand report; see kbench --help"),
        (
            "--partitioner explicit",
            "--partitioner: 'explicit' is not a partitioner; accepted is none, round-robin, sticky, murmur2, crc32, fnv1a, custom"
        ),
        (
            "--builder shraded",
            "--builder: 'shraded' is not a builder; accepted is sequential, sharded; did you mean sharded?"
        ),
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
        ("--partitioner murmur2", "--partitioner murmur2 goes by the key and needs --keys"),
        ("--stage build --codec lz4", "--codec lz4 has no effect with --stage build"),
        ("--acks all --idempotence true --may-reorder", "--idempotence true and --may-reorder cannot be combined"),
        ("--stage null --may-reorder", "--may-reorder cannot be combined with --stage null"),
        ("--stage build --rate 5", "--rate cannot be combined with --stage build"),
        ("--rtt 1ms -b a:1", "--bootstrap-server and --rtt cannot be combined"),
        ("--rtt 1ms --stage null", "--rtt cannot be combined with --stage null, which needs no broker"),
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
        "--payload-delimiter \\q --payload-file f", "--rtt -1ms", "--rtt 5", "--rtt 2m", "--rtt 1ms,", "--rtt far",
    ])
    func nonsenseIsRefusedWithTheOptionsName(line: String) {
        let message = Self.refusal(line)
        let option = line.hasPrefix("-b") ? "--bootstrap-server" : String(line.prefix { $0 != " " && $0 != "=" })
        #expect(message.hasPrefix(option + ": "), "\(message)")
    }

    @Test func helpAndVersionComeWhateverElseIsWrong() throws {
        guard case .help(let text) = try Self.parse("--nonsense --help") else { throw UsageError("no help") }
        for row in OptionTable.rows(of: .run) { #expect(text.contains("\(row.flag)\(row.takesValue ? " " : "  ")")) }
        for word in ["capture", "compare\n", "report", "explicit", "not supported"] {
            #expect(!text.contains(word), "\(word)")
        }
        let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains("accepted: 128 B … 1 GiB; default: 16KiB"))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 116 })
        #expect(try Self.parse("--version") == .version)
        guard case .help(let broker) = try Self.parse("broker -h") else { throw UsageError("no help") }
        #expect(broker.contains(" \(OptionTable.faultExample)\n"))
        #expect(broker.split(separator: "\n").allSatisfy { $0.count <= 116 })
        #expect(!broker.contains("--records"))
    }

    @Test func theFaultOfTheHelpCanBeRead() throws {
        _ = try FaultRule(parsing: OptionTable.faultExample)
        let names = OptionTable.shared.fault.row.help.split(separator: "(")[1].prefix { $0 != ")" }.split(
            separator: ", ")
        #expect(names.count == 35)
        for name in names { _ = try FaultRule(parsing: "\(name):stall") }
    }

    @Test func brokerOptionsAreRead() throws {
        guard
            case .broker(let given) = try Self.parse(
                "broker --port 9092 --brokers 3 --log memory:1GiB --rtt 20ms --fault any:stall --fault fetch:disconnect"
            )
        else { throw UsageError("not a broker") }
        #expect(given.port == 9092)
        #expect(given.brokers == 3)
        #expect(given.log == .memory(byteCount: 1 << 30))
        #expect(given.rttNs == 20_000_000)
        #expect(given.faults == [try FaultRule(parsing: "any:stall"), try FaultRule(parsing: "fetch:disconnect")])
        #expect(!given.isControlled && !given.endsWithInput)
        guard case .broker(let controlled) = try Self.parse("broker --control --until-input-ends") else {
            throw UsageError("not a broker")
        }
        #expect(controlled.isControlled && controlled.endsWithInput)
        #expect(try Self.parse("broker") == .broker(BrokerOptions()))
        #expect(try Self.parse("broker --log drop") != .broker(BrokerOptions()))
        guard case .broker(let prepared) = try Self.parse("broker --log memory:4GiB --prepare 2GiB") else {
            throw UsageError("not a broker")
        }
        #expect(prepared.prepareByteCount == 2 << 30)
    }

    @Test(arguments: [
        "broker --port 65536", "broker --port -1", "broker --brokers 0", "broker --port 65535 --brokers 2",
        "broker --log disk", "broker --log memory:", "broker --log memory:5", "broker --fault=", "broker --fault a",
        "broker --prepare -1", "broker --log drop --prepare 1GiB", "broker --rtt -1ms", "broker --rtt 5",
        "broker --rtt 2m", "broker --rtt 1ms,2ms",
    ])
    func nonsenseForTheBrokerIsRefused(line: String) {
        // The last option of the line is the wrong one.
        let option = line.split { $0 == " " || $0 == "=" }.last { $0.hasPrefix("--") } ?? ""
        #expect(Self.refusal(line).hasPrefix("\(option): "), "\(Self.refusal(line))")
    }
}

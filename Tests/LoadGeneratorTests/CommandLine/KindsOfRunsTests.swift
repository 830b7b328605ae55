import Testing

@testable import LoadGenerator

/// `find` and `compare` carry out runs of each kind.
@Suite struct KindsOfRunsTests {
    private static func find(_ line: String) throws -> FindPlan {
        guard case .find(let plan) = try CommandLineParserTests.parse("find " + line) else {
            throw UsageError("not a search: \(line)")
        }
        return plan
    }

    private static func compare(_ line: String) throws -> ComparePlan {
        guard case .compare(let plan) = try CommandLineParserTests.parse("compare " + line) else {
            throw UsageError("not a comparison: \(line)")
        }
        return plan
    }

    private static func sides(_ line: String) throws -> (base: CompareSide, new: CompareSide) {
        guard case .runs(let base, let new) = try compare(line).source else { throw UsageError("no runs: \(line)") }
        return (base, new)
    }

    // MARK: Find

    @Test func `find looks for the rate of runs that send and receive`() throws {
        let find = try Self.find(
            "end-to-end --expect latency_end_to_end_p99_us<=5ms --consumers 2 --linger 0ms --over codec=none,lz4")
        #expect(find.plan.configurations.map(\.mode) == [.endToEnd, .endToEnd])
        #expect(find.plan.configurations.map(\.consumers) == [2, 2])
        #expect(find.plan.configurations.map(\.codec.description) == ["none", "lz4"])
        #expect(find.plan.configurations.allSatisfy { $0.warmup == .untilSteady && $0.rate == nil })
    }

    @Test func `find looks for the rate of runs that read, which have no warm-up`() throws {
        let find = try Self.find("consume --expect client_cpu_ns_per_record<=50ns --over decoders=0,2 --group mine")
        #expect(find.plan.configurations.map(\.mode) == [.consume, .consume])
        #expect(find.plan.configurations.map(\.decoders) == [0, 2])
        #expect(find.plan.configurations.allSatisfy { $0.warmup == nil && $0.group == "mine" })
    }

    @Test func `runs that send are what find carries out without a word, or by theirs`() throws {
        let words = "--expect latency_total_p99_us<=5ms --seed 5"
        #expect(try Self.find(words) == Self.find("run " + words))
        #expect(try Self.find(words).plan.configurations.map(\.mode) == [.produce])
    }

    @Test(arguments: [
        (
            "end-to-end",
            "kbench find end-to-end needs --expect, what is to hold, such as --expect 'latency_end_to_end_p99_us<=10ms'"
        ),
        (
            "consume",
            "kbench find consume needs --expect, what is to hold, such as --expect 'client_cpu_ns_per_record<=100ns'"
        ),
        (
            "--expect throughput_rps>=1 --consumers 2",
            "--consumers is an option of kbench find consume, kbench find end-to-end, not of kbench find"
        ),
        (
            "consume --expect throughput_rps>=1 --warmup-records 5",
            "--warmup-records is an option of kbench find, kbench find end-to-end, not of kbench find consume"
        ),
        (
            "end-to-end --expect throughput_rps>=1 --runs 3",
            "--runs is an option of kbench run, not of kbench find end-to-end"
        ),
        (
            "end-to-end --expect throughput_rps>=1 --role consume -b a:1",
            "--role is an option of kbench end-to-end, not of kbench find end-to-end"
        ),
        (
            "consume --expect throughput_rps>=1 --rate 5",
            "--rate can't be combined with kbench find: it looks for the rate, in windows of --duration"
        ),
        (
            "consume --expect throughput_rps>=1 --curve",
            "--curve can't be combined with kbench find consume: records that are there have no latency"
        ),
        (
            "consume --expect latency_total_p99_us<=1ms",
            "--expect 'latency_total_p99_us<=1ms': without kbench run it is not measured, so that nothing can be found by it"
        ),
        (
            "--expect latency_end_to_end_p99_us<=1ms",
            "--expect 'latency_end_to_end_p99_us<=1ms': without kbench end-to-end it is not measured, so that nothing can be found by it"
        ),
        ("--expect throughput_rps>=1 --over decoders=0,1", "--over decoders: kbench find has no --decoders"),
        ("broker --expect throughput_rps>=1", "'broker' is not an option; see kbench find --help"),
    ])
    func `what other runs have is refused with the command that has it`(line: String, message: String) {
        #expect(CommandLineParserTests.refusal("find " + line) == message)
    }

    // MARK: Compare

    @Test func `compare runs both sides as runs of the kind that is named`() throws {
        let line = "end-to-end --rate 10k --consumers 2 --seed 7 --base --linger=0ms --new --linger=5ms"
        let (base, new) = try Self.sides(line)
        #expect(
            base.arguments
                == ["end-to-end", "--seed=7", "--rate=10k", "--consumers=2", "--linger=0ms", "--warmup-duration=auto"])
        #expect(new.arguments.contains("--linger=5ms") && new.kind == .endToEnd)
        #expect(
            try Self.compare(line).metrics.map(\.name).suffix(2)
                == ["latency_end_to_end_p50_us", "latency_end_to_end_p99_us"])
    }

    @Test func `runs that read are compared without a warm-up, by what they have`() throws {
        let line = "consume --seed 7 --rate 5k --base --decoders=0 --new --decoders=2"
        let (base, _) = try Self.sides(line)
        #expect(base.arguments == ["consume", "--seed=7", "--rate=5k", "--decoders=0"])
        #expect(
            try Self.compare(line).metrics.map(\.name)
                == ["throughput_rps", "client_cpu_ns_per_record", "client_peak_rss_bytes"])
    }

    @Test func `what both sides have in common reaches both, whichever option it is`() throws {
        let (base, new) = try Self.sides(
            "--stage null --warmup-records 1k --door lane --seed 7 --calibrate never --interval 10ms --base --linger=0ms "
                + "--new --linger=1ms --junit j --max-runs 4")
        for side in [base, new] {
            #expect(
                side.words.filter { !$0.hasPrefix("--linger") } == [
                    "--stage=null", "--warmup-records=1k", "--seed=7", "--door=lane", "--calibrate=never",
                    "--interval=10ms",
                ])
        }
        #expect(try Self.sides("--verify --base= --new=").base.words.contains("--verify"))
    }

    @Test func `two folders are folders, whatever they are called`() throws {
        #expect(try Self.compare("consume run").source == .folders(base: "consume", new: "run"))
        #expect(
            CommandLineParserTests.refusal("compare consume --margin 1%").hasSuffix(
                "a folder of that name is ./consume"))
    }

    @Test(arguments: [
        (
            "end-to-end --base --role=produce --new=",
            "--base: --role produce needs --bootstrap-server: both processes use one broker, such as kbench broker's"
        ),
        (
            "end-to-end -b a:1 --base --role=produce --new=",
            "--base: --role produce cannot be combined with kbench compare end-to-end: two processes can't keep step from one run to the next"
        ),
        (
            "consume --base= --new= --metric latency_total_p50_us",
            "--metric latency_total_p50_us: without kbench run base does not measure it"
        ),
    ])
    func `sides that can't be compared are refused before they are run`(line: String, message: String) {
        #expect(CommandLineParserTests.refusal("compare " + line) == message)
    }

    // MARK: What all have

    @Test func `expectations are narrowed down by what runs of one kind alone have`() throws {
        let line = "end-to-end --consumers 1,2 --expect records_lost==0 --expect-where"
        guard case .endToEnd(let plan) = try CommandLineParserTests.parse(line + " consumers=2") else {
            throw UsageError("no end-to-end")
        }
        #expect(plan.schedule.map { plan.expectations.apply(to: RunRow($0, of: plan)) } == [false, true])
        #expect(CommandLineParserTests.refusal(line + " consumers=3").contains("consumers is 1 or 2"))
        #expect(
            CommandLineParserTests.refusal("consume --expect throughput_rps>=1 --expect-where mode=consume")
                == "accepted")
    }

    @Test func `help tells the options of the kind that is named`() throws {
        guard case .help(let text) = try CommandLineParserTests.parse("find end-to-end --help"),
            case .help(let usual) = try CommandLineParserTests.parse("find --help")
        else { throw UsageError("no help") }
        #expect(text.hasPrefix("usage: kbench find end-to-end [options]\n"))
        #expect(text.contains("--consumers ") && !text.contains("--stage ") && !text.contains("--role "))
        #expect(usual.hasPrefix("usage: kbench find [run|consume|end-to-end] [options]\n"))
        #expect(usual.contains("--stage ") && !usual.contains("--consumers "))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 116 })
    }
}

// The one table of options. A row is all that parsing, help, completions, the manual page and README know of an option.
// To add one, add a row, and read its value where it is used: `RunPlanReader` or `BrokerOptions`.

import KafkaClient
import KafkaEmbeddedBroker
import KafkaTransport

/// Every option, in the order of `--help`; of a sweep, the list that comes last in it varies fastest.
package struct OptionTable: Sendable {
    package static let shared = OptionTable()

    private static let recordsMax: Int64 = 1_000_000_000_000_000
    private static let secondNs: Int64 = 1_000_000_000
    private static let hourNs: Int64 = 3600 * secondNs
    private static let dayNs: Int64 = 24 * hourNs
    /// Bounds that settings of the client by other names share.
    static let batchSizes = 128...1 << 30
    static let lingersNs = 0...hourNs
    static let metadataAgesNs = 10_000_000...dayNs
    private static let roundTripTimesNs = 0...EmbeddedBrokerConfiguration.roundTripTimeMax.nanoseconds

    // MARK: Target

    let bootstrapServer = Option(
        "bootstrap-server", .optional(.servers, default: "an embedded broker, started and stopped by kbench"),
        short: "b", group: .target, "brokers to start from")
    let topic = Option(
        "topic", .single(.topic, default: "kbench"), group: .target,
        "topic to write to; created if missing, and then deleted afterwards")
    let keepTopic = Option("keep-topic", .flag, group: .target, "keep a topic that kbench created")
    let replicationFactor = Option(
        "replication-factor", .single(.count(in: 1...Int16.max), default: 1), group: .target,
        "replicas of the topic if it has to be created")
    let stage = Option(
        "stage", .single(.choice("STAGE"), default: PipelineStage.broker), group: .target,
        subcommands: Subcommand.producing, "where the pipeline ends")
    let rtt = Option(
        "rtt", .list(.duration(in: roundTripTimesNs), default: 0), group: .target,
        "how far away the embedded broker is: the time from a request to its answer, however many are under way")
    let commandConfig = Option(
        "command-config", .optional(.path(.file)), group: .client,
        "client settings from a file of Java properties, such as acks, and those of security: security.protocol, ssl.…, sasl.…"
    )
    let commandProperty = Option(
        "command-property", .repeatable(.property), short: "X", group: .client,
        "a client setting by its Java name or librdkafka's; may be given again")

    let metadataMaxAge = Option(
        "metadata-max-age", .single(.duration(in: metadataAgesNs), default: 300 * secondNs), group: .client,
        "age at which what is known of the topic is asked for anew")

    // MARK: Amount

    let records = Option(
        "records", .single(.count(in: 1...recordsMax), default: 10_000_000), aliases: ["num-records"], group: .amount,
        "records to send in each run")
    let duration = Option(
        "duration", .optional(.duration(in: 1_000_000...30 * dayNs)), group: .amount,
        "time to send for in each run, instead of --records")
    let warmupRecords = Option(
        "warmup-records", .single(.count(in: 0...recordsMax), default: 0), group: .amount,
        subcommands: Subcommand.sending,
        "records to send before the clock starts")
    let warmupDuration = Option(
        "warmup-duration", .single(.warmUp(in: 0...dayNs), default: .fixed(.durationNs(0))), group: .amount,
        subcommands: Subcommand.sending,
        "time to send for before the clock starts; auto: until the rate is steady, no longer than 5s")

    // MARK: Workload

    let recordSize = Option(
        "record-size", .list(.recordSize, default: .fixed(100)), group: .workload,
        "bytes of a record's value, or how they are distributed")
    let keys = Option("keys", .list(.keys, default: .none), group: .workload, "keys of the records")
    let keySize = Option("key-size", .single(.bytes(in: 1...1 << 20), default: 8), group: .workload, "bytes of a key")
    let compressibility = Option(
        "compressibility", .list(.share, default: 0.5), group: .workload, "share of the bytes that a codec can remove")
    let payloadFile = Option(
        "payload-file", .optional(.path(.file)), group: .workload, "values from a file instead of made ones")
    let payloadDelimiter = Option(
        "payload-delimiter", .single(.delimiter, default: "\n"), group: .workload,
        "what separates the values of --payload-file")
    let headers = Option("headers", .single(.count(in: 0...1000), default: 0), group: .workload, "headers of a record")
    let headerSize = Option(
        "header-size", .single(.bytes(in: 1...1 << 20), default: 16), group: .workload,
        "bytes of a header, key and value together")
    let seed = Option(
        "seed", .optional(.seed, default: "random, and printed"), group: .workload,
        "seed of everything that is random")

    // MARK: Shape

    let partitions = Option(
        "partitions", .list(.count(in: 1...100_000), default: 64), group: .shape,
        "partitions of the topic that are written to")
    let partitioner = Option(
        "partitioner",
        .list(.choice(), default: "sticky; with keys murmur2") { run, _ in
            run.keys == .none ? PartitionerChoice.sticky : .murmur2
        }, group: .shape, "how a record's partition is chosen")
    let builder = Option(
        "builder", .list(.choice(), default: BuilderChoice.sharded), group: .shape, "how batches are built")
    let door = Option(
        "door",
        .list(.choice(), default: "lane; in transactions chunk") { run, _ in
            run.transactionalID == nil ? DoorChoice.lane : .chunk
        }, group: .shape, subcommands: Subcommand.sending,
        "how records go in: on a lane's own thread, or from tasks like an application's by a writer, record by record, chunk by chunk"
    )
    let tasks = Option(
        "tasks", .list(.count(in: 1...1024), default: 1), group: .shape, subcommands: Subcommand.sending,
        "tasks that append, with a --door other than lane")
    let cores = Option(
        "cores", .list(.count(in: 1...1024), default: "all CPUs online") { _, environment in environment.onlineCores },
        group: .shape, "cores the client works on")
    let concurrency = Option(
        "concurrency",
        .list(.count(in: 1...100_000), default: "5, with --may-reorder 64") { run, _ in
            ProducerConfiguration.inFlightUsual(mayReorder: run.mayReorder)
        }, group: .shape,
        "most produce requests in flight for each broker and lane; fewer where more would only wait at the broker")
    let codec = Option(
        "codec", .list(.codec, default: .none), group: .shape, "compression of the batches")
    let batchSize = Option(
        "batch-size",
        .list(
            .bytes(in: batchSizes),
            default: Quantity.formatBytes(Int64(RunConfiguration.usualBatchSize)).filter { $0 != " " }
        ) { run, _ in
            run.automaticBatchSize
        }, group: .shape,
        "bytes of a full batch; without it smaller ones where many partitions have open batches, so that these stay within a "
            + "core's own cache, and larger ones, up to 1MiB, while a broker is far or behind")
    let linger = Option(
        "linger", .list(.duration(in: lingersNs), default: 5_000_000), group: .shape,
        "longest time a batch waits for more records")
    let acks = Option(
        "acks", .list(.choice("ACKS"), default: AcksChoice.all), group: .shape, "acknowledgements to wait for")

    let idempotence = Option(
        "idempotence", .list(.choice("CHOICE"), default: IdempotenceChoice.auto), group: .shape,
        "brokers store each batch once and in order, however often it is sent; auto: with --acks all, unless a lane has more "
            + "than 5 requests in flight to a broker")
    let mayReorder = Option(
        "may-reorder", .flag, group: .shape,
        "without idempotence, several batches of a partition may be in flight, as with other clients: one that is sent "
            + "again may be stored behind later ones; without this flag, one is")
    let transactionalID = Option(
        "transactional-id", .optional(.transactionalID), group: .shape, subcommands: Subcommand.transacting,
        """
        produce in transactions, as the producer of this id: each lasts for --transaction-duration, and is committed before the next \
        begins. The last one commits too
        """)
    let transactionDuration = Option(
        "transaction-duration", .list(.duration(in: 1_000_000...hourNs), default: 100_000_000), group: .shape,
        subcommands: Subcommand.transacting,
        "with --transactional-id: how long a transaction takes records, from its first one on")

    // MARK: Load and repeats

    let rate = Option(
        "rate", .list(.rate, default: "as fast as possible") { _, _ in nil }, aliases: ["throughput"], group: .load,
        subcommands: Subcommand.sending,
        """
        records a second on a fixed schedule that late answers do not slow down; the latency of each counts from when it was \
        due. Without a rate, records of a batch count from its first one: a bound that none of them exceeds
        """)
    let verify = Option(
        "verify", .flag, group: .checks, subcommands: Subcommand.producing,
        "read every record back, and tell what is lost, duplicated, reordered or corrupted")
    let expect = Option(
        "expect", .repeatable(.expectation), group: .checks, subcommands: Subcommand.sweeping.union([.find]),
        """
        what a column of runs.csv must be in every run, by >=, <=, >, <, == or !=: throughput_rps>=20M, \
        latency_total_p99_us<=5ms, client_peak_rss_bytes<64MiB, verdict==ok; a bare number is in the column's unit. May be \
        given again
        """)
    let expectWhere = Option(
        "expect-where", .repeatable(.runFilter), group: .checks, subcommands: Subcommand.sweeping,
        "with --expect: judge only runs that have this value in a column, such as codec=zstd; several must all be there"
    )
    let junit = Option(
        "junit", .optional(.path(.file)), group: .checks, subcommands: Subcommand.sweeping.union([.compare, .find]),
        "write JUnit's XML: a test for each run, and for each expectation in it")
    let markdown = Option(
        "markdown", .optional(.path(.file)), group: .checks, subcommands: Subcommand.sweeping.union([.compare, .find]),
        "write what was judged, and a table, as Markdown: for $GITHUB_STEP_SUMMARY, or a comment")
    let githubBenchmark = Option(
        "github-benchmark", .repeatable(.githubBenchmark), group: .checks, subcommands: Subcommand.sweeping,
        """
        write a column, throughput_rps if none is named, for benchmark-action/github-action-benchmark: its tool is \
        customBiggerIsBetter or customSmallerIsBetter, as the column wants. May be given again
        """)
    let runs = Option(
        "runs", .single(.count(in: 1...10_000), default: 1), group: .repeats, subcommands: Subcommand.sweeping,
        "runs of each configuration; a comma list of any option marked * is swept, run by run in turn")
    let calibrate = Option(
        "calibrate", .single(.choice(), default: CalibrationChoice.auto), group: .repeats,
        subcommands: Subcommand.sending,
        """
        when it is measured how fast the generator alone is, so that a run can say what share of that it used: where this machine \
        does not know it yet, before each run, or never
        """)

    // MARK: Output

    let output = Option(
        "output", .optional(.path(.folder), default: "results/<time>"), group: .output,
        subcommands: Subcommand.running, "folder for the results")
    let format = Option(
        "format", .single(.choice("FORMAT"), default: OutputFormat.text), group: .output, "what is printed")
    let interval = Option(
        "interval", .single(.duration(in: 10_000_000...hourNs), default: secondNs), group: .output,
        "time between two rows of the timeline")
    let metricsPort = Option(
        "metrics-port", .optional(.listenAddress), group: .output, subcommands: Subcommand.sweeping,
        """
        serve the client's metrics to Prometheus while runs last, at /metrics of this port, to this machine alone unless an \
        address is given; 0 finds a free port
        """)
    let trace = Option(
        "trace", .optional(.path(.file)), group: .output, subcommands: [.run],
        """
        write spans of a sample of batches to a new file: OpenTelemetry's OTLP as lines of JSON, a span from the first record \
        to the acknowledgement, and below it one for each request
        """)
    let traceRate = Option(
        "trace-rate", .single(.count(in: 1...10_000), default: 100), group: .output, subcommands: [.run],
        "with --trace: the most batches a second that are written, and as many besides of those that failed or were sent again"
    )
    let quiet = Option(
        "quiet", .flag, group: .output, subcommands: Subcommand.running.union([.broker]),
        "print nothing but errors and results")
    let dryRun = Option("dry-run", .flag, group: .safety, "print the resolved plan and its cost, and stop")
    let resume = Option(
        "resume", .optional(.path(.folder)), group: .safety, "go on with the interrupted sweep in DIR")

    // MARK: Compare

    let base = Option(
        "base", .optional(.words), group: .compare, subcommands: [.compare],
        """
        options of kbench run, or of the kind of runs that is named, for the base alone; both sides are run, one next to the other, in \
        the order A-B-B-A
        """)
    let new = Option(
        "new", .optional(.words), group: .compare, subcommands: [.compare],
        "the same for the new side alone")
    let baseBinary = Option(
        "base-binary", .optional(.path(.file), default: "this kbench"), group: .compare, subcommands: [.compare],
        "the kbench that runs the base: another build, another version")
    let newBinary = Option(
        "new-binary", .optional(.path(.file), default: "this kbench"), group: .compare, subcommands: [.compare],
        "the kbench that runs the new side")
    let gate = Option(
        "gate", .repeatable(.gates), group: .compare, subcommands: [.compare],
        """
        how far a metric of runs.csv may get worse before the exit status is 2; it is 3 while that can't be told. May be given again, or as a comma list
        """)
    let metric = Option(
        "metric", .repeatable(.metrics), group: .compare, subcommands: [.compare],
        """
        a metric of runs.csv to compare, or a comma list; may be given again. Without it and without --gate: \
        \(MetricColumn.usual(of: [.total]).map(\.name).joined(separator: ", ")); of end-to-end the latencies are \
        latency_end_to_end_…, and consume has none
        """)
    let margin = Option(
        "margin", .single(.percent(in: 0.001...1), default: 0.05), group: .compare, subcommands: [.compare],
        "a difference of up to this share is none")
    let maxRuns = Option(
        "max-runs", .single(.count(in: 2...10_000), default: 32), group: .compare, subcommands: [.compare],
        "runs of each side at most; there are fewer as soon as everything is told")
    let maxTime = Option(
        "max-time", .optional(.duration(in: secondNs...30 * dayNs)), group: .compare, subcommands: [.compare],
        "no more runs are begun after this time")

    // MARK: Find

    let over = Option(
        "over", .repeatable(.over), group: .find, subcommands: [.find],
        "find it for each of several values of an option of its runs: codec=none,lz4,zstd. May be given again")
    let curve = Option(
        "curve", .flag, group: .find, subcommands: [.find],
        "measure latency against rate as well, from a tenth of what was found to a fifth more, into curve.csv")
    let resolution = Option(
        "resolution", .single(.percent(in: 0.005...0.2), default: 0.02), group: .find, subcommands: [.find],
        "how near a rate that holds and one that doesn't come to each other")
    let minRate = Option(
        "min-rate", .single(.bound, default: 1), group: .find, subcommands: [.find], "the lowest rate to try")
    let maxRate = Option(
        "max-rate", .single(.bound, default: 1e9), group: .find, subcommands: [.find], "the highest rate to try")

    // MARK: Ladder

    let ladderRuns = Option(
        "runs", .single(.count(in: 1...10_000), default: 5), group: .repeats, subcommands: [.ladder],
        "runs of each stage, in turn; the median counts")

    // MARK: Consume and end-to-end

    let consumers = Option(
        "consumers", .list(.count(in: 1...1024), default: 1), group: .shape, subcommands: Subcommand.reading,
        """
        consumers, each with connections of its own, that share the partitions; of kbench consume each works on --cores cores, of \
        kbench end-to-end on a thread of its own
        """)
    let decoders = Option(
        "decoders", .list(.count(in: 0...1024), default: 0), group: .shape, subcommands: Subcommand.consuming,
        """
        threads of each consumer that decompress what its lanes read, in order, and hand it to one more that reads the records; with 0 \
        each lane does all of that itself
        """)
    let isolation = Option(
        "isolation", .single(.choice("LEVEL"), default: IsolationChoice.readUncommitted), group: .shape,
        subcommands: Subcommand.reading, "which records of transactions are read")
    let group = Option(
        "group", .optional(.groupName), group: .shape, subcommands: Subcommand.consuming,
        """
        the consumers are members of this group, which shares the partitions out among them. The clock starts when all have \
        joined; they read from the beginning, whatever the group has committed, and commit as they go: give a name of its own
        """)
    let groupProtocol = Option(
        "group-protocol", .single(.choice("PROTOCOL"), default: GroupProtocolChoice.classic), group: .shape,
        subcommands: Subcommand.consuming,
        "with --group: who shares partitions out, a member or the coordinator (KIP-848)")
    let consumeRate = Option(
        "rate", .list(.rate, default: "as fast as possible") { _, _ in nil }, aliases: ["throughput"], group: .load,
        subcommands: Subcommand.consuming,
        "records a second to read at most: consumers rest between batches, so that no more is read by any moment")
    let role = Option(
        "role", .single(.choice(), default: EndToEndRole.both), group: .target, subcommands: [.endToEnd],
        """
        what this process does: with produce and consume two processes send and receive, over a topic of --bootstrap-server, which \
        stays; of two machines they compare the clocks over another one, NAME.clock. The consumer is started first, and waits for --records, or for --duration from the first \
        record on
        """)

    // MARK: Broker

    let port = Option(
        "port", .single(.count(in: 0...UInt16.max), default: 0), group: .broker, subcommands: [.broker],
        "port to listen on; with 0 a free one is found and printed")
    let brokers = Option(
        "brokers", .single(.count(in: 1...100), default: 1), group: .broker, subcommands: [.broker],
        "brokers of the cluster to play")
    let log = Option(
        "log", .optional(.logMode, default: "memory:64MiB"), group: .broker,
        subcommands: [.broker], "what is kept of what is written")
    let prepare = Option(
        "prepare", .optional(.bytes(in: 0...1 << 40), default: "what --log keeps, at most 1GiB"), group: .broker,
        subcommands: [.broker],
        """
        memory for the log that is taken from the system before the broker listens, at most what --log keeps, and half of what is \
        free; without it the first batches are kept more slowly than others, because the system gives memory more slowly than a batch \
        is copied
        """)
    let brokerRtt = Option(
        "rtt", .single(.duration(in: roundTripTimesNs), default: 0), group: .broker, subcommands: [.broker],
        """
        how far away the brokers are: requests are served at once, and each is answered so much later; there is no limit \
        to how many are under way, nor to their rate
        """)
    let serviceTime = Option(
        "service-time", .flag, group: .broker, subcommands: [.broker],
        """
        answers to produce requests tell how long the broker had them, which kbench shows apart from the way there and back; other \
        clients pass over it
        """)
    let tls = Option(
        "tls", .flag, group: .broker, subcommands: [.broker],
        """
        secure connections, by a certificate of an authority that it makes; what clients need to know lies in the folder of \
        --security-dir
        """)
    let mutualTLS = Option(
        "mutual-tls", .flag, group: .broker, subcommands: [.broker],
        "the same, and let only clients in that show a certificate of that authority")
    let sasl = Option(
        "sasl", .repeatable(ValueKind<MechanismChoice>.choice("MECHANISM")), group: .broker, subcommands: [.broker],
        """
        let only clients in that show who they are, by this mechanism; may be given again. The tokens of OAUTHBEARER are \
        believed, whoever made them
        """)
    let userFile = Option(
        "user-file", .optional(.path(.file)), group: .broker, subcommands: [.broker],
        """
        the users that --sasl lets in, as NAME=PASSWORD in each line; without it there is one, kbench, whose password is made \
        anew each time
        """)
    let reauthenticationTime = Option(
        "reauthentication-time", .optional(.duration(in: 2 * secondNs...dayNs)), group: .broker, subcommands: [.broker],
        "with --sasl: close connections whose clients have not shown anew for so long who they are (KIP-368)")
    let securityDirectory = Option(
        "security-dir", .optional(.path(.folder), default: "a temporary one, gone with the broker"), group: .broker,
        subcommands: [.broker],
        """
        folder for what clients need: ca.pem, client.properties for Java's tools and kbench, librdkafka.conf, and with \
        --mutual-tls client.pem and client.key
        """)
    let fault = Option(
        "fault", .repeatable(.fault), group: .broker, subcommands: [.broker],
        """
        a scripted fault, may be given again: any, or an API (\(FaultRule.apiNames.joined(separator: ", "))); \
        then, each behind a colon, which of its requests: topic=NAME, \
        partition=N, node=N, skip=N (so many pass first), every=N (one of so many), count=N (no more than so many), \
        after=TIME (counted from the first such request); and what happens, one of \
        error=CODE, error-after-store=CODE, disconnect, disconnect=after (once it is stored), delay=TIME, \
        delay=TIME..TIME (rising over the requests of count=), pause=TIME (all answers wait for its end), \
        rate=N (of produce requests: as if no more records a second could be served), \
        throttle=TIME (us, ms or s), stall, leader=NODE, leaderless, grow=N or anew=N (topics get N \
        partitions, or are made anew with N), freeze (the broker's metadata); of produce requests also a lie about a \
        batch that is acknowledged: lose, double, swap (stored behind the next one), damage (readers find its checksum wrong) or corrupt (a byte of a value is \
        flipped, the checksum mended, of batches without a codec); a delay or pause is serial, so that requests of a connection wait for the answer \
        before them, or of produce requests also pipelined: they are served meanwhile, and each answer has its own time; \
        such as \(faultExample)
        """)
    let control = Option(
        "control", .flag, group: .broker, subcommands: [.broker],
        """
        change the cluster by commands, one in each line of standard input; 'help' lists them, and each is answered by a \
        line that begins with ok or error
        """)
    let untilInputEnds = Option(
        "until-input-ends", .flag, group: .broker, subcommands: [.broker],
        "stop when standard input ends: with the process that started it")

    /// With a part of each kind.
    static let faultExample = "produce:partition=3:count=2:error=NOT_LEADER_OR_FOLLOWER"

    // MARK: General

    let help = Option(
        "help", .flag, short: "h", group: .general, subcommands: Set(Subcommand.allCases), "print this and stop")
    let version = Option(
        "version", .flag, group: .general, subcommands: Set(Subcommand.allCases), "print the version and stop")
}

extension OptionTable {
    /// Every option, in the order in which they stand above.
    static let options: [any AnyOption] = Mirror(reflecting: shared).children.compactMap { $0.value as? any AnyOption }

    package static let rows = options.map(\.row)

    /// The options that `subcommand` has, for runs of its usual kind.
    package static func rows(of subcommand: Subcommand) -> [OptionRow] {
        Invocation(subcommand).rows
    }

    /// The options that `subcommand` has, whatever the kind of its runs; of those with one name the first.
    static func rowsOfAnyKind(of subcommand: Subcommand) -> [OptionRow] {
        var names: Set<String> = []
        return rows.filter { row in
            subcommand.invocations.contains { $0.has(row) } && names.insert(row.name).inserted
        }
    }

    /// What an option has when it is not given, for settings that are made without a command line.
    static func standard<Value>(_ option: KeyPath<OptionTable, Option<Value>>) -> Value {
        shared[keyPath: option].standard
    }

    /// As above, of an option that takes a list and has one value without it, whatever other options say.
    static func standard<Element>(_ option: KeyPath<OptionTable, Option<Sweep<Element>>>) -> Element {
        guard case .values(let values) = shared[keyPath: option].standard else {
            preconditionFailure("the option's default depends on others")
        }
        return values[0]
    }
}

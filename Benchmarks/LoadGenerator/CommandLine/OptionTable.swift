/// The one table of options.
package enum OptionTable {
    /// Every option, in the order of `--help`.
    package static let options: [CommandOption] =
        target + amount + workload + shape + loadAndRepeats + output + broker + general

    /// The options that `subcommand` has.
    package static func options(of subcommand: Subcommand) -> [CommandOption] {
        options.filter { $0.subcommands.contains(subcommand) }
    }

    private static let target = [
        CommandOption(
            .bootstrapServer, "HOST:PORT[,…]", short: "b", group: .target,
            default: "an embedded broker, started and stopped by kbench", "brokers to start from"),
        CommandOption(
            .topic, "NAME", group: .target, default: "kbench",
            "topic to write to; created if missing, and then deleted afterwards"),
        CommandOption(.keepTopic, group: .target, "keep a topic that this run created"),
        CommandOption(
            .replicationFactor, "N", group: .target, default: "1", "replicas of the topic if it has to be created"),
        CommandOption(
            .stage, "STAGE", group: .target, default: "broker",
            "stop the pipeline at generate, build, compress, null or broker"),
        CommandOption(.commandConfig, "FILE", group: .client, "client settings from a file of Java properties"),
        CommandOption(
            .commandProperty, "NAME=VALUE", short: "X", arity: .repeatable, group: .client,
            "a client setting by its Java name or librdkafka's; may be given again"),
    ]

    private static let amount = [
        CommandOption(
            .records, "N", aliases: ["num-records"], group: .amount, default: "10M", "records to send in each run"),
        CommandOption(.duration, "TIME", group: .amount, "time to send for in each run, instead of --records"),
        CommandOption(.warmupRecords, "N", group: .amount, "records to send before the clock starts"),
        CommandOption(.warmupDuration, "TIME", group: .amount, "time to send for before the clock starts"),
    ]

    private static let workload = [
        CommandOption(
            .recordSize, "SIZE", arity: .sweep, group: .workload, default: "100",
            "bytes of a record's value, or a distribution: uniform:A:B, lognormal:MEDIAN:SIGMA, list:SIZE=WEIGHT,…"),
        CommandOption(
            .keys, "KEYS", arity: .sweep, group: .workload, default: "none",
            "none, sequential:N, uniform:N or zipf:N:EXP"),
        CommandOption(.keySize, "SIZE", group: .workload, default: "8", "bytes of a key"),
        CommandOption(
            .compressibility, "SHARE", arity: .sweep, group: .workload, default: "0.5",
            "share of the bytes that a codec can remove, 0 to 1"),
        CommandOption(.payloadFile, "FILE", group: .workload, "values from a file instead of made ones"),
        CommandOption(
            .payloadDelimiter, "TEXT", group: .workload, default: "\\n", "what separates the values of --payload-file"),
        CommandOption(.headers, "N", group: .workload, default: "0", "headers of a record"),
        CommandOption(
            .headerSize, "SIZE", group: .workload, default: "16", "bytes of a header, key and value together"),
        CommandOption(
            .seed, "N", group: .workload, default: "random, and printed", "seed of everything that is random"),
    ]

    private static let shape = [
        CommandOption(
            .partitions, "N", arity: .sweep, group: .shape, default: "64", "partitions of the topic that are written to"
        ),
        CommandOption(
            .partitioner, "NAME", arity: .sweep, group: .shape, default: "sticky; with keys murmur2",
            "none, explicit, round-robin, sticky, murmur2, crc32 or fnv1a"),
        CommandOption(.builder, "NAME", arity: .sweep, group: .shape, default: "sharded", "sequential or sharded"),
        CommandOption(
            .cores, "N", arity: .sweep, group: .shape, default: "all CPUs online", "cores the client works on"),
        CommandOption(
            .concurrency, "N", arity: .sweep, group: .shape, default: "2 for each core",
            "produce requests in flight, all brokers together"),
        CommandOption(
            .codec, "CODEC[:LEVEL]", arity: .sweep, group: .shape, default: "none",
            "none, gzip:1…9, snappy, lz4:1…17 or zstd:-131072…22; the level may be left out"),
        CommandOption(
            .batchSize, "SIZE", arity: .sweep, group: .shape,
            default: "1MiB / partitions, at least 16KiB, at most 256KiB, rounded down to a power of two",
            "most bytes of a batch; by default the open batches of all partitions stay within a core's own cache, "
                + "which measuring showed to matter most"),
        CommandOption(
            .linger, "TIME", arity: .sweep, group: .shape, default: "5ms",
            "longest time a batch waits for more records"),
        CommandOption(
            .acks, "ACKS", arity: .sweep, group: .shape, default: "all", "acknowledgements to wait for: 0, 1 or all"),
        CommandOption(.idempotence, group: .shape, "produce idempotently"),
    ]

    private static let loadAndRepeats = [
        CommandOption(
            .rate, "N", aliases: ["throughput"], arity: .sweep, group: .load, default: "as fast as possible",
            "records a second on a fixed schedule that late answers do not slow down"),
        CommandOption(
            .runs, "N", group: .repeats, default: "1",
            "runs of each configuration; a comma list of any option marked * is swept, run by run in turn"),
    ]

    private static let output = [
        CommandOption(.output, "DIR", group: .output, default: "results/<time>", "folder for the results"),
        CommandOption(.format, "FORMAT", group: .output, default: "text", "what is printed: text or json"),
        CommandOption(.interval, "TIME", group: .output, default: "1s", "time between two rows of the timeline"),
        CommandOption(
            .quiet, group: .output, subcommands: [.run, .broker], "print nothing but errors and results"),
        CommandOption(.dryRun, group: .safety, "print the resolved plan and its cost, and stop"),
        CommandOption(.resume, "DIR", group: .safety, "go on with the interrupted sweep in DIR"),
    ]

    private static let broker = [
        CommandOption(
            .port, "N", group: .broker, default: "0: a free one, printed", subcommands: [.broker], "port to listen on"),
        CommandOption(
            .brokers, "N", group: .broker, default: "1", subcommands: [.broker], "brokers of the cluster to play"),
        CommandOption(
            .log, "MODE", group: .broker, default: "enough for its clients to read back", subcommands: [.broker],
            "what is kept of what is written: drop or memory:SIZE"),
        CommandOption(
            .fault, "FAULT", arity: .repeatable, group: .broker, subcommands: [.broker],
            faultGrammar),
        CommandOption(
            .untilInputEnds, group: .broker, subcommands: [.broker],
            "stop when standard input ends: with the process that started it"),
    ]

    private static let faultGrammar = """
        a scripted fault, may be given again: any, or an API (produce, fetch, listoffsets, metadata, apiversions, \
        createtopics, deletetopics, initproducerid); then, each behind a colon, which of its requests: topic=NAME, \
        partition=N, node=N, skip=N (so many pass first), count=N (no more than so many); and what happens, one of \
        error=CODE, error-after-store=CODE, disconnect, disconnect=after (once it is stored), delay=TIME, \
        throttle=TIME (us, ms or s), stall, leader=NODE; such as \(faultExample)
        """

    /// With a part of each kind.
    static let faultExample = "produce:partition=3:count=2:error=NOT_LEADER_OR_FOLLOWER"

    private static let general = [
        CommandOption(.help, short: "h", group: .general, subcommands: Set(Subcommand.allCases), "print this and stop"),
        CommandOption(.version, group: .general, subcommands: Set(Subcommand.allCases), "print the version and stop"),
    ]
}

extension Subcommand {
    /// A command line that works as it stands, and what it is for.
    struct Example: Sendable {
        let line: String
        let purpose: String
    }

    /// Of `--help` and the manual page.
    var examples: [Example] {
        switch self {
        case .run:
            [
                Example(line: "kbench", purpose: "10 M records of 100 B to 64 partitions of an embedded broker"),
                Example(
                    line: "kbench --codec none,lz4,zstd:3 --cores 1,2 --runs 5 --output sweep",
                    purpose: "compare codecs and core counts, five runs of each, one after the other in turn"),
                Example(
                    line: "kbench -b broker-1:9092 --records 10M --acks all -X client.id=bench",
                    purpose: "a real cluster; the topic is made for it and deleted afterwards"),
                Example(
                    line: "kbench --rate 100k --duration 1m --warmup-duration 5s --linger 0ms",
                    purpose: "latency at a fixed rate, counted from when each record was due"),
                Example(
                    line: "kbench -b broker-1:9092 --duration 10m --rate 50k --verify",
                    purpose: "is every record there, once, in order and unharmed"),
                Example(
                    line: "kbench --stage build --record-size uniform:10:500 --keys zipf:1M:1.1",
                    purpose: "what building batches alone costs; no broker takes part"),
                Example(
                    line: "kbench --rtt 0ms,1ms,20ms",
                    purpose: "what distance costs: the broker's answers come so much later"),
                Example(
                    line: "kbench --codec gzip,zstd:1 --batch-size 64KiB,256KiB --dry-run",
                    purpose: "what would be run, and how much is sent"),
            ]
        case .broker:
            [
                Example(
                    line: "kbench broker --port 9092 --log memory:1GiB", purpose: "a broker that any client can use"),
                Example(
                    line: "kbench broker --fault \(OptionTable.faultExample)",
                    purpose: "one that refuses two requests of partition 3"),
                Example(
                    line: "kbench broker --brokers 3 --control",
                    purpose: "a cluster to be changed by commands such as 'grow TOPIC 8' and 'stop 2'"),
            ]
        case .compare:
            [
                Example(
                    line:
                        "kbench compare results/before results/after --gate throughput_rps:-5%,latency_total_p99_us:+10%",
                    purpose: "has anything become worse by more than that? Exit status 2 if so, 3 if it can't be told"),
                Example(
                    line: "kbench compare --duration 2s --base '--codec lz4' --new '--codec zstd:1'",
                    purpose: "run both, in the order A-B-B-A, until it is clear which is better"),
                Example(
                    line: "kbench compare --duration 2s --base-binary ./kbench-before --gate throughput_rps:-2%",
                    purpose: "did a change of the code cost something"),
                Example(
                    line:
                        "kbench compare end-to-end --rate 10k --duration 2s --base '--linger 0ms' --new '--linger 1ms'",
                    purpose: "the same of the way from when a record was due to its receipt"),
            ]
        case .find:
            [
                Example(
                    line: "kbench find --expect 'latency_total_p99_us<=10ms' --linger 0ms",
                    purpose: "how many records a second have a p99 of 10 ms or less"),
                Example(
                    line:
                        "kbench find -b broker-1:9092 --expect 'latency_total_p99_us<=20ms' --over codec=none,lz4 --curve",
                    purpose: "the same of a cluster, for two codecs, and how latency rises with the rate"),
                Example(
                    line: "kbench find end-to-end --expect 'latency_end_to_end_p99_us<=5ms' --linger 0ms",
                    purpose: "how many records a second reach their consumer within 5 ms, but for one of a hundred"),
                Example(
                    line: "kbench find consume --expect 'client_cpu_ns_per_record<=50ns' --over codec=none,lz4",
                    purpose: "how many records a second are read, at what cost"),
            ]
        case .ladder:
            [
                Example(
                    line: "kbench ladder --codec lz4", purpose: "what making, building, compressing and sending cost")
            ]
        case .consume:
            [
                Example(line: "kbench consume", purpose: "fill a topic of an embedded broker, and read it"),
                Example(
                    line: "kbench consume -b broker-1:9092 --topic events --cores 1,2 --runs 3",
                    purpose: "how fast a topic that is there can be read"),
                Example(
                    line: "kbench consume --consumers 4 --group kbench --group-protocol consumer",
                    purpose: "by four members of a group"),
            ]
        case .endToEnd:
            [
                Example(
                    line: "kbench end-to-end --rate 10k --duration 10s --warmup-duration 1s --linger 0ms",
                    purpose: "how long records are under way to their consumer, over an embedded broker"),
                Example(
                    line: "kbench end-to-end -b broker-1:9092 --rate 1k,10k,100k --duration 30s --consumers 2",
                    purpose: "the same over a cluster, at three rates, to two consumers"),
                Example(
                    line: "kbench end-to-end --role consume -b broker-1:9092 --records 300k",
                    purpose: "receive in a process of its own what the next line sends from another"),
                Example(
                    line: "kbench end-to-end --role produce -b broker-1:9092 --records 300k --rate 10k",
                    purpose:
                        "the process that sends, on this machine or another, started when the other says that it waits"),
            ]
        case .completions:
            [
                Example(
                    line: "kbench completions bash > ~/.local/share/bash-completion/completions/kbench", purpose: "bash"
                ),
                Example(line: "kbench completions zsh > ~/.zfunc/_kbench", purpose: "zsh, with ~/.zfunc in fpath"),
                Example(line: "kbench completions fish > ~/.config/fish/completions/kbench.fish", purpose: "fish"),
            ]
        case .man: [Example(line: "kbench man > kbench.1", purpose: "to be read with man ./kbench.1")]
        }
    }
}

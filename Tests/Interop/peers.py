"""scripts/compare-peers: what it measures is there, its ratios are right, and bad input is refused."""

import json
import os
import shutil
import subprocess
import sys

from harness import ROOT, Skip, equal, expect, folder, table, test
from programs import java_tool, kafka_home

sys.path.append(os.path.join(ROOT, "Benchmarks", "peers"))


def compare(*arguments, timeout=120, **environment):
    command = [os.path.join(ROOT, "scripts", "compare-peers"), *map(str, arguments)]
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout,
                           env={**os.environ, **environment})
    if ended.returncode == 69:
        raise Skip(ended.stderr.strip().splitlines()[-1])
    return ended


@test("compare-peers runs kbench and librdkafka in turn on one broker, and writes what they took")
def both():
    with folder() as output:
        ended = compare("--clients", "kbench-lane,kbench-record,kbench-chunk,librdkafka,librdkafka-batch", "--records", "20k", "--rounds", 2,
                        "--partitions", 4, "--codec", "none,lz4", "--rate", "2k", "--rate-seconds", 1, "--rate-warmup-seconds", 1,
                        "--output", output)
        equal(ended.returncode, 0, f"status of {ended.stderr}")
        rows = table(output + "/peers.csv")
        equal(len(rows), 2 * 2 * 2 * 5, "rows: rounds, codecs, modes, clients")
        for row in rows:
            expect(float(row["client_cpu_ns_per_record"]) > 0 and int(row["client_peak_rss_bytes"]) > 1 << 20, f"{row}")
            if row["mode"] == "rate":
                expect(500 < float(row["throughput_rps"]) < 2100, f"not the rate: {row}")
                expect(0 < float(row["latency_p50_us"]) <= float(row["latency_p99_us"]), f"no latencies: {row}")
        ratios = table(output + "/ratios.csv")
        equal({(row["client"], row["peer"], row["rounds"]) for row in ratios},
              {("kbench-record", "librdkafka", "2"), ("kbench-chunk", "librdkafka-batch", "2")}, "who is compared")
        equal(len(ratios), 2 * 2 * 6, "ratios: codecs, peers, metrics")
        for text in ("throughput", "client CPU", "p99 at rate", "record by record: kbench-record, librdkafka\n",
                     "many records in a call: kbench-chunk, librdkafka-batch\n"):
            expect(text in ended.stdout, f"'{text}' is not in {ended.stdout}")
        with open(output + "/manifest.json") as f:
            equal(sorted(json.load(f)["clients"]), ["kbench-chunk", "kbench-lane", "kbench-record", "librdkafka", "librdkafka-batch"],
                  "clients")


@test("compare-peers sweeps distances, brokers and idempotence, and compares only what had the same of all")
def swept():
    with folder() as output:
        ended = compare(
            "--clients", "kbench-record,librdkafka,librdkafka-defaults", "--records", "20k", "--rounds", 1, "--partitions", "1,8",
            "--record-size", "100,1000", "--rtt", "0,20ms", "--brokers", "1,2", "--in-flight", 5, "--rate", 0, "--output", output)
        equal(ended.returncode, 0, f"status of {ended.stderr}")
        rows = table(output + "/peers.csv")
        equal(len(rows), 2 * 2 * 2 * 2 * 3, "rows: partitions, sizes, distances, brokers, clients")
        equal({(row["brokers"], row["rtt_ms"], row["record_size_bytes"], row["partitions"]) for row in rows},
              {(b, r, s, p) for b in "12" for r in ("0", "20") for s in ("100", "1000") for p in "18"}, "conditions")
        for row in rows:
            equal((row["idempotence"], row["in_flight"]), ("false", "5"), "settings")
            expect(row["rtt_ms"] == "0" or float(row["duration_s"]) >= 0.02, f"faster than its wire: {row}")
        ratios = table(output + "/ratios.csv")
        equal(len(ratios), 16 * 2 * 3, "ratios: conditions, peers, metrics")
        equal({row["rtt_ms"] for row in ratios}, {"0", "20"}, "distances of the ratios")
        expect("2 brokers · 20 ms · 1000 B · 8 partitions" in ended.stdout, ended.stdout)
    with folder() as output:
        ended = compare("--clients", "kbench-record,librdkafka", "--records", "20k", "--rounds", 1, "--partitions", 4, "--idempotence",
                        "true,false", "--rate", 0, "--output", output)
        equal(ended.returncode, 0, f"status of {ended.stderr}")
        rows = table(output + "/peers.csv")
        found = sorted({(row["client"], row["idempotence"], row["acks"]) for row in rows})
        everyone = [(client, word, "all") for client in ("kbench-record", "librdkafka") for word in ("false", "true")]
        # A kbench that can't is left out, and that is said.
        if "does not produce idempotently" in ended.stderr:
            everyone.remove(("kbench-record", "true", "all"))
        equal(found, everyone, "who produced how")


@test("compare-peers has Kafka's own client take part, and its ProducerPerformance")
def java():
    home = kafka_home("4.3.1")
    if home is None:
        raise Skip("there is no Kafka 4.3.1: KAFKA_HOME, or a folder beside it, may name one")
    java_tool("javac")
    with folder() as output:
        ended = compare("--clients", "kbench-record,java-client,java", "--records", "20k", "--rounds", 1, "--partitions", 4, "--rate",
                        "1k", "--rate-seconds", 1, "--rate-warmup-seconds", 1, "--output", output, KAFKA_HOME=home)
        equal(ended.returncode, 0, f"status of {ended.stderr}")
        rows = table(output + "/peers.csv")
        equal(sorted({(row["client"], row["mode"]) for row in rows if row["version"] == "4.3.1"}),
              [(c, m) for c in ("java", "java-client") for m in ("rate", "throughput")], "rows")
        (paced,) = [row for row in rows if (row["client"], row["mode"]) == ("java-client", "rate")]
        expect(0 < float(paced["latency_p50_us"]) <= float(paced["latency_p99_us"]), f"no latencies: {paced}")


@test("compare-peers consume reads one topic with kbench and librdkafka in turn, of each codec and at each distance")
def consumers():
    with folder() as output:
        ended = compare("consume", "--clients", "kbench-consume,librdkafka,librdkafka-crc,librdkafka-defaults", "--records", "50k",
                        "--rounds", 2, "--partitions", 4, "--codec", "none,zstd", "--rtt", "0,5ms", "--output", output)
        equal(ended.returncode, 0, f"status of {ended.stderr}")
        rows = table(output + "/peers.csv")
        equal(len(rows), 2 * 2 * 2 * 4, "rows: rounds, codecs, distances, clients")
        for row in rows:
            equal((row["mode"], row["records"], row["partitions"]), ("consume", "50000", "4"), "what was done")
            expect(float(row["client_cpu_ns_per_record"]) > 0 and int(row["client_peak_rss_bytes"]) > 1 << 20, f"{row}")
            expect(row["rtt_ms"] == "0" or float(row["duration_s"]) >= 0.005, f"faster than its wire: {row}")
        ratios = table(output + "/ratios.csv")
        equal({(row["client"], row["peer"], row["rounds"]) for row in ratios},
              {("kbench-consume", peer, "2") for peer in ("librdkafka", "librdkafka-crc", "librdkafka-defaults")}, "who is compared")
        equal({row["mode"] for row in ratios}, {"consume"}, "modes")


@test("compare-peers consume has Kafka's own consumer take part, and its ConsumerPerformance")
def java_consumers():
    home = kafka_home("4.3.1")
    if home is None:
        raise Skip("there is no Kafka 4.3.1: KAFKA_HOME, or a folder beside it, may name one")
    java_tool("javac")
    with folder() as output:
        ended = compare("consume", "--clients", "kbench-consume,java-client,java", "--records", "20k", "--rounds", 1, "--partitions", 4,
                        "--output", output, KAFKA_HOME=home)
        equal(ended.returncode, 0, f"status of {ended.stderr}")
        rows = table(output + "/peers.csv")
        cpu = {row["client"]: float(row["client_cpu_ns_per_record"]) for row in rows if row["version"] == "4.3.1"}
        equal(sorted(cpu), ["java", "java-client"], "rows of Kafka's own")
        # The tool's is a difference of two starts of a virtual machine, which so few records may not exceed.
        expect(cpu["java-client"] > 0 and cpu["java"] >= 0, f"CPU is {cpu}")


@test("compare-peers end-to-end measures how long a record takes with kbench, librdkafka and Kafka's own client")
def end_to_end():
    clients = "kbench-end-to-end,librdkafka" + (",java-client" if kafka_home("4.3.1") and shutil.which("javac") else "")
    with folder() as output:
        ended = compare("end-to-end", "--clients", clients, "--rate", "1k", "--rate-seconds", 1, "--rate-warmup-seconds", 1, "--rounds", 1,
                        "--partitions", 2, "--output", output)
        equal(ended.returncode, 0, f"status of {ended.stderr}")
        rows = table(output + "/peers.csv")
        equal(sorted(row["client"] for row in rows), sorted(clients.split(",")), "clients")
        for row in rows:
            equal((row["mode"], row["records"], row["rate_target_rps"]), ("end-to-end", "1000", "1000"), "what was done")
            expect(0 < float(row["latency_p50_us"]) <= float(row["latency_p99_us"]) < 1e6, f"no latencies: {row}")
            expect(0.5 < float(row["duration_s"]) < 3, f"not a second: {row}")
        ratios = {row["metric"] for row in table(output + "/ratios.csv")}
        equal(ratios, {"p50", "p99", "client CPU"}, "ratios")


@test("compare-peers says how many times better kbench is, round by round")
def ratios_are_right():
    from results import ratios

    def row(number, client, rps, cpu):
        return {"round": number, "client": client, "mode": "throughput", "codec": "none", "throughput_rps": rps,
                "client_cpu_ns_per_record": cpu, "client_peak_rss_bytes": 100}

    rows = [row(1, "kbench", 10, 40), row(1, "java", 5, 400), row(2, "kbench", 30, 50), row(2, "java", 10, 250),
            row(3, "java", 10, 100)]
    found = {r["metric"]: (r["ratio_median"], r["ratio_min"], r["ratio_max"], r["rounds"])
             for r in ratios(rows, "throughput", "none", "kbench", "java")}
    equal(found["throughput"], (2.5, 2, 3, 2), "throughput")
    equal(found["client CPU"], (7.5, 5, 10, 2), "client CPU")
    equal(list(ratios(rows, "rate", "none", "kbench", "java")), [], "ratios of what was not measured")


@test("compare-peers refuses what it can't do before anything starts")
def refusals():
    with folder() as output:
        empty = output + "/empty"
        open(empty, "w").close()
        for arguments, said in (
            (("--codec", "lz5"), "there is no codec 'lz5'"), (("--records", 0), "from 1 to"),
            (("--records", "many"), "write it like"), (("--batch-size", "2GiB"), "size"), (("--bogus",), "--bogus"),
            (("--payload-file", output + "/none"), "no such file"), (("--payload-file", empty), "no lines"),
            (("--rtt", "20"), "write it like 20ms"), (("--rtt", "61s"), "from 0 to 60s"), (("--brokers", 0), "from 1 to"),
            (("--idempotence", "yes"), "neither true nor false"), (("--idempotence", "true", "--acks", 1), "wants --acks all"),
            (("--idempotence", "true", "--in-flight", 6), "--in-flight 5 or less"),
            (("-b", "127.0.0.1:1", "--rtt", "1ms,2ms"), "yours have one"), (("-b", "127.0.0.1:1", "--brokers", "1,2"), "yours have one"),
            (("--payload-file", empty, "--record-size", 10), "cannot be combined"),
            (("--clients", "kbench-lane,sarama"), "there is no client 'sarama'"),
            (("consume", "--clients", "kbench-lane"), "there is no client 'kbench-lane'"), (("consume", "--acks", "1"), "--acks"),
        ):
            ended = compare(*arguments, "--output", output + "/out")
            equal(ended.returncode, 64, f"status of {arguments}: {ended.stderr}")
            expect(said in ended.stderr, f"'{said}' is not in {ended.stderr}")
        ended = compare("--clients", "kbench-lane,java", "--output", output + "/out", KAFKA_HOME=output)
        equal(ended.returncode, 64, "status without a Kafka")
        expect("kafka-clients" in ended.stderr, f"{ended.stderr}")
        expect(not os.path.exists(output + "/out"), "something was written")
        ended = compare("-b", "127.0.0.1:1", "--records", 10, "--rounds", 1, "--output", output + "/out")
        equal(ended.returncode, 1, "status without a broker")

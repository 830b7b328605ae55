"""Programs that produce on a schedule and consume what they have produced, each run as a process of its own."""

import csv
import os
import tempfile

from clients import JAVA, Failed, JavaClient, run

ONE_PROCESS = "one by one on a schedule, and consumed by the same process"


class WholeWay:
    """What every client does alike: over which topic, how many records, when."""

    def __init__(self, bootstrap, topic, condition, rate, seconds, warmup_seconds, acks, linger_ms, security):
        self.bootstrap, self.topic, self.partitions = bootstrap, topic, condition.partitions
        self.record_bytes, self.codec = condition.record_size_bytes, condition.codec
        self.rate, self.seconds, self.warmup_seconds = rate, seconds, warmup_seconds
        self.acks, self.linger_ms = acks, linger_ms
        self.security = security  # of a file that `kbench broker` writes for its clients: its settings

    @property
    def records(self):
        """Those that count."""
        return self.rate * self.seconds

    @property
    def warmup(self):
        return self.rate * self.warmup_seconds


class KBenchEndToEnd:
    name = "kbench-end-to-end"
    kind = ONE_PROCESS
    measures = "kbench end-to-end: builder lanes and the library's Consumer; CPU of the run, both ends"

    def __init__(self, binary):
        self.binary = binary
        self.version = run([binary, "--version"]).out.split()[-1]

    def travel(self, way):
        with tempfile.TemporaryDirectory() as folder:
            output = os.path.join(folder, "out")
            secured = [word for name, value in way.security("client.properties").items() for word in ("-X", f"{name}={value}")]
            warmup = ["--warmup-records", str(way.warmup)] if way.warmup else []
            run([self.binary, "end-to-end", "-b", way.bootstrap, "--topic", way.topic, "--partitions", str(way.partitions),
                 "--records", str(way.records), *warmup, "--rate", str(way.rate), "--record-size", str(way.record_bytes),
                 "--codec", way.codec, "--acks", way.acks, "--linger", f"{way.linger_ms}ms", *secured, "--quiet", "--output", output])
            with open(os.path.join(output, "runs.csv"), newline="") as f:
                (row,) = csv.DictReader(f)
        if int(row["records_read"]) < way.records:
            raise Failed(f"kbench received {row['records_read']} of {way.records} records")
        generating = float(row["generator_cpu_ns_per_record"] or 0) * int(row["records_acked"]) / 1e9
        return {
            "duration_s": float(row["duration_s"]), "client_cpu_s": float(row["client_cpu_s"]) + generating,
            "client_peak_rss_bytes": int(row["client_peak_rss_bytes"]),
            "latency_p50_us": float(row["latency_end_to_end_p50_us"]), "latency_p99_us": float(row["latency_end_to_end_p99_us"]),
            "verdict": row["verdict"],
        }


def peer_words(way, producing, consuming):
    """The arguments of the two peers, which tell settings of the producer and the consumer apart."""
    return [way.topic, str(way.partitions), str(way.warmup + way.records), str(way.rate), str(way.warmup), str(way.record_bytes),
            *(f"producer:{name}={value}" for name, value in producing.items()),
            *(f"consumer:{name}={value}" for name, value in consuming.items())]


def figures_of(out, way):
    row = {name: float(value) for name, value in (pair.split("=") for pair in out.split())}
    if row["records"] != way.records:
        raise Failed(f"{row['records']:.0f} of {way.records} records were received")
    return {name: value for name, value in row.items() if name != "records"}


class LibrdkafkaEndToEnd:
    name = "librdkafka"
    kind = ONE_PROCESS
    measures = ("rd_kafka_produce on one thread, rd_kafka_consumer_poll on another, no pause before it asks for more and no delay of "
                "small packets; CPU of the run, both ends")

    def __init__(self, binary):
        self.binary = binary
        self.version = run([binary, "version"]).out.strip()

    def travel(self, way):
        shared = {"bootstrap.servers": way.bootstrap, **way.security("librdkafka.conf"), "socket.nagle.disable": "true"}
        producing = {**shared, "acks": way.acks, "linger.ms": way.linger_ms, "compression.codec": way.codec}
        consuming = {**shared, "group.id": "compare-peers", "enable.auto.commit": "false", "fetch.queue.backoff.ms": 0,
                     "fetch.error.backoff.ms": 0}
        return figures_of(run([self.binary, *peer_words(way, producing, consuming)]).out, way)


class JavaEndToEnd(JavaClient):
    name = "java-client"
    kind = ONE_PROCESS
    measures = ("KafkaProducer on one thread, KafkaConsumer.poll on another; CPU of the run, both ends, once the virtual machine has "
                "compiled what runs often")
    source = "JavaEndToEndPeer.java"

    def travel(self, way):
        shared = {"bootstrap.servers": way.bootstrap, **way.security("client.properties")}
        producing = {**shared, "acks": way.acks, "linger.ms": way.linger_ms, "compression.type": way.codec,
                     "compression.lz4.level": 1}
        finished = run([*JAVA, self.libraries(), "JavaEndToEndPeer", *peer_words(way, producing, shared)])
        return {**figures_of(finished.out, way), "client_peak_rss_bytes": finished.peak_rss_bytes}

"""The producers that are compared, each run as a process of its own with the same settings."""

import csv
import glob
import os
import re
import subprocess
import tempfile
import time

TIMEOUT_S = 600


class Failed(Exception):
    """A client that could not do its run, with what it said."""


def security_of(folder, name):
    """The settings of security, of one of the files that `kbench broker` writes for its clients; without a folder none."""
    if not folder:
        return {}
    with open(os.path.join(folder, name)) as f:
        return dict(line.rstrip("\n").split("=", 1) for line in f)


class Job:
    """What every client does alike: where to, how much, and with what settings."""

    def __init__(self, bootstrap, topic, partitions, records, payload_file, codec, acks, batch_size, linger_ms, rate,
                 warmup, idempotence=False, in_flight=None, brokers=1, security_folder=None):
        self.bootstrap, self.topic, self.partitions = bootstrap, topic, partitions
        self.records, self.payload_file = records, payload_file
        self.codec, self.acks, self.batch_size, self.linger_ms = codec, acks, batch_size, linger_ms
        self.rate = rate  # records/s on a schedule; 0: as fast as possible
        self.warmup = warmup  # so many of the records, the first, don't count for latency
        self.idempotence = idempotence
        self.in_flight = in_flight  # requests to each broker; None: each client's own default
        self.brokers = brokers
        self.security_folder = security_folder  # with client.properties and librdkafka.conf; None: in the clear

    @property
    def librdkafka_security(self):
        return self.security("librdkafka.conf")

    def security(self, name):
        return security_of(self.security_folder, name)


class Finished:
    def __init__(self, out, err, cpu_s, peak_rss_bytes):
        self.out, self.err, self.cpu_s, self.peak_rss_bytes = out, err, cpu_s, peak_rss_bytes


def run(command):
    """Runs a command to its end; what its process used is that of the whole process."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        deadline = time.monotonic() + TIMEOUT_S
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() > deadline:
                process.kill()
                process.wait()
                raise Failed(f"{command[0]} did not end within {TIMEOUT_S} s")
            time.sleep(0.005)
        process.returncode = os.waitstatus_to_exitcode(status)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
        if process.returncode != 0:
            lines = (texts[1] or texts[0]).strip().splitlines()[-5:]
            raise Failed("\n".join([f"{os.path.basename(command[0])} ended with status {process.returncode}", *lines]))
        return Finished(*texts, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


# Who can be compared with whom: those that get records in the same way.
BY_RECORD = "record by record"
BY_BATCH = "many records in a call"
FROM_WITHIN = "from within the client's own threads, as no other client lets one"


class KBench:
    name = "kbench-lane"
    door = "lane"
    kind = FROM_WITHIN
    measures = ("the library's builder lanes, fed on their own threads; CPU of the run, as all peers' with that of "
                "making the records; latency from when a record was due")

    def __init__(self, binary):
        self.binary = binary
        self.version = run([binary, "--version"]).out.split()[-1]

    def can(self, idempotence):
        """Whether this kbench produces so."""
        tried = [self.binary, "--dry-run", "-b", "127.0.0.1:1", "--acks", "all", "-X", f"enable.idempotence={idempotence}".lower()]
        return subprocess.run(tried, stdin=subprocess.DEVNULL, capture_output=True).returncode == 0

    def produce(self, job):
        with tempfile.TemporaryDirectory() as folder:
            output = os.path.join(folder, "out")
            more = ["--rate", str(job.rate)] if job.rate else []
            more += ["--warmup-records", str(job.warmup)] if job.warmup else []
            more += ["--concurrency", str(job.in_flight)] if job.in_flight else []
            more += ["--batch-size", str(job.batch_size)] if job.batch_size else []
            more += [] if job.idempotence else ["--may-reorder"]
            more += ["--command-config", os.path.join(job.security_folder, "client.properties")] if job.security_folder else []
            run([self.binary, "-b", job.bootstrap, "--topic", job.topic, "--partitions", str(job.partitions),
                 "--records", str(job.records - job.warmup), "--payload-file", job.payload_file, "--codec", job.codec,
                 "--acks", job.acks, "--linger", f"{job.linger_ms}ms",
                 "-X", f"enable.idempotence={job.idempotence}".lower(), "--door", self.door, "--quiet", "--output", output, *more])
            with open(os.path.join(output, "runs.csv"), newline="") as f:
                (row,) = csv.DictReader(f)
        return {
            "measured": job.records - job.warmup, "duration_s": float(row["duration_s"]),
            "client_cpu_s":
                float(row["client_cpu_s"]) + float(row["generator_cpu_ns_per_record"]) * int(row["records_acked"]) / 1e9,
            "client_peak_rss_bytes": int(row["client_peak_rss_bytes"]),
            "latency_p50_us": float(row["latency_total_p50_us"]), "latency_p99_us": float(row["latency_total_p99_us"]),
            "verdict": row["verdict"],
        }


class KBenchRecord(KBench):
    name = "kbench-record"
    door = "record"
    kind = BY_RECORD
    measures = ("one by one and copied, by Producer.append from one task; CPU of the run; latency "
                "from when a record was due")


class KBenchWriter(KBench):
    name = "kbench-writer"
    door = "writer"
    kind = BY_RECORD
    measures = ("one by one and copied, by the RecordWriter of one task; CPU of the run; latency "
                "from when a record was due")


class KBenchChunk(KBench):
    name = "kbench-chunk"
    door = "chunk"
    kind = BY_BATCH
    measures = ("256 at a time and not copied, by Producer.append of a chunk from one task; CPU of the run; "
                "latency from when a record was due")


class Librdkafka:
    name = "librdkafka"
    verb = "produce"
    kind = BY_RECORD
    measures = "one by one and copied, as most programs do; CPU of the run; latency from when a record was due"

    def __init__(self, binary):
        self.binary = binary
        self.version = run([binary, "version"]).out.strip()

    def can(self, idempotence):
        return True

    def tuning(self, job):
        """What librdkafka's manual says of throughput: batches and a linger time of choice, and a queue that is large enough."""
        return {
            "linger.ms": job.linger_ms, **({"batch.size": job.batch_size} if job.batch_size else {}),
            # So that the size alone ends a batch, and the queue is never what holds it up.
            "batch.num.messages": 1_000_000, "queue.buffering.max.messages": 1_000_000,
        }

    def produce(self, job):
        settings = {
            "bootstrap.servers": job.bootstrap, "acks": job.acks, "compression.codec": job.codec,
            "enable.idempotence": str(job.idempotence).lower(), **job.librdkafka_security, **self.tuning(job)}
        if job.in_flight:
            settings["max.in.flight.requests.per.connection"] = job.in_flight
        out = run([self.binary, self.verb, job.topic, str(job.records), str(job.rate), str(job.warmup),
                   job.payload_file, *(f"{name}={value}" for name, value in settings.items())]).out
        row = dict(pair.split("=") for pair in out.split())
        if int(row["records_acked"]) != job.records:
            raise Failed(f"librdkafka delivered {row['records_acked']} of {job.records} records")
        return {name: float(value) for name, value in row.items() if not name.startswith("records")}


class LibrdkafkaBatch(Librdkafka):
    name = "librdkafka-batch"
    verb = "produce-batch"
    kind = BY_BATCH
    measures = "500 at a time by rd_kafka_produce_batch and not copied: the least it costs"


class LibrdkafkaDefaults(Librdkafka):
    name = "librdkafka-defaults"
    measures = "as librdkafka, with its own batch size, linger time and queue, whatever was asked for"

    def tuning(self, job):
        return {}


# The flags of kafka-producer-perf-test.sh.
JAVA = ["java", "-Xmx512M", "-server", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "-cp"]


class JavaClient:
    name = "java-client"
    kind = BY_RECORD
    measures = ("Kafka's own client, one by one; CPU of the run, once the virtual machine has compiled what runs often; latency "
                "from when a record was due")
    source = "JavaProducerPeer.java"

    def __init__(self, home, scratch):
        self.home, self.scratch = home, scratch
        jars = glob.glob(os.path.join(home, "libs", "kafka-clients-*[0-9].jar"))
        if not jars:
            raise Failed(f"{home} has no libs/kafka-clients-*.jar")
        self.version = re.sub(r".*kafka-clients-(.*)\.jar", r"\1", jars[0])
        self.compile()

    def compile(self):
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), self.source)
        run(["javac", "-d", self.scratch, "-cp", os.path.join(self.home, "libs", "*"), source])

    def libraries(self):
        return os.pathsep.join([self.scratch, os.path.join(self.home, "libs", "*")])

    def can(self, idempotence):
        return True

    def settings(self, job):
        settings = {
            "bootstrap.servers": job.bootstrap, "acks": job.acks, "compression.type": job.codec,
            "linger.ms": job.linger_ms, "buffer.memory": 256 << 20,
            # Its lz4 defaults to a level that is not the others'.
            "enable.idempotence": str(job.idempotence).lower(), "compression.lz4.level": 1, **job.security("client.properties"),
        }
        if job.batch_size:
            settings["batch.size"] = job.batch_size
        if job.in_flight:
            settings["max.in.flight.requests.per.connection"] = job.in_flight
        return settings

    def produce(self, job):
        finished = run([*JAVA, self.libraries(), "JavaProducerPeer", job.topic, str(job.records), str(job.rate), str(job.warmup),
                        job.payload_file, *(f"{name}={value}" for name, value in self.settings(job).items())])
        row = dict(pair.split("=") for pair in finished.out.split())
        if int(row["records_acked"]) != job.records:
            raise Failed(f"Kafka's client delivered {row['records_acked']} of {job.records} records")
        figures = {name: float(value) for name, value in row.items() if not name.startswith("records")}
        return {**figures, "client_peak_rss_bytes": finished.peak_rss_bytes}


class Java(JavaClient):
    name = "java"
    measures = ("ProducerPerformance; CPU of the process less that of a run of one record; latency in whole "
                "milliseconds from when it got to a record")
    summary = re.compile(
        r"(\d+)( steady state)? records sent, ([\d.,]+) records/sec.* ([\d.]+) ms 50th, .* ([\d.]+) ms 99th")

    def __init__(self, home, scratch):
        super().__init__(home, scratch)
        # Older ones can't: their first records count too. Who asks for help gets status 1.
        text = subprocess.run([*self.tool(home), "--help"], capture_output=True, text=True, timeout=60)
        self.warms_up = "--warmup-records" in text.stdout + text.stderr
        self.start_cpu_s = None

    def compile(self):
        pass

    @staticmethod
    def tool(home):
        return [*JAVA, os.path.join(home, "libs", "*"), "org.apache.kafka.tools.ProducerPerformance"]

    def command(self, job, records):
        warmup = ["--warmup-records", str(job.warmup)] if self.warms_up and 0 < job.warmup < records else []
        return [*self.tool(self.home), "--topic", job.topic, *warmup, "--num-records", str(records),
                "--payload-file", job.payload_file, "--throughput", str(job.rate or -1), "--producer-props",
                *(f"{name}={value}" for name, value in self.settings(job).items())]

    def produce(self, job):
        finished = run(self.command(job, job.records))
        found = self.summary.findall(finished.out)
        if not any(int(count) == job.records and not steady for count, steady, *_ in found):
            raise Failed(f"ProducerPerformance did not send {job.records} records:\n{finished.out[-500:]}")
        # The last line is that of the steady state, if it was asked for.
        _, _, rate, p50, p99 = found[-1]
        return {
            "duration_s": job.records / float(rate.replace(",", "")),
            "client_cpu_s": max(0.0, finished.cpu_s - self.start_cpu_s),
            "client_peak_rss_bytes": finished.peak_rss_bytes,
            # Whole milliseconds: 0 is less than one, and no figure.
            "latency_p50_us": float(p50) * 1000 or None, "latency_p99_us": float(p99) * 1000 or None,
        }

    def learn_start(self, job):
        """What starting the virtual machine and sending one record takes: the least of three, where there are enough records for it to
        matter."""
        self.start_cpu_s = min(run(self.command(job, 1)).cpu_s for _ in range(3 if job.records >= 100_000 else 1))

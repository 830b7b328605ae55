"""The consumers that are compared, each run as a process of its own on the same topic."""

import csv
import os
import re
import tempfile

from clients import JAVA, Failed, JavaClient, run

BY_BATCH = "every record, as its batch comes"

# What is in flight to a broker far away has to be asked for at once, and there must be room for it.
ROOM = 256 << 20
ANSWER = 64 << 20


def of_a_partition(partitions):
    """What to ask for of one partition, so that few of them fill an answer."""
    return max(4 << 20, ANSWER // partitions)


class ReadJob:
    """What every consumer does alike: from where, and how much."""

    def __init__(self, bootstrap, topic, partitions, records, record_bytes, security):
        self.bootstrap, self.topic, self.partitions = bootstrap, topic, partitions
        self.records, self.record_bytes = records, record_bytes
        self.security = security  # of a file that `kbench broker` writes for its clients: its settings


class KBenchConsume:
    name = "kbench-consume"
    kind = BY_BATCH
    measures = "kbench consume: the library's Consumer, whose lanes hand each record over; CRC checked; CPU of the run"
    settings = ()

    def __init__(self, binary):
        self.binary = binary
        self.version = run([binary, "--version"]).out.split()[-1]

    def read(self, job):
        with tempfile.TemporaryDirectory() as folder:
            output = os.path.join(folder, "out")
            secured = [word for name, value in job.security("client.properties").items() for word in ("-X", f"{name}={value}")]
            run([self.binary, "consume", "-b", job.bootstrap, "--topic", job.topic, "--partitions", str(job.partitions),
                 "--records", str(job.records), *secured, "--quiet", "--output", output, *self.settings])
            with open(os.path.join(output, "runs.csv"), newline="") as f:
                (row,) = csv.DictReader(f)
        if int(row["records_read"]) < job.records:
            raise Failed(f"kbench read {row['records_read']} of {job.records} records")
        return {
            "duration_s": float(row["duration_s"]), "client_cpu_s": float(row["client_cpu_s"]),
            "client_peak_rss_bytes": int(row["client_peak_rss_bytes"]), "records_read": int(row["records_read"]),
            "verdict": row["verdict"],
        }


class LibrdkafkaConsumer:
    name = "librdkafka"
    kind = BY_BATCH
    measures = ("rd_kafka_consume_batch_queue, 10,000 at a time, with room and fetches of choice; CRC not checked, as is its "
                "default; CPU of the run")

    def tuning(self, job):
        return {
            "queued.min.messages": 1_000_000, "queued.max.messages.kbytes": ROOM >> 10, "fetch.max.bytes": ANSWER,
            "fetch.message.max.bytes": of_a_partition(job.partitions), "fetch.queue.backoff.ms": 1,
            # At least one answer.
            "receive.message.max.bytes": ANSWER + (1 << 20)}

    def __init__(self, binary):
        self.binary = binary
        self.version = run([binary, "version"]).out.strip()

    def read(self, job):
        settings = {"bootstrap.servers": job.bootstrap, "group.id": "compare-peers", "enable.auto.commit": "false",
                    **job.security("librdkafka.conf"), **self.tuning(job)}
        out = run([self.binary, job.topic, str(job.partitions), str(job.records),
                   *(f"{name}={value}" for name, value in settings.items())]).out
        return figures_of(out, job)


class LibrdkafkaChecking(LibrdkafkaConsumer):
    name = "librdkafka-crc"
    measures = "as librdkafka, and checks each batch's CRC, as all others do"

    def tuning(self, job):
        return {**super().tuning(job), "check.crcs": "true"}


class LibrdkafkaConsumerDefaults(LibrdkafkaConsumer):
    name = "librdkafka-defaults"
    measures = "as librdkafka, with its own room and fetches"

    def tuning(self, job):
        return {}


class JavaConsumer(JavaClient):
    name = "java-client"
    kind = BY_BATCH
    measures = ("Kafka's own client by poll, 10,000 at a time, with room and fetches of choice; CPU of the run, once the virtual "
                "machine has compiled what runs often")
    source = "JavaConsumerPeer.java"

    def tuning(self, job):
        return {
            "fetch.max.bytes": ANSWER, "max.partition.fetch.bytes": of_a_partition(job.partitions), "max.poll.records": 10_000,
            "receive.buffer.bytes": -1}

    def read(self, job):
        settings = {"bootstrap.servers": job.bootstrap, **job.security("client.properties"), **self.tuning(job)}
        finished = run([*JAVA, self.libraries(), "JavaConsumerPeer", job.topic, str(job.partitions), str(job.records),
                        *(f"{name}={value}" for name, value in settings.items())])
        return {**figures_of(finished.out, job), "client_peak_rss_bytes": finished.peak_rss_bytes}


class JavaConsumerPerformance(JavaConsumer):
    name = "java"
    measures = ("ConsumerPerformance, in a group; its time of fetching; CPU of the process less that of a run of one record")
    start_cpu_s = 0.0

    def __init__(self, home, scratch):
        super().__init__(home, scratch)
        text = run_for_help([*self.tool(), "--help"])
        self.records_option = "--num-records" if "--num-records" in text else "--messages"
        self.settings_option = "--command-config" if "--command-config" in text else "--consumer.config"

    def compile(self):
        pass

    def tool(self):
        return [*JAVA, self.libraries(), "org.apache.kafka.tools.ConsumerPerformance"]

    def command(self, job, records):
        # It wants its settings in a file.
        settings = os.path.join(self.scratch, "consumer.properties")
        with open(settings, "w") as f:
            for name, value in {**job.security("client.properties"), **self.tuning(job)}.items():
                f.write(f"{name}={value}\n")
        return [*self.tool(), "--bootstrap-server", job.bootstrap, "--topic", job.topic, self.records_option, str(records),
                "--timeout", "60000", self.settings_option, settings]

    def read(self, job):
        finished = run(self.command(job, job.records))
        # start, end, MB, MB/s, records, records/s, ms of joining, ms of fetching, …
        found = re.findall(r"^\d{4}-.*$", finished.out, re.MULTILINE)
        cells = found[-1].split(", ") if found else []
        if len(cells) < 8 or int(cells[4]) < job.records:
            raise Failed(f"ConsumerPerformance did not read {job.records} records:\n{finished.out[-500:]}")
        return {
            "duration_s": int(cells[7]) / 1000, "client_cpu_s": max(0.0, finished.cpu_s - self.start_cpu_s),
            "client_peak_rss_bytes": finished.peak_rss_bytes, "records_read": int(cells[4])}

    def learn_start(self, job):
        """What starting the virtual machine, joining and reading one record takes: the least of three, where there are enough records for it to
        matter."""
        self.start_cpu_s = min(run(self.command(job, 1)).cpu_s for _ in range(3 if job.records >= 100_000 else 1))


def run_for_help(command):
    """What a command says; one that is asked for help may end with any status."""
    try:
        finished = run(command)
        return finished.out + finished.err
    except Failed as error:
        return str(error)


def figures_of(out, job):
    """A line of NAME=VALUE, once it is known to be that of all records."""
    row = {name: float(value) for name, value in (pair.split("=") for pair in out.split())}
    if row["records"] < job.records:
        raise Failed(f"{row['records']:.0f} of {job.records} records were read")
    if row["bytes"] < row["records"] * job.record_bytes:
        raise Failed(f"{row['bytes']:.0f} bytes were read of {row['records']:.0f} records, which had {job.record_bytes} each")
    figures = {name: row[name] for name in ("duration_s", "client_cpu_s", "client_peak_rss_bytes") if name in row}
    return {**figures, "records_read": row["records"]}

"""Compares kbench with other consumers, on one topic, in turn, in several rounds. See scripts/compare-peers."""

import contextlib
import os
import sys
import tempfile

from clients import run, security_of
from conditions import conditions, labels
from options import reading_arguments
from readers import (
    JavaConsumer, JavaConsumerPerformance, KBenchConsume, LibrdkafkaChecking, LibrdkafkaConsumer, LibrdkafkaConsumerDefaults,
    ReadJob)
from results import COLUMNS, Table, print_kinds, print_summary, write_ratios
from targets import brokers, check_payload_file, choose_java, ending_well, fresh_topic, make_lines, new_output, write_manifest

LIBRDKAFKAS = (LibrdkafkaConsumer, LibrdkafkaChecking, LibrdkafkaConsumerDefaults)
JAVAS = (JavaConsumer, JavaConsumerPerformance)
CLIENTS = tuple(kind.name for kind in (KBenchConsume, *LIBRDKAFKAS, *JAVAS))
# Of a record in memory beside its value, at most: with small batches, and what a log takes in one piece.
OVERHEAD = 40


def choose_clients(names, scratch):
    wanted = names or list(CLIENTS)
    made = [KBenchConsume(os.environ["KBENCH"])] if KBenchConsume.name in wanted else []
    made += [kind(os.environ["LIBRDKAFKA_READER"]) for kind in LIBRDKAFKAS if kind.name in wanted]
    return made + choose_java(JAVAS, names, scratch)


def mean_line(path):
    with open(path, "rb") as f:
        lines = [len(line.rstrip(b"\n")) for line in f]
    return sum(lines) / len(lines)


class Reading:
    def __init__(self, options, clients, bootstraps, payload_files, table):
        self.options, self.clients, self.bootstraps = options, clients, bootstraps
        self.payload_files, self.table = payload_files, table
        self.conditions = conditions(options)
        self.labels = labels(self.conditions)
        self.width = max(map(len, self.labels.values())) + 2
        self.started = False

    @contextlib.contextmanager
    def filled(self, number, condition):
        """A topic with the records, gone again afterwards whatever came of it."""
        bootstrap, folder = self.bootstraps[condition.brokers, condition.rtt_ms, condition.security]
        topic = f"compare-peers-{os.getpid()}-{number}"
        lines = self.payload_files[condition.record_size_bytes]

        def security(name):
            return security_of(folder, name)

        secured = [word for name, value in security("client.properties").items() for word in ("-X", f"{name}={value}")]
        with fresh_topic(bootstrap, topic, condition.partitions, security("librdkafka.conf")), tempfile.TemporaryDirectory() as scratch:
            run([os.environ["KBENCH"], "-b", bootstrap, "--topic", topic, "--partitions", str(condition.partitions),
                 "--records", str(self.options.records), "--payload-file", lines, "--codec", condition.codec, *secured,
                 "--keep-topic", "--quiet", "--output", os.path.join(scratch, "out")])
            size = condition.record_size_bytes or 0
            yield ReadJob(bootstrap, topic, condition.partitions, self.options.records, size, security)

    def measure(self, number, client, condition, job):
        row = client.read(job)
        records = row.pop("records_read")
        row.update({
            "round": number, "client": client.name, "version": client.version, "mode": "consume", **condition._asdict(),
            "idempotence": str(condition.idempotence).lower(),
            "target": self.options.bootstrap_server or "embedded", "records": job.records,
            "payload": os.path.basename(self.options.payload_file or "made"), "duration_s": round(row["duration_s"], 6),
            "throughput_rps": round(records / row["duration_s"]),
            "client_cpu_ns_per_record": round(row["client_cpu_s"] * 1e9 / records, 1)})
        row = {name: row.get(name) for name in COLUMNS}
        row["client_peak_rss_bytes"] = round(row["client_peak_rss_bytes"])
        self.table.append(row)
        print(f"round {number} {self.labels[condition]:{self.width}}{client.name:20} {row['throughput_rps'] / 1e6:7.3f} M/s "
              f"{row['client_cpu_ns_per_record']:8.1f} ns/record", file=sys.stderr, flush=True)

    def condition(self, index, condition):
        with self.filled(index, condition) as job:
            if not self.started:
                for client in self.clients:
                    if hasattr(client, "learn_start"):
                        client.learn_start(job)
                self.started = True
            for number in range(1, self.options.rounds + 1):
                # Another one begins each round.
                shift = number % len(self.clients)
                for client in self.clients[shift:] + self.clients[:shift]:
                    self.measure(number, client, condition, job)

    def run(self):
        for index, condition in enumerate(self.conditions):
            self.condition(index, condition)


def memory(options, payload_files):
    """What the embedded broker keeps: the records of the largest topic, of which there is one at a time."""
    return int(options.records * (max(map(mean_line, payload_files.values())) + OVERHEAD)) + (256 << 20)


def main():
    options = reading_arguments(CLIENTS)
    if options.payload_file:
        check_payload_file(options.payload_file)
    output = new_output(options)
    with tempfile.TemporaryDirectory() as scratch:
        clients = choose_clients(options.clients, scratch)
        lines = make_lines(options, scratch)
        with brokers(options, scratch, f"memory:{memory(options, {k: v for k, v in lines.items() if v})}B") as bootstraps:
            os.makedirs(output, exist_ok=True)
            table = Table(os.path.join(output, "peers.csv"), COLUMNS)
            write_manifest(options, clients, output)
            reading = Reading(options, clients, bootstraps, lines, table)
            reading.run()
    print_summary(table.rows, clients, reading.labels, sys.stdout)
    print_kinds(clients, sys.stdout)
    write_ratios(table.rows, clients, reading.labels, output, sys.stdout)
    print(f"\nresults in {output}")


if __name__ == "__main__":
    with ending_well():
        main()

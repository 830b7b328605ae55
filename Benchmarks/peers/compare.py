"""Compares kbench with other producers, on one broker, in turn, in several rounds. See scripts/compare-peers."""

import os
import sys
import tempfile

from clients import (
    Failed, Java, JavaClient, Job, KBench, KBenchChunk, KBenchRecord, KBenchWriter, Librdkafka, LibrdkafkaBatch,
    LibrdkafkaDefaults, run)
from conditions import conditions, labels
from options import arguments
from results import COLUMNS, Table, print_kinds, print_summary, time_us, write_ratios
from targets import (
    brokers, check_payload_file, choose_java, ending_well, fresh_topic, make_lines, new_output, refuse, skip, write_manifest)

KBENCHES = (KBench, KBenchWriter, KBenchRecord, KBenchChunk)
LIBRDKAFKAS = (Librdkafka, LibrdkafkaDefaults, LibrdkafkaBatch)
JAVAS = (JavaClient, Java)
CLIENTS = tuple(kind.name for kind in (*KBENCHES, *LIBRDKAFKAS, *JAVAS))
def choose_clients(names, driver, scratch):
    wanted = names or list(CLIENTS)
    made = [kind(os.environ["KBENCH"]) for kind in KBENCHES if kind.name in wanted]
    made += [kind(driver) for kind in LIBRDKAFKAS if kind.name in wanted]
    return made + choose_java(JAVAS, names, scratch)


class Comparison:
    def __init__(self, options, clients, driver, bootstraps, payload_files, table):
        self.options, self.clients, self.driver, self.bootstraps = options, clients, driver, bootstraps
        self.payload_files, self.table = payload_files, table
        self.conditions = conditions(options)
        self.labels = labels(self.conditions)
        self.made = 0

    def clients_for(self, condition):
        return [client for client in self.clients if client.can(condition.idempotence)]

    def job(self, mode, condition):
        options = self.options
        is_paced = mode == "rate"
        self.made += 1
        bootstrap, security_folder = self.bootstraps[condition.brokers, condition.rtt_ms, condition.security]
        return Job(
            bootstrap, f"compare-peers-{os.getpid()}-{self.made}", condition.partitions,
            options.rate * (options.rate_warmup_seconds + options.rate_seconds) if is_paced else options.records,
            self.payload_files[condition.record_size_bytes], condition.codec, options.acks, options.batch_size,
            options.rate_linger_ms if is_paced else options.linger_ms, options.rate if is_paced else 0,
            options.rate * options.rate_warmup_seconds if is_paced else 0, condition.idempotence, options.in_flight,
            len(bootstrap.split(",")), security_folder)

    def topic(self, job):
        return fresh_topic(job.bootstrap, job.topic, job.partitions, job.librdkafka_security)

    def measure(self, number, client, mode, condition):
        job = self.job(mode, condition)
        with self.topic(job) as server:
            row = client.produce(job)
            found = int(run([self.driver, "count", job.topic, str(job.partitions), *server]).out)
            # With retries there may be more, never less; without acknowledgements anything.
            if found < job.records and job.acks != "0":
                raise Failed(f"the broker has {found} of {job.records} records")
        records = row.pop("measured", job.records)
        row.update({
            "round": number, "client": client.name, "version": client.version, "mode": mode, **condition._asdict(),
            "idempotence": str(condition.idempotence).lower(), "in_flight": job.in_flight,
            "target": self.options.bootstrap_server or "embedded",
            "records": job.records, "payload": os.path.basename(self.options.payload_file or "made"),
            "batch_size_bytes": job.batch_size, "linger_ms": job.linger_ms, "acks": job.acks,
            "rate_target_rps": job.rate or None, "duration_s": round(row["duration_s"], 6),
            "throughput_rps": round(records / row["duration_s"]),
            "client_cpu_ns_per_record": round(row["client_cpu_s"] * 1e9 / records, 1)})
        row = {name: row.get(name) for name in COLUMNS}
        for name in ("client_peak_rss_bytes", "latency_p50_us", "latency_p99_us"):
            row[name] = None if row[name] is None or (mode == "throughput" and "latency" in name) else round(row[name])
        self.table.append(row)
        return row

    def warm_up(self):
        """Gives the broker its memory, and learns what a virtual machine takes to start."""
        for client in self.clients_for(self.conditions[0]):
            job = self.job("throughput", self.conditions[0])
            job.records = max(1, job.records // 10)
            with self.topic(job):
                if client.name == "java":
                    client.learn_start(job)
                else:
                    client.produce(job)

    def round(self, number):
        width = max(map(len, self.labels.values())) + 2
        for condition in self.conditions:
            clients = self.clients_for(condition)
            for mode in ("throughput", "rate") if self.options.rate else ("throughput",):
                # Another one begins each round.
                shift = number % len(clients)
                for client in clients[shift:] + clients[:shift]:
                    row = self.measure(number, client, mode, condition)
                    latency = f", p99 {time_us(row['latency_p99_us'])}" if mode == "rate" else ""
                    print(f"round {number} {self.labels[condition]:{width}}{client.name:20} {row['throughput_rps'] / 1e6:7.3f} M/s "
                          f"{row['client_cpu_ns_per_record']:8.1f} ns/record{latency}", file=sys.stderr, flush=True)


def main():
    options = arguments(CLIENTS)
    if options.payload_file:
        check_payload_file(options.payload_file)
    output = new_output(options)
    driver = os.environ["LIBRDKAFKA_PEER"]
    with tempfile.TemporaryDirectory() as scratch:
        clients = choose_clients(options.clients, driver, scratch)
        compare(options, clients, driver, output, scratch)


def compare(options, clients, driver, output, scratch):
    unable = [client.name for client in clients if not all(map(client.can, options.idempotence))]
    if unable:
        skip(f"{', '.join(unable)}: this kbench does not produce idempotently, and is left out where producers do")
        if not [client for client in clients if all(map(client.can, options.idempotence))]:
            refuse("nobody is left to be compared")
    with brokers(options, scratch) as bootstraps:
        lines = make_lines(options, scratch)
        os.makedirs(output, exist_ok=True)
        table = Table(os.path.join(output, "peers.csv"), COLUMNS)
        write_manifest(options, clients, output)
        comparison = Comparison(options, clients, driver, bootstraps, lines, table)
        comparison.warm_up()
        for number in range(1, options.rounds + 1):
            comparison.round(number)
    print_summary(table.rows, clients, comparison.labels, sys.stdout)
    print_kinds(clients, sys.stdout)
    write_ratios(table.rows, clients, comparison.labels, output, sys.stdout)
    print(f"\nresults in {output}")


if __name__ == "__main__":
    with ending_well():
        main()

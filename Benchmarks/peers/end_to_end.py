"""Compares how long a record takes to its consumer, of kbench and others, in turn, in several rounds. See scripts/compare-peers."""

import os
import sys
import tempfile

from clients import security_of
from conditions import conditions, labels
from options import end_to_end_arguments
from results import COLUMNS, Table, print_kinds, print_summary, time_us, write_ratios
from targets import brokers, choose_java, ending_well, fresh_topic, new_output, write_manifest
from whole_ways import JavaEndToEnd, KBenchEndToEnd, LibrdkafkaEndToEnd, WholeWay

CLIENTS = tuple(kind.name for kind in (KBenchEndToEnd, LibrdkafkaEndToEnd, JavaEndToEnd))
# Of a record in memory beside its value, at most: one may be a batch by itself.
OVERHEAD = 120


def choose_clients(names, scratch):
    wanted = names or list(CLIENTS)
    made = [KBenchEndToEnd(os.environ["KBENCH"])] if KBenchEndToEnd.name in wanted else []
    made += [LibrdkafkaEndToEnd(os.environ["LIBRDKAFKA_END_TO_END"])] if LibrdkafkaEndToEnd.name in wanted else []
    return made + choose_java([JavaEndToEnd], names, scratch)


class Travelling:
    def __init__(self, options, clients, bootstraps, table):
        self.options, self.clients, self.bootstraps, self.table = options, clients, bootstraps, table
        self.conditions = conditions(options)
        self.labels = labels(self.conditions)
        self.made = 0

    def measure(self, number, client, condition):
        options = self.options
        bootstrap, folder = self.bootstraps[condition.brokers, condition.rtt_ms, condition.security]
        self.made += 1
        topic = f"compare-peers-{os.getpid()}-{self.made}"
        way = WholeWay(
            bootstrap, topic, condition, options.rate, options.rate_seconds, options.rate_warmup_seconds, options.acks,
            options.linger_ms, lambda name: security_of(folder, name))
        with fresh_topic(bootstrap, topic, condition.partitions, way.security("librdkafka.conf")):
            row = client.travel(way)
        row.update({
            "round": number, "client": client.name, "version": client.version, "mode": "end-to-end", **condition._asdict(),
            "idempotence": str(condition.idempotence).lower(), "target": options.bootstrap_server or "embedded",
            "records": way.records, "payload": "made", "linger_ms": options.linger_ms, "acks": options.acks,
            "rate_target_rps": options.rate, "duration_s": round(row["duration_s"], 6),
            "throughput_rps": round(way.records / row["duration_s"]),
            "client_cpu_ns_per_record": round(row["client_cpu_s"] * 1e9 / way.records, 1)})
        self.table.append({name: row.get(name) for name in COLUMNS})
        return row

    def run(self):
        width = max(map(len, self.labels.values())) + 2
        for number in range(1, self.options.rounds + 1):
            # Another one begins each round.
            shift = number % len(self.clients)
            for condition in self.conditions:
                for client in self.clients[shift:] + self.clients[:shift]:
                    row = self.measure(number, client, condition)
                    print(f"round {number} {self.labels[condition]:{width}}{client.name:20} p50 {time_us(row['latency_p50_us'])}, "
                          f"p99 {time_us(row['latency_p99_us'])} {row['client_cpu_ns_per_record']:8.1f} ns/record",
                          file=sys.stderr, flush=True)


def main():
    options = end_to_end_arguments(CLIENTS)
    output = new_output(options)
    records = options.rate * (options.rate_seconds + options.rate_warmup_seconds)
    memory = records * (max(options.record_size) + OVERHEAD) + (256 << 20)
    with tempfile.TemporaryDirectory() as scratch:
        clients = choose_clients(options.clients, scratch)
        with brokers(options, scratch, f"memory:{memory}B") as bootstraps:
            os.makedirs(output, exist_ok=True)
            table = Table(os.path.join(output, "peers.csv"), COLUMNS)
            write_manifest(options, clients, output)
            travelling = Travelling(options, clients, bootstraps, table)
            travelling.run()
    print_summary(table.rows, clients, travelling.labels, sys.stdout)
    print_kinds(clients, sys.stdout)
    write_ratios(table.rows, clients, travelling.labels, output, sys.stdout)
    print(f"\nresults in {output}")


if __name__ == "__main__":
    with ending_well():
        main()

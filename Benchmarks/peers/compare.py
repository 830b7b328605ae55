"""Compares kbench with other producers, on one broker, in turn, in several rounds. See scripts/compare-peers."""

import contextlib
import itertools
import json
import os
import platform
import random
import signal
import string
import subprocess
import sys
import tempfile
import time

from clients import (
    Failed, Java, JavaClient, Job, KBench, KBenchChunk, KBenchRecord, KBenchWriter, Librdkafka, LibrdkafkaBatch,
    LibrdkafkaDefaults, run)
from conditions import conditions, labels
from options import USAGE, arguments
from results import COLUMNS, Table, print_kinds, print_summary, time_us, write_ratios

KBENCHES = (KBench, KBenchWriter, KBenchRecord, KBenchChunk)
LIBRDKAFKAS = (Librdkafka, LibrdkafkaDefaults, LibrdkafkaBatch)
JAVAS = (JavaClient, Java)
CLIENTS = tuple(kind.name for kind in (*KBENCHES, *LIBRDKAFKAS, *JAVAS))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
KAFKA_VERSION = "4.3.1"


def refuse(text):
    print(f"compare-peers: {text}", file=sys.stderr)
    raise SystemExit(USAGE)


def skip(text):
    print(f"compare-peers: {text}", file=sys.stderr)


def find_kafka():
    """$KAFKA_HOME, or the Kafka beside the package; a folder with libs/*.jar."""
    beside = os.path.join(ROOT, "..", "shared", "kafka", KAFKA_VERSION)
    home = os.environ.get("KAFKA_HOME") or (beside if os.path.isdir(os.path.join(beside, "libs")) else None)
    if not home:
        raise Failed("KAFKA_HOME is not set")
    return os.path.realpath(home)


def choose_clients(names, driver, scratch):
    wanted = names or list(CLIENTS)
    made = [kind(os.environ["KBENCH"]) for kind in KBENCHES if kind.name in wanted]
    made += [kind(driver) for kind in LIBRDKAFKAS if kind.name in wanted]
    for kind in (kind for kind in JAVAS if kind.name in wanted):
        try:
            run(["java", "-version"])
            made.append(kind(find_kafka(), scratch))
        except (Failed, OSError) as error:
            text = f"no {kind.name}: {error}"
            if names:
                refuse(text)
            skip(f"{text}; the others are compared")
    return made


@contextlib.contextmanager
def embedded(brokers, rtt_ms, security_folder):
    """The endpoints of embedded brokers in a process of their own, secured when there is a folder for what clients need to know."""
    secured = ["--tls", "--security-dir", security_folder] if security_folder else []
    process = subprocess.Popen(
        [os.environ["KBENCH"], "broker", "--log", "drop", "--brokers", str(brokers), "--rtt", f"{round(rtt_ms * 1000)}us", *secured],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        lines = [process.stdout.readline().split() for _ in range(brokers)]
        if any(line[:2] != ["listening", "on"] for line in lines):
            raise Failed("the embedded broker did not start")
        yield ",".join(line[2] for line in lines)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
        process.stdout.close()


@contextlib.contextmanager
def brokers(options, scratch):
    """The brokers to start from, by number, round trip time and security: the user's, or embedded ones that stay to the end.

    With each, the folder of what their clients need to know; None for those in the clear."""
    with contextlib.ExitStack() as stack:
        found = {}
        for way in itertools.product(options.brokers, options.rtt, options.security):
            number, rtt_ms, security = way
            folder = os.path.join(scratch, f"security-{len(found)}") if security == "tls" else None
            found[way] = options.bootstrap_server or stack.enter_context(embedded(number, rtt_ms, folder)), folder
        yield found


def write_lines(path, size):
    """Lines of which half is one letter over and over and the rest random: 64 values a byte, of which 62 are used."""
    letters = string.ascii_letters + string.digits
    made = random.Random(1)
    with open(path, "w") as f:
        # More than the largest batch holds: no codec shall find a line twice.
        for _ in range(max(100, min(10_000, (64 << 20) // (size + 1)))):
            f.write("".join(made.choices(letters, k=size - size // 2)) + "x" * (size // 2) + "\n")


def check_payload_file(path):
    try:
        with open(path, "rb") as f:
            content = f.read()
    except OSError as error:
        refuse(f"--payload-file {path}: {error.strerror.lower()}")
    if not content.strip(b"\n"):
        refuse(f"--payload-file {path} has no lines")


def manifest(options, clients):
    model = ""
    with contextlib.suppress(OSError), open("/proc/cpuinfo") as f:
        model = next((line.split(":")[1].strip() for line in f if line.startswith("model name")), "")
    settings = {name: value for name, value in vars(options).items() if name not in ("output", "payload_file")}
    return {
        "settings": settings, "payload": os.path.basename(options.payload_file or "made"),
        "target": options.bootstrap_server or "embedded",
        "clients": {client.name: {"version": client.version, "measures": client.measures, "gets_records": client.kind}
                    for client in clients},
        "machine": {"cpu": model, "cpus": os.cpu_count(), "kernel": platform.release(), "arch": platform.machine()},
    }


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

    @contextlib.contextmanager
    def topic(self, job):
        """A fresh topic, gone again afterwards whatever came of it."""
        server = [f"bootstrap.servers={job.bootstrap}", *(f"{name}={value}" for name, value in job.librdkafka_security.items())]
        run([self.driver, "create", job.topic, str(job.partitions), *server])
        try:
            yield server
        finally:
            run([self.driver, "delete", job.topic, *server])

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
    output = options.output or os.path.join("results", time.strftime("%Y-%m-%dT%H-%M-%S-peers"))
    if os.path.exists(os.path.join(output, "peers.csv")):
        refuse(f"{output} has results already; give --output another folder")
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
        lines = {None: options.payload_file}
        for size in [] if options.payload_file else options.record_size:
            lines[size] = os.path.join(scratch, f"lines-{size}")
            write_lines(lines[size], size)
        os.makedirs(output, exist_ok=True)
        table = Table(os.path.join(output, "peers.csv"), COLUMNS)
        with open(os.path.join(output, "manifest.json"), "w") as f:
            json.dump(manifest(options, clients), f, indent=2, ensure_ascii=False)
            f.write("\n")
        comparison = Comparison(options, clients, driver, bootstraps, lines, table)
        comparison.warm_up()
        for number in range(1, options.rounds + 1):
            comparison.round(number)
    print_summary(table.rows, clients, comparison.labels, sys.stdout)
    print_kinds(clients, sys.stdout)
    write_ratios(table.rows, clients, comparison.labels, output, sys.stdout)
    print(f"\nresults in {output}")


if __name__ == "__main__":
    try:
        main()
    except Failed as error:
        print(f"compare-peers: {error}", file=sys.stderr)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None

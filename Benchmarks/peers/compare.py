"""Compares kbench with other producers, on one broker, in turn, in several rounds. See scripts/compare-peers."""

import argparse
import contextlib
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
    Failed, Java, Job, KBench, KBenchChunk, KBenchRecord, KBenchWriter, Librdkafka, LibrdkafkaBatch, run)
from results import COLUMNS, Table, print_kinds, print_summary, time_us, write_ratios

USAGE = 64
CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
KBENCHES = (KBench, KBenchWriter, KBenchRecord, KBenchChunk)
CLIENTS = (*(kind.name for kind in KBENCHES), "librdkafka", "librdkafka-batch", "java")
COUNT_UNITS = {"": 1, "k": 10 ** 3, "M": 10 ** 6, "G": 10 ** 9}
SIZE_UNITS = {"": 1, "K": 1 << 10, "KiB": 1 << 10, "MiB": 1 << 20, "kB": 1000, "MB": 10 ** 6, "B": 1}


class Parser(argparse.ArgumentParser):
    def error(self, message):
        print(f"compare-peers: {message}; `scripts/compare-peers --help` lists the options", file=sys.stderr)
        raise SystemExit(USAGE)


def number_with(units, least, most, what):
    def parse(text):
        digits = text.rstrip(string.ascii_letters)
        try:
            value = round(float(digits) * units[text[len(digits):]])
        except (KeyError, ValueError, OverflowError):
            example = "100k" if units is COUNT_UNITS else "64KiB"
            raise argparse.ArgumentTypeError(f"'{text}' is no {what}; write it like {example}")
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"'{text}' is no {what} from {least} to {most}")
        return value
    return parse


def one_of(names, what):
    def parse(text):
        found = text.split(",")
        for name in found:
            if name not in names:
                raise argparse.ArgumentTypeError(f"there is no {what} '{name}'; use {', '.join(names)}")
        return found
    return parse


def count(least, most):
    return number_with(COUNT_UNITS, least, most, "number")


def arguments():
    parser = Parser(
        prog="scripts/compare-peers", allow_abbrev=False,
        description="Runs kbench through each of its library's doors, librdkafka and Apache Kafka's ProducerPerformance in turn against one broker, with "
        "the same records and settings, and writes what they took: peers.csv, ratios.csv, manifest.json.",
        epilog="Without --bootstrap-server an embedded broker is started for all of them. ProducerPerformance takes "
        "part where KAFKA_HOME is the folder of an Apache Kafka and java is installed.")
    parser.add_argument("-b", "--bootstrap-server", metavar="HOST:PORT[,…]")
    parser.add_argument("--clients", type=one_of(CLIENTS, "client"),
                        help=f"of {','.join(CLIENTS)}; default: all there are")
    parser.add_argument("--rounds", type=count(1, 1000), default=5, help="default: 5")
    parser.add_argument("--records", type=count(1, 10 ** 11), default=5_000_000, help="of each run; default: 5M")
    parser.add_argument("--record-size", type=number_with(SIZE_UNITS, 1, 1 << 20, "size"), default=100,
                        help="bytes of made lines, half of which a codec can remove; default: 100")
    parser.add_argument("--payload-file", metavar="FILE", help="lines of this file instead")
    parser.add_argument("--partitions", type=count(1, 10_000), default=64, help="default: 64")
    parser.add_argument("--codec", type=one_of(CODECS, "codec"), default=["none"],
                        help="one or a comma list; default: none")
    parser.add_argument("--acks", choices=("0", "1", "all"), default="1", help="default: 1")
    parser.add_argument("--batch-size", type=number_with(SIZE_UNITS, 1024, 900_000, "size"), default=64 << 10,
                        help="default: 64KiB")
    parser.add_argument("--linger-ms", type=count(0, 60_000), default=5, help="as fast as possible; default: 5")
    parser.add_argument("--rate", type=count(0, 10 ** 9), default=100_000,
                        help="records/s of the runs that measure latency; 0: none; default: 100k")
    parser.add_argument("--rate-seconds", type=count(1, 3600), default=10, help="default: 10")
    parser.add_argument("--rate-warmup-seconds", type=count(0, 3600), default=2,
                        help="at the rate, before latencies count; default: 2")
    parser.add_argument("--rate-linger-ms", type=count(0, 60_000), default=0, help="at the rate; default: 0")
    parser.add_argument("--output", metavar="DIR", help="default: results/<time>-peers")
    return parser.parse_args()


def refuse(text):
    print(f"compare-peers: {text}", file=sys.stderr)
    raise SystemExit(USAGE)


def skip(text):
    print(f"compare-peers: {text}", file=sys.stderr)


def choose_clients(names, driver):
    wanted = names or list(CLIENTS)
    made = [kind(os.environ["KBENCH"]) for kind in KBENCHES if kind.name in wanted]
    if "librdkafka" in wanted:
        made.append(Librdkafka(driver))
    if "librdkafka-batch" in wanted:
        made.append(LibrdkafkaBatch(driver))
    if "java" in wanted:
        home = os.environ.get("KAFKA_HOME")
        try:
            if not home:
                raise Failed("KAFKA_HOME is not set")
            made.append(Java(home))
            run(["java", "-version"])
        except (Failed, OSError) as error:
            text = f"no ProducerPerformance: {error}"
            if names:
                refuse(text)
            made = [client for client in made if client.name != "java"]
            skip(f"{text}; the others are compared")
    return made


@contextlib.contextmanager
def broker(options):
    """The brokers to start from: the user's, or an embedded one in a process of its own."""
    if options.bootstrap_server:
        yield options.bootstrap_server
        return
    process = subprocess.Popen([os.environ["KBENCH"], "broker", "--log", "drop"], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        line = process.stdout.readline().split()
        if line[:2] != ["listening", "on"]:
            raise Failed("the embedded broker did not start")
        yield line[2]
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
        process.stdout.close()


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


def manifest(options, clients, bootstrap):
    model = ""
    with contextlib.suppress(OSError), open("/proc/cpuinfo") as f:
        model = next((line.split(":")[1].strip() for line in f if line.startswith("model name")), "")
    settings = {name: value for name, value in vars(options).items() if name not in ("output", "payload_file")}
    return {
        "settings": settings, "payload": os.path.basename(options.payload_file or "made"),
        "target": bootstrap if options.bootstrap_server else "embedded",
        "clients": {client.name: {"version": client.version, "measures": client.measures, "gets_records": client.kind}
                    for client in clients},
        "machine": {"cpu": model, "cpus": os.cpu_count(), "kernel": platform.release(), "arch": platform.machine()},
    }


class Comparison:
    def __init__(self, options, clients, driver, bootstrap, payload_file, table):
        self.options, self.clients, self.driver, self.bootstrap = options, clients, driver, bootstrap
        self.payload_file, self.table = payload_file, table
        self.made = 0

    def job(self, mode, codec):
        options = self.options
        is_paced = mode == "rate"
        self.made += 1
        return Job(
            self.bootstrap, f"compare-peers-{os.getpid()}-{self.made}", options.partitions,
            options.rate * (options.rate_warmup_seconds + options.rate_seconds) if is_paced else options.records,
            self.payload_file, codec, options.acks, options.batch_size,
            options.rate_linger_ms if is_paced else options.linger_ms, options.rate if is_paced else 0,
            options.rate * options.rate_warmup_seconds if is_paced else 0)

    @contextlib.contextmanager
    def topic(self, job):
        """A fresh topic, gone again afterwards whatever came of it."""
        server = f"bootstrap.servers={job.bootstrap}"
        run([self.driver, "create", job.topic, str(job.partitions), server])
        try:
            yield server
        finally:
            run([self.driver, "delete", job.topic, server])

    def measure(self, number, client, mode, codec):
        job = self.job(mode, codec)
        with self.topic(job) as server:
            row = client.produce(job)
            found = int(run([self.driver, "count", job.topic, str(job.partitions), server]).out)
            # With retries there may be more, never less; without acknowledgements anything.
            if found < job.records and job.acks != "0":
                raise Failed(f"the broker has {found} of {job.records} records")
        records = row.pop("measured", job.records)
        row.update({
            "round": number, "client": client.name, "version": client.version, "mode": mode, "codec": codec,
            "target": job.bootstrap if self.options.bootstrap_server else "embedded", "partitions": job.partitions,
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
        for client in self.clients:
            job = self.job("throughput", self.options.codec[0])
            job.records = max(1, job.records // 10)
            with self.topic(job):
                if client.name == "java":
                    client.learn_start(job)
                else:
                    client.produce(job)

    def round(self, number):
        for codec in self.options.codec:
            for mode in ("throughput", "rate") if self.options.rate else ("throughput",):
                # Another one begins each round.
                shift = number % len(self.clients)
                for client in self.clients[shift:] + self.clients[:shift]:
                    row = self.measure(number, client, mode, codec)
                    latency = f", p99 {time_us(row['latency_p99_us'])}" if mode == "rate" else ""
                    print(f"round {number} {codec:7}{client.name:17} {row['throughput_rps'] / 1e6:7.3f} M/s "
                          f"{row['client_cpu_ns_per_record']:8.1f} ns/record{latency}", file=sys.stderr, flush=True)


def main():
    options = arguments()
    if options.payload_file:
        check_payload_file(options.payload_file)
    output = options.output or os.path.join("results", time.strftime("%Y-%m-%dT%H-%M-%S-peers"))
    if os.path.exists(os.path.join(output, "peers.csv")):
        refuse(f"{output} has results already; give --output another folder")
    driver = os.environ["LIBRDKAFKA_PEER"]
    clients = choose_clients(options.clients, driver)
    with tempfile.TemporaryDirectory() as scratch, broker(options) as bootstrap:
        lines = options.payload_file or os.path.join(scratch, "lines")
        if not options.payload_file:
            write_lines(lines, options.record_size)
        os.makedirs(output, exist_ok=True)
        table = Table(os.path.join(output, "peers.csv"), COLUMNS)
        with open(os.path.join(output, "manifest.json"), "w") as f:
            json.dump(manifest(options, clients, bootstrap), f, indent=2, ensure_ascii=False)
            f.write("\n")
        comparison = Comparison(options, clients, driver, bootstrap, lines, table)
        comparison.warm_up()
        for number in range(1, options.rounds + 1):
            comparison.round(number)
    print_summary(table.rows, clients, options.codec, sys.stdout)
    print_kinds(clients, sys.stdout)
    write_ratios(table.rows, clients, options.codec, output, sys.stdout)
    print(f"\nresults in {output}")


if __name__ == "__main__":
    try:
        main()
    except Failed as error:
        print(f"compare-peers: {error}", file=sys.stderr)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None

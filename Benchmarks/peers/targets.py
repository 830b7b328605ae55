"""What is compared against, and where results go: brokers, records, Kafka's own clients, the results' folder."""

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
import time

from clients import Failed, run
from options import USAGE

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


def choose_java(kinds, names, scratch):
    """Kafka's own clients of those that were asked for; without names all, and those that can't be had are left out."""
    made = []
    for kind in (kind for kind in kinds if not names or kind.name in names):
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
def embedded(brokers, rtt_ms, security_folder, log):
    """The endpoints of embedded brokers in a process of their own, secured when there is a folder for what clients need to know."""
    secured = ["--tls", "--security-dir", security_folder] if security_folder else []
    process = subprocess.Popen(
        [os.environ["KBENCH"], "broker", "--log", log, "--brokers", str(brokers), "--rtt", f"{round(rtt_ms * 1000)}us", *secured],
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
def brokers(options, scratch, log="drop"):
    """The brokers to start from, by number, round trip time and security: the user's, or embedded ones that stay to the end.

    With each, the folder of what their clients need to know; None for those in the clear."""
    with contextlib.ExitStack() as stack:
        found = {}
        for way in itertools.product(options.brokers, options.rtt, options.security):
            number, rtt_ms, security = way
            folder = os.path.join(scratch, f"security-{len(found)}") if security == "tls" else None
            found[way] = options.bootstrap_server or stack.enter_context(embedded(number, rtt_ms, folder, log)), folder
        yield found


@contextlib.contextmanager
def fresh_topic(bootstrap, topic, partitions, security):
    """A topic, gone again afterwards whatever came of it. `security` are librdkafka's settings; gives its settings of the server."""
    driver = os.environ["LIBRDKAFKA_PEER"]
    server = [f"bootstrap.servers={bootstrap}", *(f"{name}={value}" for name, value in security.items())]
    run([driver, "create", topic, str(partitions), *server])
    try:
        yield server
    finally:
        run([driver, "delete", topic, *server])


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


def make_lines(options, scratch):
    """The file of lines of each record size; of none that which was given."""
    lines = {None: options.payload_file}
    for size in [] if options.payload_file else options.record_size:
        lines[size] = os.path.join(scratch, f"lines-{size}")
        write_lines(lines[size], size)
    return lines


def new_output(options):
    """The folder for the results, which has none yet."""
    output = options.output or os.path.join("results", time.strftime("%Y-%m-%dT%H-%M-%S-peers"))
    if os.path.exists(os.path.join(output, "peers.csv")):
        refuse(f"{output} has results already; give --output another folder")
    return output


def machine():
    model = ""
    with contextlib.suppress(OSError), open("/proc/cpuinfo") as f:
        model = next((line.split(":")[1].strip() for line in f if line.startswith("model name")), "")
    return {"cpu": model, "cpus": os.cpu_count(), "kernel": platform.release(), "arch": platform.machine()}


def write_manifest(options, clients, output):
    settings = {name: value for name, value in vars(options).items() if name not in ("output", "payload_file")}
    content = {
        "settings": settings, "payload": os.path.basename(options.payload_file or "made"),
        "target": options.bootstrap_server or "embedded",
        "clients": {client.name: {"version": client.version, "measures": client.measures, "gets_records": client.kind}
                    for client in clients},
        "machine": machine(),
    }
    with open(os.path.join(output, "manifest.json"), "w") as f:
        json.dump(content, f, indent=2, ensure_ascii=False)
        f.write("\n")


@contextlib.contextmanager
def ending_well():
    """Says why a client failed, and ends with the status that stands for it."""
    try:
        yield
    except Failed as error:
        print(f"compare-peers: {error}", file=sys.stderr)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None

"""A cluster that is found by the SRV records of a name.

Each test runs in a network and a file system of its own (`unshare`), where the machine's resolver asks a small server of
names that this file has: run by itself, `srv_names.py TEST` is what happens in there.
"""

import contextlib
import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading

from harness import Skip, embedded_broker, equal, expect, folder, kbench, rows, test

SERVICE = "_kafka._tcp.example.com"
A, SRV = 1, 33
SERVER_FAILURE, NO_SUCH_NAME = 2, 3
# A kbench that finds no broker has to give up by itself within this.
PATIENCE_SECONDS = 25


def encoded(name):
    labels = [label.encode() for label in name.split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def srv(priority, weight, port, target):
    return struct.pack(">HHH", priority, weight, port) + encoded(target)


class NameServer:
    """Answers questions on port 53 by a table: {name: {type: [data]}}, or a code of DNS in the place of the types."""

    def __init__(self, names):
        self.names = names
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 53))

    def __enter__(self):
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        # Closing alone does not wake the thread that waits for a question.
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def serve(self):
        while True:
            try:
                question, client = self.socket.recvfrom(4096)
                if not question:
                    return
                self.socket.sendto(self.answer(question), client)
            except OSError:
                return

    def answer(self, message):
        end = 12
        labels = []
        while message[end]:
            labels.append(message[end + 1:end + 1 + message[end]].decode())
            end += 1 + message[end]
        kind, = struct.unpack_from(">H", message, end + 1)
        known = self.names.get(".".join(labels).lower(), NO_SUCH_NAME)
        code, datas = (known, []) if isinstance(known, int) else (0, known.get(kind, []))
        header = message[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, len(datas), 0, 0)
        records = (b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(data)) + data for data in datas)
        return header + message[12:end + 5] + b"".join(records)


def produces(names):
    """A broker is found through the names, and takes all records."""
    with embedded_broker() as bootstrap, folder() as output:
        port = int(bootstrap.rsplit(":", 1)[1])
        with NameServer({**names(port), "broker.example.com": {A: [bytes([127, 0, 0, 1])]}}):
            kbench("-b", SERVICE, "--records", 1000, "--output", output + "/out").must_end_with(0)
        equal([row["records"] for row in rows(output + "/out")], ["1000"], "records of the run")


def refuses(names, *words):
    """No broker is found, and kbench says why."""
    with NameServer(names), folder() as output:
        ended = kbench("-b", SERVICE, "--records", 1000, "--output", output + "/out").must_end_with(1)
        expect(ended.seconds <= PATIENCE_SECONDS, f"took {ended.seconds:.0f} s: {ended}")
        ended.must_say("kbench: ", SERVICE, *words)
        expect("Fatal error" not in ended.err, f"it crashed: {ended}")


# What happens in a network of its own, by the names of the tests.
INSIDE = {
    "one broker": lambda: produces(lambda port: {SERVICE: {SRV: [srv(0, 0, port, "broker.example.com")]}}),
    "a broker that is not there": lambda: produces(lambda port: {SERVICE: {SRV: [
        srv(20, 0, port, "broker.example.com"), srv(10, 0, 1, "broker.example.com"),
        srv(5, 0, 9092, "gone.example.com")]}}),
    "no name": lambda: refuses({}, "no name"),
    "no records": lambda: refuses({SERVICE: {}}, "no SRV records"),
    "no service": lambda: refuses({SERVICE: {SRV: [srv(0, 0, 0, ".")]}}, "no such service"),
    "no answer": lambda: refuses({SERVICE: SERVER_FAILURE}, "no answer"),
    "no sense": lambda: refuses({SERVICE: {SRV: [b"\0\0\0\0\0\1\xc0\xff"]}}, "malformed"),
}


def alone(name):
    """Runs one of INSIDE in a network and a file system of its own."""
    if not shutil.which("unshare"):
        raise Skip("unshare is not installed")
    command = ["unshare", "--mount", "--net"] + ([] if os.geteuid() == 0 else ["--map-root-user"])
    tried = subprocess.run([*command, "true"], capture_output=True, text=True)
    if tried.returncode:
        raise Skip(f"no network of its own is allowed here: {tried.stderr.strip()}")
    ended = subprocess.run([*command, sys.executable, os.path.realpath(__file__), name], capture_output=True, text=True,
                           timeout=120)
    expect(ended.returncode == 0, ended.stderr.strip() or f"status {ended.returncode}")


@contextlib.contextmanager
def own_resolver():
    """Switches the loopback interface on, and lets the machine's resolver ask 127.0.0.1, for this process and its children."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as some:
        # SIOCSIFFLAGS with IFF_UP.
        fcntl.ioctl(some, 0x8914, struct.pack("16sH14x", b"lo", 1))
    files = {"/etc/resolv.conf": "nameserver 127.0.0.1\noptions timeout:1 attempts:2\n",
             "/etc/nsswitch.conf": "hosts: files dns\n"}
    with tempfile.TemporaryDirectory() as here:
        for path, text in files.items():
            if os.path.exists(path):
                own = os.path.join(here, os.path.basename(path))
                with open(own, "w") as file:
                    file.write(text)
                os.chmod(own, 0o644)
                subprocess.run(["mount", "--bind", own, os.path.realpath(path)], check=True)
        os.chmod(here, 0o755)
        yield


@test("a cluster is found by a service's name in DNS")
def found():
    alone("one broker")


@test("targets of a service that are not there are passed over")
def passed_over():
    alone("a broker that is not there")


@test("a name without a usable service is told of, with the reason")
def refused():
    for name in ("no name", "no records", "no service", "no answer", "no sense"):
        alone(name)


if __name__ == "__main__":
    with own_resolver():
        try:
            INSIDE[sys.argv[1]]()
        except AssertionError as failure:
            sys.exit(f"{sys.argv[1]}: {failure}")

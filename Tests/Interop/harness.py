"""What the tests share: their registry, kbench as a command, and the embedded broker."""

import atexit
import contextlib
import csv
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
KBENCH = os.environ.get("KBENCH") or os.path.join(ROOT, ".build", "release", "kbench")

# What a kbench keeps for the next one is kept for these tests alone.
os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="kbench-cache-")
atexit.register(shutil.rmtree, os.environ["XDG_CACHE_HOME"], ignore_errors=True)

# Every test in the order of its definition: (name, function, whether it only waits and may run beside others).
tests = []


class Skip(Exception):
    """Raised by a test that can't run here, with the reason."""


def test(name, waits=False):
    """Registers a function as a test; `name` is a sentence. With `waits`, it runs beside all others from the start."""
    def register(function):
        tests.append((name, function, waits))
        return function
    return register


def needs(module):
    """Imports a package that need not be installed."""
    try:
        return __import__(module)
    except ImportError:
        raise Skip(f"Python's {module} is not installed; scripts/python installs it") from None


def expect(condition, text):
    if not condition:
        raise AssertionError(text)


def equal(found, expected, what):
    expect(found == expected, f"{what}: {shortened(found)}, expected {shortened(expected)}")


def equal_lists(found, expected, what):
    """As `equal`, and tells where they begin to differ."""
    place = next((i for i, pair in enumerate(zip(found, expected)) if pair[0] != pair[1]), min(len(found), len(expected)))
    expect(
        found == expected,
        f"{what}: {len(found)} values, expected {len(expected)}; from {place} on {found[place:place + 8]}, "
        f"expected {expected[place:place + 8]}")


def shortened(value):
    text = repr(value)
    return text if len(text) < 400 else text[:400] + "…"


class Finished:
    """A kbench that has ended."""

    def __init__(self, arguments, status, out, err, seconds, rss):
        self.arguments, self.status, self.out, self.err = arguments, status, out, err
        self.seconds, self.rss = seconds, rss

    def must_end_with(self, *statuses):
        expect(self.status in statuses, f"status {self.status}, expected {' or '.join(map(str, statuses))}, of {self}")
        return self

    def must_say(self, *words):
        for word in words:
            expect(word in self.err, f"'{word}' is not in the message of {self}")
        return self

    def __str__(self):
        return f"kbench {' '.join(self.arguments)}\n  stdout: {self.out.strip()}\n  stderr: {self.err.strip()}"


class Running:
    """A kbench that runs, in a process group of its own."""

    def __init__(self, *arguments, stderr=None, **options):
        self.arguments = [str(a) for a in arguments]
        self.out, self.err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
        self.begun = time.monotonic()
        self.process = subprocess.Popen(
            [KBENCH, *self.arguments], stdin=subprocess.DEVNULL, stdout=self.out, stderr=stderr or self.err,
            start_new_session=True, **options)

    @property
    def pid(self):
        return self.process.pid

    def children(self):
        listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True).stdout
        pairs = (map(int, line.split()) for line in listing.splitlines())
        return [pid for pid, parent in pairs if parent == self.pid]

    def signal(self, number):
        os.kill(self.pid, number)

    def has_ended(self):
        return gone(self.pid, 0)

    def said(self):
        """What it has written to standard error so far."""
        return os.pread(self.err.fileno(), 1 << 20, 0).decode(errors="replace")

    def finish(self, timeout):
        """Waits for the end; a kbench that hangs is a failure, and is killed with its children."""
        deadline = time.monotonic() + timeout
        while True:
            pid, status, usage = os.wait4(self.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() > deadline:
                for child in self.children():
                    os.kill(child, signal.SIGKILL)
                self.process.kill()
                self.process.wait()
                raise AssertionError(f"did not end within {timeout} s: {self.result(None, 0)}")
            time.sleep(0.01)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        rss = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        return self.result(self.process.returncode, rss)

    def result(self, status, rss):
        texts = []
        for file in (self.out, self.err):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
        return Finished(self.arguments, status, *texts, time.monotonic() - self.begun, rss)


def kbench(*arguments, timeout=60, **options):
    return Running(*arguments, **options).finish(timeout)


def rows(folder):
    return table(os.path.join(folder, "runs.csv"))


def table(path):
    with open(path, newline="") as f:
        return list(csv.DictReader(f))


def settings(path):
    """The pairs of a file with NAME=VALUE in each line."""
    with open(path) as f:
        return dict(line.rstrip("\n").split("=", 1) for line in f if line.strip())


def gone(pid, seconds=5):
    """Whether a process has ended within a time; one nobody waited for has."""
    deadline = time.monotonic() + seconds
    while True:
        state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
        if not state or state.startswith("Z"):
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)


def wait_until(condition, what, seconds=15):
    deadline = time.monotonic() + seconds
    while not condition():
        expect(time.monotonic() < deadline, f"no {what} within {seconds} s")
        time.sleep(0.05)


@contextlib.contextmanager
def folder():
    with tempfile.TemporaryDirectory(prefix="kbench-test-") as path:
        yield path


class Bootstrap(str):
    """Where a broker listens, and its process."""

    process = None

    @property
    def pid(self):
        return self.process.pid

    def ask(self, command):
        """Gives a command to a broker that was started with --control; its answer, without the newline."""
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        while True:
            line = self.process.stdout.readline()
            expect(line, f"kbench broker ended instead of answering '{command}'")
            if not line.startswith("listening on "):
                return line.rstrip("\n")

    def tell(self, command):
        """As `ask`, of a command that must be carried out; what stands behind the ok."""
        answer = self.ask(command)
        expect(answer.split(" ")[0] == "ok", f"the answer to '{command}' is '{answer}'")
        return answer[3:]


@contextlib.contextmanager
def embedded_broker(*arguments):
    """`kbench broker` for as long as the block takes; gives its bootstrap servers."""
    process = subprocess.Popen(
        [KBENCH, "broker", "--port", "0", *(arguments or ("--log", "memory:64MiB"))],
        stdin=subprocess.PIPE if "--control" in arguments else subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True, start_new_session=True)
    try:
        line = process.stdout.readline().strip()
        prefix = "listening on "
        expect(line.startswith(prefix), f"kbench broker said '{line}', expected 'listening on HOST:PORT'")
        bootstrap = Bootstrap(line[len(prefix):])
        bootstrap.process = process
        yield bootstrap
        expect(process.poll() is None, f"kbench broker ended by itself, status {process.poll()}")
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
        if process.stdin:
            process.stdin.close()

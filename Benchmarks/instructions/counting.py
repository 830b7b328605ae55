"""Runs kbench and counts. Each figure is a difference: kbench runs with N and with 3 N records, and what both have in common,
the start above all, drops out."""

import concurrent.futures
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import tempfile

from .callgrind import Profile

HERE = os.path.dirname(os.path.realpath(__file__))
LIBRARIES = ("main_queue", "counted_calls", "answers_in_step")
# One request in flight, so that each answer is found by the turn after it; nothing that goes by the time of day.
FIXED = {
    "--partitions": "64", "--partitioner": "round-robin", "--batch-size": "16KiB", "--concurrency": "1", "--cores": "1",
    "--seed": "1", "--linger": "1s", "--interval": "1h"}
# What would happen before one run and not before the next. Older builds don't know it, and don't do it.
FIXED_SINCE = ("--calibrate", "never")
# Where the pipeline ends, and by which door it begins: what is counted.
ROWS = (
    ("generate", "lane"), ("build", "lane"), ("compress", "lane"),
    ("broker", "lane"), ("broker", "chunk"), ("broker", "writer"), ("broker", "record"))
PROFILED_RECORDS = 100_000
COUNTED_RECORDS = 1_000_000
# How often allocations and copies are counted; a stage that ends before the broker repeats by itself.
COUNTED_RUNS = {"broker": 5}
TIMEOUT_S = 300
# By so much time passes slower under valgrind.
SLOWNESS = 50
# A bridge object's retains and releases call these in turn.
REFERENCES = re.compile(r"^swift_(retain|release)(_n)?('\d+)?$")


class Failed(Exception):
    """A run that could not be counted, with what it said."""


class Counter:
    """Counts one build of kbench; its files are in a folder that the caller removes."""

    def __init__(self, binary, folder, options=()):
        """`options` are kbench's, in place of those that are fixed."""
        self.binary, self.folder = os.path.realpath(binary), folder
        fixed = [word for pair in FIXED.items() if pair[0] not in options for word in pair]
        self.options = [*fixed, "--quiet", *options]
        if subprocess.run([self.binary, *FIXED_SINCE, "--dry-run"], capture_output=True, check=False).returncode == 0:
            self.options += FIXED_SINCE
        self.running = set()
        self.is_stopped = False
        self.in_turn = in_turn()
        self.libraries = {}
        for name in LIBRARIES:
            self.libraries[name] = os.path.join(folder, name + ".so")
            # Without builtins, or the compiler makes a call of memcpy of memcpy's own loop.
            subprocess.run(
                ["cc", "-O2", "-fno-builtin", "-shared", "-fPIC", "-o", self.libraries[name],
                 os.path.join(HERE, name + ".c")], check=True)

    def figures(self, row, cpu, profiled_runs):
        """What a record costs at a stage and door, and by how much of itself each figure varied, as two dictionaries.

        Instructions are the median of the runs. Allocations and copies are the least of them: a thread that is kept from
        its turn has others allocate what they would have got back from it, which adds to a run and takes nothing off it."""
        figures, spreads = {}, {}
        for method, records, runs, typical in (
                (self.profiled, PROFILED_RECORDS, profiled_runs, statistics.median),
                (self.counted, COUNTED_RECORDS, COUNTED_RUNS.get(row[0], 1), min)):
            rounds = [tuple(method(row, cpu, n) for n in (records, 3 * records)) for _ in range(runs)]
            for name in rounds[0][0]:
                less, more = (typical(counts[name] for counts in of_length) for of_length in zip(*rounds))
                figures[name] = (more - less) / (2 * records)
                values = [(more[name] - less[name]) / (2 * records) for less, more in rounds]
                spreads[name] = (max(values) - min(values)) / figures[name] if figures[name] else 0
        return figures, spreads

    def profiled(self, row, cpu, records):
        """Instructions, and calls that count references, by callgrind."""
        output = self.path(row, "callgrind")
        self.run(
            row, cpu, records, ("main_queue", "answers_in_step"),
            ["valgrind", "--tool=callgrind", "--dump-line=no",
             f"--callgrind-out-file={output}"], {"KBENCH_SLOWNESS": str(SLOWNESS)})
        profile = Profile(output)
        ours = set(self.libraries.values())
        return {
            "own_instructions": sum(
                n for name, n in profile.instructions.items() if os.path.realpath(name) == self.binary),
            "instructions": sum(n for name, n in profile.instructions.items() if name not in ours),
            "reference_calls": sum(n for name, n in profile.calls.items() if REFERENCES.match(name)),
        }

    def counted(self, row, cpu, records):
        """Allocations and copies, by the library that stands in for the C library's."""
        output = self.path(row, "counts")
        self.run(
            row, cpu, records, ("counted_calls", "answers_in_step"), self.in_turn,
            {"KBENCH_COUNTS": output, "KBENCH_COUNTED": os.path.basename(self.binary)})
        with open(output) as file:
            names = ("allocations", "allocated_bytes", "copies", "copied_bytes")
            return dict(zip(names, map(int, file.read().split())))

    def system_calls(self, row, cpu):
        """System calls for a record, or None where strace may not look."""
        totals = []
        for records in (PROFILED_RECORDS, 3 * PROFILED_RECORDS):
            output = self.path(row, "strace")
            try:
                self.run(row, cpu, records, (), ["strace", "-f", "-o", output])
            except Failed:
                return None
            with open(output) as file:
                totals.append(count_system_calls(file))
        return (totals[1] - totals[0]) / (2 * PROFILED_RECORDS)

    def manifest(self):
        """What kbench says of itself and the machine."""
        return self.run(("generate", "lane"), None, 1000, (), [], keep_manifest=True)

    def path(self, row, what):
        return os.path.join(self.folder, f"{what}-{'-'.join(row)}")

    def run(self, row, cpu, records, libraries, before, environment=None, keep_manifest=False):
        if self.is_stopped:
            raise Failed("stopped")
        stage, door = row
        output = self.path(row, "results")
        shutil.rmtree(output, ignore_errors=True)
        command = [*(["taskset", "-c", str(cpu)] if cpu is not None else []), *before, self.binary,
                   "--stage", stage, *self.options, "--records", str(records), "--output", output]
        # Older builds have one way in, and no word for it.
        command += ["--door", door] if door != "lane" else []
        command += ["--codec", "lz4"] if stage == "compress" and "--codec" not in self.options else []
        loaded = {"LD_PRELOAD": ":".join(self.libraries[name] for name in libraries)} if libraries else {}
        process = subprocess.Popen(
            command, env={**os.environ, **loaded, **(environment or {})}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
        self.running.add(process)
        try:
            said, _ = process.communicate(timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            kill(process)
            raise Failed(f"{' '.join(command)} did not end within {TIMEOUT_S} s") from None
        finally:
            self.running.discard(process)
        if process.returncode != 0:
            raise Failed(f"{' '.join(command)} ended with {process.returncode}:\n{said[-2000:]}")
        if keep_manifest:
            with open(os.path.join(output, "manifest.json")) as file:
                return json.load(file)
        return None


    def stop(self):
        """Ends what runs; nothing begins any more."""
        self.is_stopped = True
        for process in list(self.running):
            kill(process)


def in_turn():
    """What has a processor's threads go on for as long as they can: how much of what one of them needs is ready when its turn
    comes, and so how much it allocates, depends little on when the system lets the others go on. Not by real-time scheduling,
    which the system stops where it takes a processor for itself, on some kernels for good."""
    scheduling = ["chrt", "--batch", "0"]
    is_allowed = shutil.which("chrt") and subprocess.run([*scheduling, "true"], capture_output=True, check=False).returncode == 0
    return scheduling if is_allowed else []


def kill(process):
    """Ends a process and those that it has started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def count_system_calls(lines):
    """The calls of the first process that strace writes of, without those of processes that it starts."""
    ours, starting, count = set(), set(), 0
    for line in lines:
        thread, _, text = line.strip().partition(" ")
        text = text.lstrip()
        if not ours:
            ours.add(thread)
        if thread not in ours:
            continue
        is_resumed = text.startswith("<... clone")
        if text.startswith("clone") and "CLONE_THREAD" in text:
            starting.add(thread)
        if thread in starting and (text.startswith("clone") or is_resumed) and (found := re.search(r"= (\d+)$", text)):
            ours.add(found[1])
            starting.discard(thread)
        count += not text.startswith(("<...", "---", "+++"))
    return count


def count(binary, rows, with_system_calls=False, profiled_runs=1, options=()):
    """Counts the rows of one build, as many at once as there are processors.

    Gives for each row its figures and their spreads, and what kbench says of itself."""
    processors = sorted(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        counter = Counter(binary, folder, options)

        def one(place_and_row):
            place, row = place_and_row
            cpu = processors[place % len(processors)]
            figures, spreads = counter.figures(row, cpu, profiled_runs)
            if with_system_calls:
                figures["system_calls"] = counter.system_calls(row, cpu)
            return figures, spreads

        manifest = counter.manifest()
        with concurrent.futures.ThreadPoolExecutor(len(processors)) as workers:
            try:
                return dict(zip(rows, workers.map(one, enumerate(rows)))), manifest
            except BaseException:
                counter.stop()
                raise

"""Programs that produce while a cluster changes: ours (Tests/Drill), and librdkafka's with the same arguments and output."""

import functools
import glob
import json
import os
import subprocess
import threading
import time

from harness import ROOT, Skip, expect, needs, wait_until
from kafka_cluster import BOOTSTRAP

SCRATCH = os.path.join(ROOT, ".build-drill")
SOURCES = os.path.join(ROOT, "Benchmarks", "peers")
# At which age what is known of topics is asked for anew, by both.
MAX_AGE = 5
# Records a second, of both topics together. Three nodes on one machine have less to spare.
RATE = 200_000 if "," not in BOOTSTRAP else 100_000
# A partition without an acknowledgement for so long is not in use.
IDLE_MS = 1000


@functools.cache
def ours():
    """DRILL in the environment is a program that is built already."""
    if built := os.environ.get("DRILL"):
        return built
    command = ["swift", "build", "--package-path", os.path.join(ROOT, "Tests", "Drill"), "--scratch-path", SCRATCH,
               "-c", "release", "-Xswiftc", "-warnings-as-errors"]
    ended = subprocess.run(command, capture_output=True, text=True)
    expect(ended.returncode == 0, f"Tests/Drill does not build:\n{ended.stdout}{ended.stderr}")
    return os.path.join(SCRATCH, "release", "drill")


@functools.cache
def librdkafka(name):
    """A program of Benchmarks/peers, built with the headers of the system and the newer library of confluent-kafka."""
    folder = os.path.dirname(needs("confluent_kafka").__file__) + ".libs"
    libraries = glob.glob(os.path.join(folder, "librdkafka*.so*"))
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "rdkafka"], capture_output=True, text=True)
    if flags.returncode:
        raise Skip("the headers of librdkafka are not installed (Debian, Ubuntu: apt-get install librdkafka-dev)")
    words = flags.stdout.split()
    if libraries:
        words = [word for word in words if not word.startswith("-l")] + [libraries[0], "-Wl,-rpath," + folder]
    program = os.path.join(SCRATCH, name)
    os.makedirs(SCRATCH, exist_ok=True)
    ended = subprocess.run(
        ["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", program, os.path.join(SOURCES, name + ".c"), *words,
         "-lpthread"], capture_output=True, text=True)
    expect(ended.returncode == 0, f"{name} does not build:\n{ended.stderr}")
    return program


class Producing:
    """A program that appends to topics until it is told to end."""

    def __init__(self, name, topics, lanes, keyed, folder):
        self.name, self.topics, self.folder = name, topics, folder
        command = [
            ours() if name == "ours" else librdkafka("librdkafka_drill"), BOOTSTRAP, *topics, "--lanes", str(lanes),
            "--rate", str(RATE), "--max-age", str(MAX_AGE), "--acked", folder]
        self.process = subprocess.Popen(
            command + (["--keyed"] if keyed else []), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, start_new_session=True)
        self.latest, self.summary, self.events, self.errors = {}, None, [], []
        self.threads = [threading.Thread(target=self.read), threading.Thread(target=self.read_errors)]
        for thread in self.threads:
            thread.start()

    def read(self):
        for line in self.process.stdout:
            told = json.loads(line)
            if "topics" in told:
                self.latest = told["topics"]
            elif "summary" in told:
                self.summary = told
            else:
                self.events.append(told)

    def read_errors(self):
        self.errors.extend(self.process.stderr)

    def say(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def uses(self, topic, partitions):
        """Whether each partition had an acknowledgement a moment ago."""
        expect(self.process.poll() is None, f"{self.name} ended by itself: {''.join(self.errors)}")
        ages = self.latest.get(topic, {}).get("ages", [])[:partitions]
        return len(ages) == partitions and all(0 <= age < IDLE_MS for age in ages)

    def wait_for(self, topic, partitions, seconds):
        wait_until(
            lambda: self.uses(topic, partitions), f"use of all {partitions} partitions of {topic} by {self.name}; "
            f"it says {self.latest.get(topic)}", seconds)

    def finish(self, seconds=150):
        """Ends appending, and gives the summary, when all that was appended has its fate."""
        self.process.stdin.close()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.name} did not end within {seconds} s; it says {self.latest}") from None
        for thread in self.threads:
            thread.join()
        expect(self.process.returncode == 0 and self.summary, f"{self.name} ended with {self.process.returncode}: "
               f"{''.join(self.errors)}")
        return {topic: TopicSummary(self, topic) for topic in self.topics}

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class TopicSummary:
    """What became of the records of one topic."""

    def __init__(self, producing, topic):
        told = producing.summary["summary"][topic]
        self.topic, self.folder = topic, producing.folder
        self.appended, self.acked = told["appended"], told["acked"]
        self.failed, self.refused = told["failed"], told["refused"]
        self.retried = told.get("retried", {})
        self.gaps, self.gaps_at, self.first = told["gaps"], told["gaps_at"], told["first"]

    def longest_gap(self, partitions):
        """The longest time without an acknowledgement, and the partition that had none."""
        return max((gap, partition) for partition, gap in enumerate(self.gaps[:partitions]))

    def stored(self):
        """What the topic holds of what was acknowledged."""
        ended = subprocess.run(
            [librdkafka("librdkafka_stored"), BOOTSTRAP, self.topic, os.path.join(self.folder, self.topic + ".acked")],
            capture_output=True, text=True)
        expect(ended.returncode == 0, f"{self.topic} could not be read back: {ended.stderr}")
        return json.loads(ended.stdout)


def now():
    """By the clock that the programs tell times by."""
    return time.clock_gettime(time.CLOCK_MONOTONIC)

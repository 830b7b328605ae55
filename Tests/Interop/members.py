"""Members of groups, each a process: of confluent-kafka, of kafka-python, and Kafka's own console consumer."""

import os
import subprocess
import sys
import tempfile
import time

from clients import PEER
from harness import ROOT, Skip, expect, needs, wait_until
from programs import java_libraries, java_tool


class Member:
    """A process that reads as a member of a group, from its begin to `leave` or `kill`."""

    def __init__(self, command, name):
        self.name = name
        self.out, self.err = tempfile.NamedTemporaryFile("w+"), tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=self.out, stderr=self.err, start_new_session=True)

    @property
    def lines(self):
        with open(self.out.name) as f:
            return [line for line in f.read().split("\n")[:-1] if line]

    @property
    def values(self):
        """What it has read, in the order in which it came."""
        return [line.split(" ", 3)[3] for line in self.lines if line.startswith("read ")]

    @property
    def assigned(self):
        """How many partitions it had each time that this changed; Kafka's console consumer does not tell."""
        return [int(line.split()[1]) for line in self.lines if line.startswith("assigned ")]

    def await_assigned(self, count, seconds=30):
        wait_until(lambda: self.assigned[-1:] == [count], f"{count} partitions of {self}", seconds)

    def leave(self, seconds=30):
        self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"{self} did not leave within {seconds} s") from None

    def kill(self):
        self.process.kill()
        self.process.wait()

    def __str__(self):
        self.err.seek(0)
        return f"{self.name} (assigned {self.assigned}, read {len(self.values)}, {self.err.read()[-2000:].strip()})"


class ConsoleMember(Member):
    """Kafka's console consumer."""

    @property
    def values(self):
        return self.lines

    @property
    def assigned(self):
        return []


def member(client, bootstrap, group, topic, **settings):
    if client == "library":
        strategy = settings.get("partition_assignment_strategy", "range")
        words = ["consumer" if settings.get("group_protocol") == "consumer" else strategy]
        words += [settings[name] for name in ("group_instance_id",) if name in settings]
        return Member([PEER, "group", bootstrap, group, topic, *words], "the library")
    needs("confluent_kafka" if client == "confluent" else "kafka")
    program = os.path.join(ROOT, "Tests", "Interop", "group_member.py")
    words = [f"{name.replace('_', '.')}={value}" for name, value in settings.items()]
    return Member([sys.executable, program, client, bootstrap, group, topic, *words], client)


def console_member(version, bootstrap, group, topic, **settings):
    """Kafka's console consumer of a version."""
    properties = {"auto.offset.reset": "earliest", "metadata.max.age.ms": 1000, **{
        name.replace("_", "."): value for name, value in settings.items()}}
    if properties.get("group.protocol") != "consumer":
        properties = {"session.timeout.ms": 6000, "heartbeat.interval.ms": 500, **properties}
    option = "--command-property" if version.startswith("4") else "--consumer-property"
    words = [word for name, value in properties.items() for word in (option, f"{name}={value}")]
    which = ["--include", topic] if topic.startswith("^") else ["--topic", topic]
    return ConsoleMember(
        java(version, "org.apache.kafka.tools.consumer.ConsoleConsumer", "--bootstrap-server", bootstrap, "--group", group,
             *which, *words), f"console consumer {version}")


def java(version, main, *arguments):
    return [java_tool("java"), "-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp", os.path.join(java_libraries(version), "*"), main,
            *arguments]


def groups_tool(version, bootstrap, *arguments):
    """Runs kafka-consumer-groups, and gives its standard output."""
    ended = subprocess.run(
        java(version, "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand", "--bootstrap-server", bootstrap, *arguments),
        capture_output=True, text=True, timeout=90)
    expect(ended.returncode == 0, f"kafka-consumer-groups ended with {ended.returncode}: {ended.stderr or ended.stdout}")
    return ended.stdout


class Members(list):
    """Members that are killed at the end of the block, whatever happens."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for one in self:
            if one.process.poll() is None:
                one.kill()

    def add(self, one):
        self.append(one)
        return one

    @property
    def values(self):
        return [value for one in self for value in one.values]

    def await_values(self, expected, seconds=40):
        """Waits until the members together have read all of these."""
        deadline = time.monotonic() + seconds
        while not set(expected) <= set(self.values):
            for one in self:
                expect(one.process.poll() in (None, 0, -9, -15, 143), f"{one} ended with {one.process.returncode}")
            missing = len(set(expected) - set(self.values))
            expect(time.monotonic() < deadline, f"{missing} of {len(expected)} records were not read: {[str(m) for m in self]}")
            time.sleep(0.1)


def have_java(version):
    try:
        java(version, "")
        return True
    except Skip:
        return False

"""Other people's clients that are programs: Kafka's Java client, by the program in Tests/Interop/java, and kcat."""

import atexit
import functools
import glob
import json
import os
import shutil
import subprocess
import tempfile
import threading

from clients import from_lines, to_lines
from harness import ROOT, Skip, expect

# Those that all exchanges are tried with.
JAVA_VERSIONS = ("4.3.1", "3.9.2")


def run(command, what, given=None, text=True):
    ended = subprocess.run(command, input=given, capture_output=True, text=text, timeout=90)
    expect(ended.returncode == 0, f"{what} ended with {ended.returncode}: {ended.stderr[-2000:]}")
    return ended.stdout


def kafka_home(version):
    """The folder with a version's libs: $KAFKA_HOME, beside it, or ../shared/kafka; None when there is none."""
    homes = [os.path.join(ROOT, "..", "shared", "kafka", version)]
    if os.environ.get("KAFKA_HOME"):
        homes = [os.environ["KAFKA_HOME"], os.path.join(os.environ["KAFKA_HOME"], "..", version), *homes]
    for home in homes:
        if version_in(home) == version:
            return os.path.realpath(home)
    return None


def version_in(home):
    """The version of the Kafka in a folder, or None when there is none."""
    jars = glob.glob(os.path.join(home, "libs", "kafka-clients-*.jar"))
    return os.path.basename(jars[0])[len("kafka-clients-"):-len(".jar")] if jars else None


class JavaProcess:
    """A JavaPeer that runs with one version of Kafka's client: commands go in, answers come out."""

    ANSWER_SECONDS = 90

    def __init__(self, version):
        self.name = f"Java {version}"
        self.folder = tempfile.TemporaryDirectory(prefix="java-peer-")
        libraries = os.path.join(java_libraries(version), "*")
        source = os.path.join(ROOT, "Tests", "Interop", "java", "JavaPeer.java")
        run([java_tool("javac"), "-d", self.folder.name, "-cp", libraries, source], "javac")
        self.log = open(os.path.join(self.folder.name, "log"), "w+b")
        self.process = subprocess.Popen(
            [java_tool("java"), "-Xmx512m", "-XX:TieredStopAtLevel=1", "-cp", f"{self.folder.name}:{libraries}", "JavaPeer"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True, start_new_session=True)
        atexit.register(self.end)

    def answer(self, *command, given=""):
        """The lines with which it answers a command."""
        late = threading.Timer(self.ANSWER_SECONDS, self.process.kill)
        late.start()
        try:
            self.process.stdin.write("\t".join(map(str, command)) + "\n" + given)
            self.process.stdin.flush()
            word, _, rest = self.process.stdout.readline().rstrip("\n").partition("\t")
            if word == "ok":
                return [self.process.stdout.readline().rstrip("\n") for _ in range(int(rest))]
        except BrokenPipeError:
            word = ""
        finally:
            late.cancel()
        self.log.seek(0)
        why = rest if word else f"no answer within {self.ANSWER_SECONDS} s, or it ended: {self.log.read()[-2000:]}"
        raise AssertionError(f"{self.name} could not {' '.join(map(str, command))}: {why}")

    def end(self):
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.log.close()
        self.folder.cleanup()


def java_libraries(version):
    home = kafka_home(version)
    if home is None:
        raise Skip(f"there is no Kafka {version}: KAFKA_HOME, or a folder beside it, may name one")
    return os.path.join(home, "libs")


def java_tool(name):
    java_home = os.environ.get("JAVA_HOME")
    tool = os.path.join(java_home, "bin", name) if java_home else shutil.which(name)
    if not tool or not os.access(tool, os.X_OK):
        raise Skip(f"there is no {name}: Debian's and Ubuntu's is in openjdk-17-jdk-headless")
    return tool


java_process = functools.cache(JavaProcess)


class Java:
    """Kafka's Java client of one version."""

    def __init__(self, bootstrap, version):
        self.process, self.bootstrap = java_process(version), bootstrap
        self.name = self.process.name

    @staticmethod
    def can_write(record):
        return True

    def write(self, topic, records, codec="none", acks="all", partition=0, **settings):
        """Gives the partition of each record; `-` as a partition leaves it to the partitioner."""
        given = {"compression.type": codec, "acks": acks, "linger.ms": 5, "max.request.size": 4 << 20, **settings}
        partitions = self.process.answer(
            "write", self.bootstrap, topic, len(records), *(f"{name}={value}" for name, value in given.items()),
            given=to_lines(records, partition))
        return [int(partition) for partition in partitions]

    def read(self, topic, count):
        found = from_lines(self.process.answer("read", self.bootstrap, topic))
        expect(count is None or len(found) == count, f"{len(found)} of {count} records were read")
        return found

    def list(self):
        """Each topic and the number of its partitions."""
        lines = (line.split("\t") for line in self.process.answer("list", self.bootstrap))
        return {name: int(count) for name, count in lines}


class Kcat:
    """kcat, which is librdkafka at the command line. Timestamps are its own, headers the same for all its records."""

    name = "kcat"
    RECORD_END, KEY_END = b"\x1e", b"\x1f"

    def __init__(self, bootstrap):
        self.path, self.bootstrap = shutil.which("kcat"), bootstrap
        if self.path is None:
            raise Skip("kcat is not installed; apt-get and brew have it as kcat")

    def _run(self, *arguments, given=None):
        return run([self.path, *arguments[:1], "-b", self.bootstrap, *arguments[1:]], "kcat", given, text=False)

    def write(self, topic, records, codec="none", acks="all", partition=0, **settings):
        """An empty key or value is null; the headers are those of the first record."""
        headers = [word for name, content in records[0][2] for word in ("-H", f"{name}={content.decode()}")]
        properties = [word for name, value in {"acks": acks, **settings}.items() for word in ("-X", f"{name}={value}")]
        lines = [
            (b"" if key is None else key) + self.KEY_END + (b"" if value is None else value) + self.RECORD_END
            for key, value, _, _ in records]
        self._run(
            "-P", "-t", topic, "-p", str(partition), "-z", codec, "-Z", "-K", r"\x1f", "-D", r"\x1e", *headers, *properties,
            given=b"".join(lines))

    def read(self, topic, count):
        """Records whose headers hold no newline."""
        rest = self._run(
            "-C", "-t", topic, "-p", "0", "-o", "beginning", "-e", "-q", "-X", "fetch.wait.max.ms=50", "-f",
            r"%T %K %S %h\n%k%s")
        found = []
        while rest:
            line, rest = rest.split(b"\n", 1)
            timestamp, key_length, value_length, headers = line.split(b" ", 3)
            key, rest = _take(int(key_length), rest)
            value, rest = _take(int(value_length), rest)
            pairs = [header.split(b"=", 1) for header in headers.split(b",") if header]
            found.append((key, value, [(name.decode(), content) for name, content in pairs], int(timestamp)))
        expect(count is None or len(found) == count, f"{len(found)} of {count} records were read")
        return found

    def list(self):
        topics = json.loads(self._run("-L", "-J"))["topics"]
        return {topic["topic"]: len(topic["partitions"]) for topic in topics}


def _take(length, data):
    """The first so many bytes, None for -1, and the rest."""
    return (None, data) if length < 0 else (data[:length], data[length:])

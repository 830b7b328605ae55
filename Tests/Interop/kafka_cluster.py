"""The real Apache Kafka that scripts/with-kafka has started, and Kafka's own tools."""

import os
import shutil
import signal
import subprocess

from harness import expect, gone

BOOTSTRAP = os.environ.get("BOOTSTRAP", "")
HOME = os.environ.get("KAFKA_HOME", "")
FOLDER = os.environ.get("KAFKA_CLUSTER_DIR", "")

if not (BOOTSTRAP and HOME and FOLDER):
    raise SystemExit("these tests need a Kafka: scripts/test-kafka runs them with one")


def tool(main, *arguments):
    """Runs one of Kafka's own tools, and gives its standard output."""
    java_home = os.environ.get("JAVA_HOME")
    java = os.path.join(java_home, "bin", "java") if java_home else shutil.which("java")
    ended = subprocess.run(
        [java, "-Xmx256m", "-cp", os.path.join(HOME, "libs", "*"), main, *arguments], capture_output=True, text=True)
    expect(ended.returncode == 0, f"{main} ended with {ended.returncode}: {ended.stderr or ended.stdout}")
    return ended.stdout or ended.stderr


def stored(pattern):
    """Records of each topic whose name matches, as Kafka's GetOffsetShell counts them."""
    counts = {}
    output = tool("org.apache.kafka.tools.GetOffsetShell", "--bootstrap-server", BOOTSTRAP, "--topic", pattern)
    for line in output.splitlines():
        parts = line.rsplit(":", 2)
        if len(parts) == 3 and parts[2].isdigit():
            counts[parts[0]] = counts.get(parts[0], 0) + int(parts[2])
    return counts


def written_bytes(topic):
    """Bytes of a topic's segments on all nodes."""
    total = 0
    for path, _, files in os.walk(FOLDER):
        if os.path.basename(path).rsplit("-", 1)[0] == topic:
            for name in files:
                if name.endswith(".log"):
                    total += os.path.getsize(os.path.join(path, name))
    return total


def node_pid(number):
    with open(os.path.join(FOLDER, f"node{number}", "pid")) as f:
        return int(f.read())


def signal_node(number, what=signal.SIGKILL):
    os.kill(node_pid(number), what)


def await_shutdown(number):
    """Waits until a node has ended that was told to."""
    expect(gone(node_pid(number), 60), f"node {number} did not shut down within 60 s")


def start_node(number):
    """Starts a node again; with-kafka ends it with the others."""
    subprocess.Popen([os.path.join(FOLDER, f"node{number}", "start")], start_new_session=True)


def under_replicated():
    """Partitions that lack a replica, as Kafka's TopicCommand tells."""
    output = tool(
        "org.apache.kafka.tools.TopicCommand", "--bootstrap-server", BOOTSTRAP, "--describe",
        "--under-replicated-partitions")
    return output.count("Partition:")

"""kbench as a user who may do little, on a Kafka with an authorizer: what it needs, and what it says when that is missing.

Wants with-kafka --security SASL_PLAINTEXT --set authorizer.class.name=… --set super.users=User:ANONYMOUS.
"""

import os

from harness import equal, expect, folder, kbench, rows, test
from kafka_cluster import BOOTSTRAP, HOME, tool
from programs import version_in

PLAIN = os.environ.get("BOOTSTRAP_PLAIN", "")
CONFIG = os.environ.get("CLIENT_PROPERTIES", "")
if not PLAIN:
    raise SystemExit("these tests need a Kafka that is secured: with-kafka --security")
ACL_COMMAND = "kafka.admin.AclCommand" if version_in(HOME).startswith("3.") else "org.apache.kafka.tools.AclCommand"


def rights(action, topic, *operations):
    arguments = [word for operation in operations for word in ("--operation", operation)]
    tool(ACL_COMMAND, "--bootstrap-server", PLAIN, f"--{action}", "--allow-principal", "User:alice", *arguments,
         *(("--topic", topic) if topic else ("--cluster",)), *(("--force",) if action == "remove" else ()))


def make(topic):
    tool("org.apache.kafka.tools.TopicCommand", "--bootstrap-server", PLAIN, "--create", "--topic", topic, "--partitions", "4")


def attempt(topic, *arguments, output):
    path = os.path.join(output, str(len(os.listdir(output))))
    return kbench("-b", BOOTSTRAP, "--command-config", CONFIG, "--topic", topic, "--records", "20k", "--partitions", 4,
                  "--output", path, *arguments, timeout=30), path


@test("an existing topic is written to with the right to write, and nothing more; what is missing is named with the user")
def write():
    make("existing")
    with folder() as output:
        ended, _ = attempt("existing", output=output)
        ended.must_end_with(1).must_say("User:alice lacks the right Describe on Topic:existing")
        rights("add", "existing", "Describe")
        ended, _ = attempt("existing", output=output)
        ended.must_end_with(1).must_say("User:alice lacks the right IdempotentWrite on Cluster:kafka-cluster")
        ended, path = attempt("existing", "--acks", "1", output=output)
        ended.must_end_with(1).must_say("User:alice lacks the right Write on Topic:existing")
        equal(rows(path)[0]["records_failed"], "20000", "records that failed")
        rights("remove", "existing", "Describe")
        rights("add", "existing", "Write")
        for builder in ("sharded", "sequential"):
            ended, path = attempt("existing", "--builder", builder, output=output)
            ended.must_end_with(0)
            equal(rows(path)[0]["records_acked"], "20000", "records")


@test("reading back needs the right to read, and says so at once")
def read():
    make("to-read")
    rights("add", "to-read", "Write")
    with folder() as output:
        ended, _ = attempt("to-read", "--verify", output=output)
        ended.must_end_with(1).must_say("User:alice lacks the right Read on Topic:to-read")
        expect(ended.seconds < 10, f"it took {ended.seconds:.1f} s")
        rights("add", "to-read", "Read")
        ended, path = attempt("to-read", "--verify", output=output)
        ended.must_end_with(0)
        equal(rows(path)[0]["records_lost"], "0", "records lost")


@test("a topic that kbench makes and removes needs the rights for that")
def create():
    with folder() as output:
        rights("add", "made", "Describe")
        ended, _ = attempt("made", output=output)
        ended.must_end_with(1).must_say("cannot create topic 'made'", "User:alice lacks the right Create on Topic:made")
        rights("add", "made", "Create", "Write")
        ended, _ = attempt("made", output=output)
        ended.must_end_with(1).must_say("cannot delete topic 'made'", "User:alice lacks the right Delete on Topic:made")
        ended, _ = attempt("made", "--keep-topic", output=output)
        ended.must_end_with(0)
        rights("add", "removed", "Describe", "Create", "Write", "Delete")
        ended, _ = attempt("removed", output=output)
        ended.must_end_with(0)

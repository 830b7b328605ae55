"""The programs under Examples: built as a user builds them, and held to what they say of their own outcome."""

import contextlib
import functools
import os
import subprocess

from harness import ROOT, embedded_broker, equal, expect, test

FOLDER = os.path.join(ROOT, "Examples")
SCRATCH = os.path.join(ROOT, ".build-examples")

# What each of them says.
EXAMPLES = {
    "ShortestProducer": ("1000 records are stored", "ok: 1000 records were stored in topic 'events'"),
    "RecordWriters": ("the records of 4 writers are stored", "ok: 40000 records were stored in topic 'events'"),
    "ChunksFromTasks": ("the records of 4 tasks are stored", "ok: 25600 records were stored in topic 'events'"),
    "LongLivedService": ("the last action is at offset ", "the service has ended", "ok: 501 records were stored in topic 'audit'"),
    "BatchPipeline": ("batches by lane: [", "ok: 4000 records were stored in topic 'events'"),
    "OwnCodecAndPartitioner": (
        "partition 0: 500 records of north", "ok: 2000 records were stored in topic 'orders-by-region'"),
    "PartitionRoundTrip": ("next offset ", "ok: 3 records were stored in topic 'events'"),
    "LookingAfterACluster": ("2 offsets, the newest record is at ", "events-0 60", "ok: 200 records were stored in topic 'events'"),
    "ConsumersInAGroup": ("a member got ", "read by each: [", "ok: 6000 records were stored in topic 'events'"),
    "SharedQueue": ("500 jobs are done, ", "ok: 500 records were stored in topic 'jobs'"),
    "ExactlyOnce": (
        "a transaction was aborted", "600 invoices, 600 of them different", "ok: 600 records were stored in topic 'orders'"),
    "ReadingATopic": ("one by one", "billing 0", "assigned(", "ok: 20 records were stored in topic 'events'"),
    "Observed": (
        "info kafka: connected broker=", "prometheus: kafka_producer_topic_record_send_total{client_id=\"kafkaclient\",topic=\"orders\"} 1000",
        "span: {\"resourceSpans\":", "ok: 1000 records were stored in topic 'orders'"),
    "SecuredCluster": ("alice is refused with another password", "ok: stored over TLS by a user who has shown who she is"),
    "FailingBroker": ("not taken: ", "1 of the records were not stored: ", "ok: stored once after two failures"),
}


# They have brokers of their own; the others take `--bootstrap`.
ALONE = ("SecuredCluster", "FailingBroker")


@functools.cache
def build(name, folder=None):
    """All of them in one scratch folder, so that the library is compiled once."""
    # The plan of another package would be taken for this one's, and an executable of then for one of now.
    for left in (f"{SCRATCH}/debug.yaml", f"{SCRATCH}/debug/{name}"):
        with contextlib.suppress(FileNotFoundError):
            os.remove(left)
    ended = subprocess.run(
        ["swift", "build", "--package-path", folder or os.path.join(FOLDER, name), "--scratch-path", SCRATCH, "--product", name,
         "-Xswiftc", "-warnings-as-errors"], capture_output=True, text=True)
    expect(ended.returncode == 0, f"{name} does not build:\n{ended.stdout}{ended.stderr}")


def run(name, *arguments):
    return subprocess.run(
        [os.path.join(SCRATCH, "debug", name), *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=60)


def must_succeed(name, *arguments):
    ended = run(name, *arguments)
    equal(ended.returncode, 0, f"exit status of {name}, which said '{ended.stdout}{ended.stderr}'")
    lines = ended.stdout.splitlines()
    for words in EXAMPLES[name]:
        expect(any(line.startswith(words) for line in lines), f"{name} didn't say '{words}', but '{ended.stdout}'")


def define_example(name):
    @test(f"the example {name} builds without warnings, and stores what it should in a broker of its own")
    def alone():
        build(name)
        must_succeed(name)


for each in EXAMPLES:
    define_example(each)


@test("the program that Kafka's changes are tried on builds without warnings, here as there")
def drill():
    build("drill", os.path.join(ROOT, "Tests", "Drill"))


@test("every example is among those that are run")
def all_of_them():
    def is_program(name):
        return os.path.exists(os.path.join(FOLDER, name, "Sources", name, "main.swift"))

    programs = {name for name in os.listdir(FOLDER) if is_program(name)}
    equal(programs, set(EXAMPLES), "programs in Examples")


@test("the examples store what they should in the brokers that --bootstrap names, also when there are records already")
def elsewhere():
    with embedded_broker() as bootstrap:
        for name in EXAMPLES:
            if name not in ALONE:
                build(name)
                must_succeed(name, "--bootstrap", bootstrap)


@test("against a broker that refuses, each example ends with 1 and says that nothing was stored")
def refused():
    for code, words in (("MESSAGE_TOO_LARGE", "too large"), ("TOPIC_AUTHORIZATION_FAILED", "authoriz")):
        with embedded_broker("--fault", f"produce:error={code}") as bootstrap:
            for name in EXAMPLES:
                if name in ALONE:
                    continue
                build(name)
                ended = run(name, "--bootstrap", bootstrap)
                equal(ended.returncode, 1, f"exit status of {name}, which said '{ended.stdout}'")
                expect("failed: " in ended.stdout and (words in ended.stdout.lower() or code in ended.stdout),
                       f"{name} said '{ended.stdout}'")


@test("an example ends with 1 and says why when no broker answers")
def no_broker():
    build("ShortestProducer")
    ended = run("ShortestProducer", "--bootstrap", "127.0.0.1:1")
    equal(ended.returncode, 1, "exit status")
    expect(ended.stdout.startswith("failed: ") and "127.0.0.1:1" in ended.stdout, f"it said '{ended.stdout}'")


@test("an example ends with 1 when other than what it should is stored")
def stored_twice():
    build("ShortestProducer")
    fault = "produce:count=1:double"
    with embedded_broker("--log", "memory:64MiB", "--fault", fault) as bootstrap:
        ended = run("ShortestProducer", "--bootstrap", bootstrap)
    equal(ended.returncode, 1, f"exit status, with '{ended.stdout}'")
    expect("records were stored, expected 1000" in ended.stdout, f"it said '{ended.stdout}'")

"""Transactions on the embedded broker: those of confluent-kafka and of the library, read by both and by Java's consumer."""

import time

from clients import Confluent
from harness import embedded_broker, equal, expect, needs, test
from members import java
from kbench_scenes import (
    kbench_aborts, kbench_commits, kbench_end_to_end, kbench_is_fenced, kbench_is_interrupted, kbench_keeps_its_schedule)
from transaction_scenes import (
    ConfluentTransactions, LibraryTransactions, committed_offset, copies_once, fencing, lasts_too_long,
    offsets_with_transactions, open_holds_back, read_confluent, transact_and_read, values)

KEEPING = ("--brokers", "3", "--log", "memory:64MiB")


@test("of the transactions of confluent-kafka and the library, who reads committed records gets those that were committed")
def committed():
    with embedded_broker(*KEEPING) as bootstrap:
        transact_and_read(ConfluentTransactions, bootstrap, "confluent")
        transact_and_read(LibraryTransactions, bootstrap, "library")


@test("Java's console consumer, told to read committed records, reads those of the library's transactions")
def committed_by_java():
    java("4.3.1", "")
    with embedded_broker(*KEEPING) as bootstrap:
        transact_and_read(LibraryTransactions, bootstrap, "for-java", with_java=True)


@test("an open transaction holds back what comes behind it")
def holds_back():
    with embedded_broker(*KEEPING) as bootstrap:
        open_holds_back(bootstrap, "t")


@test("a producer with the same transactional id fences the one before, whichever client they are of")
def fenced():
    with embedded_broker(*KEEPING) as bootstrap:
        fencing(LibraryTransactions, ConfluentTransactions, bootstrap, "library-first")
        fencing(ConfluentTransactions, LibraryTransactions, bootstrap, "confluent-first")


@test("offsets that confluent-kafka adds to a transaction are the group's when it commits")
def offsets():
    needs("confluent_kafka")
    with embedded_broker(*KEEPING) as bootstrap:
        offsets_with_transactions(bootstrap, "t")


@test("a transaction that lasts too long is aborted by the broker, and its producer is told")
def too_long():
    with embedded_broker(*KEEPING) as bootstrap:
        Confluent(bootstrap).create("t", 3)
        producer = ConfluentTransactions(bootstrap, "t", "slow", transaction_timeout_ms=1000, message_timeout_ms=1000)
        producer.write(values("late", 10))
        producer.client.flush(10)
        time.sleep(1.5)
        equal(read_confluent(bootstrap, "t"), [], "committed records")
        told = producer.end("commit")
        expect(told.startswith("failed "), f"the producer was told '{told}'")


@test("the library's producer goes on when a transaction lasted too long, as with Kafka")
def too_long_goes_on():
    with embedded_broker(*KEEPING) as bootstrap:
        lasts_too_long(bootstrap, "late")


@test("a chain that is killed again and again copies each record once")
def chain():
    with embedded_broker(*KEEPING) as bootstrap:
        copies_once(bootstrap, "from", "to", 24_000, kills=3)
        expect(committed_offset(bootstrap, "from-group", "from") > 0, "the group has committed nothing")


@test("kbench in transactions commits what it has sent, through each door, and says how many and how long that took")
def kbench_doors():
    with embedded_broker(*KEEPING) as bootstrap:
        kbench_commits(bootstrap, "doors", "--door", "chunk,record,writer", "--tasks", "1,3", "--builder", "sharded,sequential")


@test("kbench in transactions starts a broker of its own, verifies what is committed, and sweeps durations")
def kbench_alone():
    kbench_commits(None, "alone", "--verify", "--transaction-duration", "10ms,100ms", "--keys", "uniform:100")


@test("a kbench whose transactional id another one takes ends with 1 and says that it was fenced")
def kbench_fenced():
    with embedded_broker(*KEEPING) as bootstrap:
        kbench_is_fenced(bootstrap, "fenced")


@test("kbench in transactions sends late what is due during a commit, and counts its latency from its time")
def kbench_schedule():
    with embedded_broker(*KEEPING, "--fault", "endtxn:delay=100ms") as bootstrap:
        kbench_keeps_its_schedule(bootstrap, "late", 100_000)


@test("kbench end-to-end in transactions receives what is committed, and not before")
def kbench_whole_way():
    with embedded_broker(*KEEPING) as bootstrap:
        kbench_end_to_end(bootstrap, "whole-way")


@test("a batch that fails aborts kbench's transaction, which ends it with 1 and its records counted")
def kbench_aborted():
    fault = ("--fault", "produce:skip=20:count=1:error=TOPIC_AUTHORIZATION_FAILED")
    with embedded_broker(*KEEPING, *fault) as bootstrap:
        kbench_aborts(bootstrap, "aborted")


@test("kbench that is interrupted commits what it has sent")
def kbench_interrupted():
    with embedded_broker(*KEEPING) as bootstrap:
        kbench_is_interrupted(bootstrap, "interrupted")

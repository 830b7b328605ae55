"""Transactions on a real Kafka: the library's and confluent-kafka's, read by both and by Java's console consumer; with several nodes, nodes
are killed meanwhile."""

from harness import Skip, test, wait_until
from kafka_cluster import BOOTSTRAP, signal_node, start_node, tool, under_replicated
from transaction_scenes import (
    ConfluentTransactions, LibraryTransactions, copies_once, fencing, lasts_too_long, offsets_with_transactions, open_holds_back,
    transact_and_read)


def needs_nodes(count):
    if len(BOOTSTRAP.split(",")) < count:
        raise Skip(f"it needs {count} nodes")


@test("on Kafka, who reads committed records gets those of the library's and confluent-kafka's transactions that were committed")
def committed():
    transact_and_read(LibraryTransactions, BOOTSTRAP, "tx-library", with_java=True)
    transact_and_read(ConfluentTransactions, BOOTSTRAP, "tx-confluent")


@test("on Kafka, an open transaction holds back what comes behind it")
def holds_back():
    open_holds_back(BOOTSTRAP, "tx-open")


@test("on Kafka, a producer with the same transactional id fences the one before, whichever client they are of")
def fenced():
    fencing(LibraryTransactions, ConfluentTransactions, BOOTSTRAP, "tx-library-first")
    fencing(ConfluentTransactions, LibraryTransactions, BOOTSTRAP, "tx-confluent-first")


@test("on Kafka, a transaction that lasts too long is aborted, and its producer goes on, or is fenced by the first protocol")
def too_long():
    description = tool("org.apache.kafka.tools.FeatureCommand", "--bootstrap-server", BOOTSTRAP, "describe")
    lines = [line for line in description.splitlines() if "transaction.version" in line]
    lasts_too_long(BOOTSTRAP, "tx-late", goes_on=any("FinalizedVersionLevel: 2" in line for line in lines))


@test("on Kafka, offsets that are added to a transaction are the group's when it commits")
def offsets():
    offsets_with_transactions(BOOTSTRAP, "tx-offsets")


@test("on Kafka, a chain that is killed again and again copies each record once")
def chain():
    copies_once(BOOTSTRAP, "tx-from", "tx-to", 6000, seconds=240, kills=6)


@test("on Kafka, a chain that is killed while nodes are killed copies each record once")
def chain_and_nodes():
    needs_nodes(3)
    turn = [0]

    def trouble():
        wait_until(lambda: under_replicated() == 0, "replicas in sync", 90)
        number = turn[0] % 3 + 1
        turn[0] += 1
        signal_node(number)
        start_node(number)

    copies_once(BOOTSTRAP, "tx-from-nodes", "tx-to-nodes", 9000, trouble, seconds=400, kills=4)
    wait_until(lambda: under_replicated() == 0, "replicas in sync", 90)

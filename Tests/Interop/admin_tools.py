"""Kafka's own tools for those who look after a cluster, on the embedded broker, beside the library."""

import subprocess

from admin_calls import Ours
from clients import Confluent, records
from harness import embedded_broker, equal, expect, test, wait_until
from members import java

VERSION = "4.3.1"


def tool(main, bootstrap, *arguments):
    ended = subprocess.run(
        java(VERSION, f"org.apache.kafka.tools.{main}", "--bootstrap-server", bootstrap, *map(str, arguments)),
        capture_output=True, text=True, timeout=90)
    expect(ended.returncode == 0, f"{main} ended with {ended.returncode}: {ended.stderr or ended.stdout}")
    return ended.stdout


@test("kafka-topics creates, alters, describes and deletes topics, as the library sees them")
def topics():
    with embedded_broker("--brokers", "3", "--log", "memory:64MiB") as bootstrap, Ours(bootstrap) as ours:
        tool("TopicCommand", bootstrap, "--create", "--topic", "t", "--partitions", 3, "--config", "retention.ms=1000")
        tool("TopicCommand", bootstrap, "--alter", "--topic", "t", "--partitions", 5)
        described = tool("TopicCommand", bootstrap, "--describe", "--topic", "t")
        expect("PartitionCount: 5" in described and "retention.ms=1000" in described, described)
        leaders = [int(line.split("Leader: ")[1].split()[0]) for line in described.splitlines() if "Partition: " in line]
        equal([p["leader"] for p in ours("describe", "t")["t"]], leaders, "leaders")
        tool("TopicCommand", bootstrap, "--delete", "--topic", "t")
        equal(ours("topics"), [], "topics that are left")


@test("kafka-configs sets and tells what the library tells")
def settings():
    with embedded_broker() as bootstrap, Ours(bootstrap) as ours:
        Confluent(bootstrap).create("t")
        tool_of_settings(bootstrap, "--alter", "--entity-type", "topics", "--entity-name", "t", "--add-config", "retention.ms=77")
        equal(ours("configs", "topic", "t", "retention.ms")["topic 't'"]["retention.ms"]["value"], "77", "what kafka-configs set")
        ours("alter", "topic", "t", "delete:retention.ms", "set:segment.ms=88")
        told = tool_of_settings(bootstrap, "--describe", "--entity-type", "topics", "--entity-name", "t")
        expect("segment.ms=88" in told and "retention.ms=" not in told, told)
        told = tool_of_settings(bootstrap, "--describe", "--all", "--entity-type", "brokers", "--entity-name", "1")
        expect("num.partitions=" in told, told)


def tool_of_settings(bootstrap, *arguments):
    ended = subprocess.run(
        java(VERSION, "kafka.admin.ConfigCommand", "--bootstrap-server", bootstrap, *arguments),
        capture_output=True, text=True, timeout=90)
    expect(ended.returncode == 0, f"kafka-configs ended with {ended.returncode}: {ended.stderr or ended.stdout}")
    return ended.stdout


@test("kafka-consumer-groups tells the library's lags, and resets what the library reads")
def lags():
    with embedded_broker("--brokers", "2", "--log", "memory:64MiB") as bootstrap, Ours(bootstrap) as ours:
        client = Confluent(bootstrap)
        client.create("t", 2)
        client.write("t", records(50), partition=0)
        ours("commit", "g", "t:0=20", "t:1=0")
        main = "consumer.group.ConsumerGroupCommand"
        lines = [line.split() for line in tool(main, bootstrap, "--describe", "--group", "g").splitlines()]
        told = {f"{words[1]}-{words[2]}": int(words[5]) for words in lines if words[:2] == ["g", "t"]}
        equal(told, ours("lag", "g"), "lags")
        tool(main, bootstrap, "--reset-offsets", "--group", "g", "--topic", "t", "--to-latest", "--execute")
        equal(ours("lag", "g"), {"t-0": 0, "t-1": 0}, "lags after a reset")
        tool(main, bootstrap, "--delete-offsets", "--group", "g", "--topic", "t:0")
        equal(ours("committed", "g"), {"t-1": 0}, "offsets that are left")


@test("kafka-get-offsets and kafka-delete-records say what the library says")
def offsets():
    with embedded_broker("--brokers", "2", "--log", "memory:64MiB") as bootstrap, Ours(bootstrap) as ours:
        client = Confluent(bootstrap)
        client.create("t", 2)
        client.write("t", records(50), partition=1)
        subject = '{"partitions": [{"topic": "t", "partition": 1, "offset": 30}], "version": 1}'
        tool("DeleteRecordsCommand", bootstrap, "--offset-json-file", file_of(subject))
        for point, word in (("earliest", -2), ("latest", -1), ("max-timestamp", -3)):
            told = tool("GetOffsetShell", bootstrap, "--topic", "t", "--time", word)
            found = {line.rsplit(":", 1)[0].replace(":", "-"): line.rsplit(":", 1)[1] for line in told.split()}
            wanted = {name: "" if offset is None else str(offset) for name, offset in ours("offsets", point, "uncommitted", "t:0", "t:1").items()}
            equal({name: found.get(name, "") for name in wanted}, wanted, f"offsets at {point}")
        equal(ours("offsets", "earliest", "uncommitted", "t:1"), {"t-1": 30}, "the first offset")


@test("kafka-leader-election gives partitions back to their preferred leaders")
def leaders():
    with embedded_broker("--brokers", "2", "--control", "--log", "memory:64MiB") as broker, Ours(broker) as ours:
        broker.tell("create t 2")
        first = [p["leader"] for p in ours("describe", "t")["t"]]
        for partition, leader in enumerate(first):
            broker.tell(f"leader t {partition} {3 - leader}")
        wait_until(lambda: [p["leader"] for p in ours("describe", "t")["t"]] != first, "other leaders", 5)
        tool("LeaderElectionCommand", broker, "--election-type", "preferred", "--topic", "t", "--partition", 0)
        equal([p["leader"] for p in ours("describe", "t")["t"]], [first[0], 3 - first[1]], "leaders")
        equal(ours("elect", "preferred", "t:0", "t:1"), {"t-0": False, "t-1": True}, "the library's election")


def file_of(text):
    import tempfile
    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
        file.write(text)
    return file.name

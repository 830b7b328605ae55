"""Clusters that change under other people's clients: kbench broker --control."""

import json
import subprocess

from clients import Confluent, KafkaPython, difference, records
from harness import KBENCH, embedded_broker, equal, expect, needs, test, wait_until
from raw_kafka import RawKafka, batch

CONTROLLED = ("--control", "--log", "memory:64MiB")
# So that librdkafka looks again soon, and does not tell of connections that are closed on purpose.
IMPATIENT = {"topic.metadata.refresh.interval.ms": 100, "log_level": 2}


def statistics(broker):
    return json.loads(broker.tell("stats"))


def ends(broker, topic):
    return [partition["end_offset"] for partition in statistics(broker)["topics"][topic]]


@test("confluent-kafka writes to partitions that a topic gained under it, and then to a topic made anew with fewer")
def grown_and_anew():
    needs("confluent_kafka")
    from confluent_kafka import Producer
    with embedded_broker(*CONTROLLED) as broker:
        broker.tell("create t 1")
        producer = Producer({"bootstrap.servers": broker, "message.timeout.ms": 10_000, **IMPATIENT})

        def partitions():
            return len(producer.list_topics("t", 5).topics["t"].partitions)

        def write(partition):
            errors = []
            producer.produce("t", b"x", partition=partition, on_delivery=lambda e, _: e and errors.append(e))
            expect(producer.flush(15) == 0 and not errors, f"partition {partition}: {errors}")

        write(0)
        broker.tell("grow t 4")
        wait_until(lambda: partitions() == 4, "metadata of four partitions")
        write(3)
        equal(ends(broker, "t"), [1, 0, 0, 1], "offsets")
        broker.tell("anew t 2")
        wait_until(lambda: partitions() == 2, "metadata of two partitions")
        write(1)
        equal(ends(broker, "t"), [0, 1], "offsets of the topic made anew")


@test("confluent-kafka and kafka-python find the leader on another broker, also on one that was added later")
def moved():
    for client in (Confluent, KafkaPython):
        with embedded_broker("--brokers", "2", *CONTROLLED) as broker:
            given = [record for record in records(500) if client.can_write(record)]
            broker.tell("create t 1")
            client(broker).write("t", given[:200])
            broker.tell("leader t 0 2")
            client(broker).write("t", given[200:400])
            node, _ = broker.tell("add").split(" ")
            equal(node, "3", "node id")
            broker.tell("leader t 0 3")
            broker.tell("stop 2")
            client(broker).write("t", given[400:])
            found = difference(client(broker).read("t", len(given)), given)
            expect(found is None, f"{client.name}: {found}")
            expect(statistics(broker)["accepted"]["3"] > 0, f"{client.name}: nobody connected to broker 3")


@test("confluent-kafka delivers to a broker that hangs once it goes on, and to one that comes back on another port")
def hanging_and_back():
    with embedded_broker("--brokers", "2", *CONTROLLED) as broker:
        needs("confluent_kafka")
        from confluent_kafka import Producer
        broker.tell("create t 2")
        producer = Producer({"bootstrap.servers": broker, "message.timeout.ms": 20_000, **IMPATIENT})
        delivered = []

        def write():
            producer.produce("t", b"x", partition=1, on_delivery=lambda e, m: delivered.append(e or m.offset()))

        write()
        equal((producer.flush(10), delivered), (0, [0]), "the first record")
        broker.tell("pause 2")
        write()
        equal((producer.flush(1), delivered), (1, [0]), "while the broker hangs")
        broker.tell("resume 2")
        equal((producer.flush(10), delivered), (0, [0, 1]), "once it goes on")
        broker.tell("stop 2")
        broker.tell("start 2 0")
        broker.tell("elect")
        write()
        equal((producer.flush(15), delivered), (0, [0, 1, 2]), "once it is back on another port")
        equal(statistics(broker)["topics"]["t"][1]["leader"], 2, "leader")


@test("what a partition knows of a producer is counted when it helps, and can be forgotten")
def forgotten():
    with embedded_broker(*CONTROLLED) as broker, RawKafka(broker) as client:
        broker.tell("create t 2")
        equal([client.produce("t", 0, batch(1, 1, 0, s))[:2] for s in (0, 1, 0, 3)], [(0, 0), (0, 1), (0, 0), (45, -1)], "answers")
        found = statistics(broker)
        equal((found["duplicate_batches"], found["refused_batches"], found["batches"]), (1, 1, 2), "counts")
        broker.tell("forget-producers t 1")
        equal(client.produce("t", 0, batch(1, 1, 0, 3))[0], 45, "the answer while partition 0 remembers")
        broker.tell("forget-producers t")
        equal([client.produce("t", 0, batch(1, 1, 0, s))[:2] for s in (3, 3, 0)], [(0, 2), (0, 2), (45, -1)], "answers then")


@test("a broker that is controlled answers each line, and no bad one ends it")
def answers():
    with embedded_broker(*CONTROLLED) as broker:
        for command in ("help", "create t 2", "fault metadata:count=1:throttle=1ms", "faults clear", "leaderless t 1",
                        "freeze 1", "thaw 1", "advertise 1 far.example:9092", "advertise 1", "delete t"):
            broker.tell(command)
        for command, words in (
                ("what", "accepted are fault"), ("grow", "accepted is: grow TOPIC N"),
                ("grow t 3", 'there is no topic "t"'), ("start 1", "there is no broker 1 that was stopped"),
                ("fault produce", "nothing happens"), ("x" * 100_000, "more than 65536 bytes"), ("ä\0", "no command")):
            answer = broker.ask(command)
            expect(answer.startswith("error: ") and words in answer, f"the answer to '{command[:40]}' is '{answer}'")
        equal(statistics(broker)["topics"], {}, "topics")


@test("the end of a controlled broker's input ends it only with --until-input-ends, after the last command")
def end_of_input():
    for arguments, ends_then in (([], False), (["--until-input-ends"], True)):
        process = subprocess.Popen(
            [KBENCH, "broker", "--control", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, start_new_session=True)
        try:
            process.stdin.write("create t 1\nstats")
            process.stdin.close()
            lines = [process.stdout.readline() for _ in range(3)]
            expect(lines[1] == "ok\n" and '"t"' in lines[2], f"the answers are {lines}")
            try:
                equal((process.wait(5 if ends_then else 1), ends_then), (0, True), "status, and whether it was to end")
            except subprocess.TimeoutExpired:
                expect(not ends_then, "kbench broker runs on")
        finally:
            process.kill()
            process.wait()
            process.stdout.close()

"""Clients that are far from their brokers: kbench --rtt, and other people's clients on kbench broker --rtt."""

import json
import threading
import time

from clients import Confluent, KafkaPython, difference, records
from harness import embedded_broker, equal, expect, folder, kbench, needs, rows, test


def seconds(function):
    begun = time.monotonic()
    function()
    return time.monotonic() - begun


@test("kbench --rtt is a sweep whose acknowledgements take that long, and its columns and labels say so")
def swept():
    with folder() as output:
        ended = kbench("--rtt", "0ms,5ms,20ms", "--rate", "500", "--duration", "1s", "--linger", "0ms", "--partitions", 1, "--output",
                       output + "/out")
        ended.must_end_with(0)
        found = rows(output + "/out")
        equal([row["rtt_ms"] for row in found], ["", "5", "20"], "rtt_ms")
        for row, least in zip(found, (0, 5, 20)):
            p50 = float(row["latency_ack_p50_us"]) / 1000
            expect(least <= p50 < least + 2, f"with an RTT of {least} ms an acknowledgement took {p50} ms")
        expect("rtt=5ms" in ended.out, ended.out)
        with open(output + "/out/manifest.json") as file:
            configurations = json.load(file)["configurations"]
        equal([c["rtt_ns"] for c in configurations], [0, 5_000_000, 20_000_000], "rtt_ns of the manifest")
        kbench("--resume", output + "/out").must_end_with(0)


@test("a long wire limits no rate: with enough in flight kbench sends through 20 ms what it sends through none")
def wide():
    with folder() as output:
        for rtt in ("0ms", "20ms"):
            kbench("--rtt", rtt, "--records", "2M", "--record-size", "1000", "--partitions", 512, "--concurrency", 512, "--batch-size",
                   "256KiB", "--output", f"{output}/{rtt}").must_end_with(0)
        near, far = (float(rows(f"{output}/{rtt}")[0]["throughput_bytes_per_s"]) for rtt in ("0ms", "20ms"))
        expect(far > near / 4, f"{far / 2**20:.0f} MiB/s through 20 ms, {near / 2**20:.0f} MiB/s through none")


@test("confluent-kafka measures the round trip time that its broker was given, in each of its calls")
def measured():
    needs("confluent_kafka")
    from confluent_kafka import Producer
    from confluent_kafka.admin import AdminClient, NewTopic
    with embedded_broker("--rtt", "50ms") as broker:
        heard, rtts = threading.Event(), []

        def listen(text):
            for node in json.loads(text)["brokers"].values():
                if node["rtt"]["cnt"] > 0 and node["nodeid"] > 0:
                    rtts.append(node["rtt"]["p50"] / 1000)
                    heard.set()

        admin = AdminClient({"bootstrap.servers": broker})
        admin.create_topics([NewTopic("t", 1)])["t"].result(10)
        producer = Producer({
            "bootstrap.servers": broker, "linger.ms": 0, "statistics.interval.ms": 200, "stats_cb": listen})
        expect(seconds(lambda: producer.list_topics("t", 10)) >= 0.05, "metadata came early")
        deadline = time.monotonic() + 10
        while not heard.is_set() and time.monotonic() < deadline:
            producer.produce("t", b"x")
            expect(seconds(lambda: producer.flush(10)) >= 0.05, "a record was acknowledged early")
        expect(rtts and 50 <= rtts[-1] < 60, f"librdkafka measured {rtts} ms")


@test("other clients write and read through a long wire what they do through a short one, idempotent ones too")
def exchanged():
    for client in (Confluent, KafkaPython):
        with embedded_broker("--rtt", "10ms", "--log", "memory:64MiB") as broker:
            given = [record for record in records(200) if client.can_write(record)]
            settings = {"enable.idempotence": True} if client is Confluent else {}
            client(broker).write("t", given, **settings)
            found = difference(client(broker).read("t", len(given)), given)
            expect(found is None, f"{client.name}: {found}")

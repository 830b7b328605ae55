"""A real Apache Kafka that is far away: scripts/with-kafka --rtt 20ms."""

import time

from clients import Confluent
from harness import equal, expect, folder, kbench, rows, test
from kafka_cluster import BOOTSTRAP, stored
from raw_kafka import RawKafka


@test("each node is a round trip away from its clients, and so are those that the nodes tell of")
def measured():
    for bootstrap in BOOTSTRAP.split(","):
        with RawKafka(bootstrap) as connection:
            took = []
            for _ in range(30):
                begun = time.monotonic()
                connection.api_versions()
                took.append(time.monotonic() - begun)
            expect(0.02 <= min(took) < 0.024, f"{min(took) * 1000:.1f} ms to {bootstrap}")
    with folder() as output:
        kbench(
            "-b", BOOTSTRAP, "--topic", "far", "--keep-topic", "--rate", "1k", "--duration", "2s", "--linger", "0ms", "--partitions", 3,
            "--output", output + "/out").must_end_with(0)
        (row,) = rows(output + "/out")
        p50 = float(row["latency_ack_p50_us"]) / 1000
        expect(20 <= p50 < 40, f"an acknowledgement took {p50} ms")
        equal(stored("far"), {"far": int(row["records_acked"])}, "records stored")


@test("the nodes are near each other: a record's replicas do not wait for the wire")
def near_each_other():
    Confluent(BOOTSTRAP).create("near", 1)
    given = [(None, b"x", [], 1_700_000_000_000)] * 10
    client = Confluent(BOOTSTRAP)
    client.write("near", given)
    begun = time.monotonic()
    for record in given:
        client.write("near", [record])
    # A producer that is new finds its brokers, asks for metadata and for an id, and waits for the acknowledgement.
    each = (time.monotonic() - begun) / len(given)
    expect(each < 0.5, f"a producer and its record took {each * 1000:.0f} ms")

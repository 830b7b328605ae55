"""Metrics that a real Kafka asks for and gets (KIP-714), read by OpenTelemetry's own classes.

Wants with-kafka --plugin Tests/Interop/java/TelemetryFile.java --set metric.reporters=TelemetryFile.
"""

import base64
import json
import os
import time

from harness import equal, expect, folder, kbench, needs, rows, test
from kafka_cluster import BOOTSTRAP, FOLDER, tool

PUSHES = os.path.join(FOLDER, "telemetry.jsonl")
# What KIP-714 wants of every producer.
REQUIRED = (
    "connection.creation.rate", "connection.creation.total", "node.request.latency.avg", "node.request.latency.max",
    "produce.throttle.time.avg", "produce.throttle.time.max", "record.queue.time.avg", "record.queue.time.max")


def subscribe(*prefixes, interval_ms=500):
    tool("org.apache.kafka.tools.ClientMetricsCommand", "--bootstrap-server", BOOTSTRAP, "--alter", "--name", "all",
         "--metrics", ",".join(prefixes), "--interval", str(interval_ms))


def pushes(client):
    """What a client has pushed: each as its line, and its metrics by name."""
    from opentelemetry.proto.metrics.v1.metrics_pb2 import MetricsData
    found = []
    if os.path.exists(PUSHES):
        with open(PUSHES) as lines:
            for line in map(json.loads, lines):
                if line["client"] == client:
                    data = MetricsData.FromString(base64.b64decode(line["metrics"]))
                    found.append((line, {m.name: m for r in data.resource_metrics for s in r.scope_metrics for m in s.metrics}))
    return found


def attributes(point):
    return {pair.key: pair.value.string_value for pair in point.attributes}


@test("Kafka gets the metrics that it asks for, what was sent adds up, and the last push comes with the end")
def pushed():
    needs("opentelemetry.proto")
    subscribe("org.apache.kafka.producer.", "messaging.")
    with folder() as output:
        # It begins before Kafka's brokers have learned of the subscription.
        time.sleep(1)
        kbench("-b", BOOTSTRAP, "-X", "enable.metrics.push=true", "-X", "client.id=pusher", "--duration", "4s", "--rate", "20k",
               "--partitions", 4, "--topic", "pushed", "--output", output + "/out").must_end_with(0)
        (row,) = rows(output + "/out")
    found = pushes("pusher")
    expect(len(found) >= 4, f"{len(found)} pushes in 4 s")
    equal([line["last"] for line, _ in found], [False] * (len(found) - 1) + [True], "which push is the last")
    equal({line["type"] for line, _ in found}, {"OTLP"}, "type")
    equal(len({line["instance"] for line, _ in found}), 1, "client instances")
    names = set().union(*(metrics for _, metrics in found))
    for name in REQUIRED:
        expect("org.apache.kafka.producer." + name in names, f"{name} is not among {sorted(names)}")
    sent = 0
    queue_times = 0
    for _, metrics in found:
        counter = metrics["org.apache.kafka.producer.topic.record.send.total"].sum if \
            "org.apache.kafka.producer.topic.record.send.total" in metrics else None
        if counter:
            expect(counter.is_monotonic and counter.aggregation_temporality == 1, f"the counter is {counter}")
            for point in counter.data_points:
                equal(attributes(point), {"topic": "pushed"}, "attributes")
                expect(0 < point.start_time_unix_nano < point.time_unix_nano, f"times of {point}")
                sent += point.as_double
        histogram = metrics["org.apache.kafka.producer.record.queue.time"].histogram
        for point in histogram.data_points:
            equal(sum(point.bucket_counts), point.count, "durations in the buckets")
            equal(len(point.bucket_counts), len(point.explicit_bounds) + 1, "buckets")
            queue_times += point.count
    equal(sent, float(row["records_acked"]), "records that were told of")
    equal(queue_times, float(row["batches"]), "batches that were told of")


@test("Kafka's own clients push the metrics by the same names")
def names():
    needs("opentelemetry.proto")
    needs("confluent_kafka")
    import confluent_kafka
    subscribe("org.apache.kafka.producer.")
    time.sleep(1)
    producer = confluent_kafka.Producer({"bootstrap.servers": BOOTSTRAP, "client.id": "librdkafka", "enable.metrics.push": True})
    begun = time.monotonic()
    while time.monotonic() - begun < 20 and not pushes("librdkafka"):
        producer.produce("pushed", b"v")
        producer.poll(0.1)
    producer.flush(10)
    theirs = set().union(*(metrics for _, metrics in pushes("librdkafka")))
    ours = set().union(*(metrics for _, metrics in pushes("pusher")))
    expect(theirs, "librdkafka has pushed nothing")
    equal(theirs - ours, set(), "metrics that librdkafka pushes and kbench does not")


@test("nothing is pushed unless it is asked for")
def silent():
    needs("opentelemetry.proto")
    with folder() as output:
        kbench("-b", BOOTSTRAP, "-X", "client.id=silent", "--duration", "1500ms", "--rate", "10k", "--partitions", 4, "--topic", "pushed",
               "--output", output + "/out").must_end_with(0)
    equal(pushes("silent"), [], "pushes")

"""kbench that produces in transactions, judged by confluent-kafka, on whatever brokers."""

import signal

from clients import Confluent
from harness import Running, equal, expect, folder, kbench, needs, rows, table, wait_until
from transaction_scenes import PARTITIONS, read_confluent


def words(bootstrap, topic):
    target = ("-b", bootstrap, "--topic", topic, "--keep-topic") if bootstrap else ("--topic", topic)
    return (*target, "--partitions", PARTITIONS, "--cores", 2, "--transactional-id", f"id-of-{topic}")


def offsets(bootstrap, topic):
    """How many offsets the topic has given, to records and to markers, whether what they belong to is committed or not."""
    needs("confluent_kafka")
    from confluent_kafka import Consumer, TopicPartition
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "reader", "isolation.level": "read_uncommitted", "log_level": 0})
    try:
        return sum(consumer.get_watermark_offsets(TopicPartition(topic, partition), 10)[1] for partition in range(PARTITIONS))
    finally:
        consumer.close()


def has_records(bootstrap, topic):
    """Whether a topic that may just have been made has some."""
    from confluent_kafka import KafkaException
    try:
        return offsets(bootstrap, topic) > 500
    except KafkaException:
        return False


def kbench_commits(bootstrap, topic, *arguments):
    """All that was acknowledged is committed, a bit at a time; nothing but it and the markers is in the topic."""
    duration = () if "--transaction-duration" in arguments else ("--transaction-duration", "50ms")
    warmed = int(arguments[arguments.index("--warmup-records") + 1]) if "--warmup-records" in arguments else 0
    with folder() as output:
        ended = kbench(
            *words(bootstrap, topic), "--rate", 10_000, "--duration", "600ms", "--linger", "1ms", *duration, *arguments,
            "--output", output + "/out").must_end_with(0)
        found = rows(output + "/out")
        for row in found:
            what = f"{row['door']}, {row['tasks']} tasks, {row['builder']}, {row['transaction_duration_ms']} ms"
            equal((row["records_acked"], row["records_failed"]), ("6000", "0"), f"records of {what}")
            if "--verify" in arguments:
                equal((row["records_read"], row["records_lost"], row["records_duplicated"]), ("6000", "0", "0"), f"read of {what}")
            # Each lasts for its time and its commit; on a busy machine there are fewer.
            most = 600 / float(row["transaction_duration_ms"]) + 1
            expect(2 <= int(row["transactions"]) <= most, f"{row['transactions']} transactions of {what}")
            expect(0 < float(row["latency_commit_p50_us"]) <= float(row["latency_commit_max_us"]), f"commits of {what}")
            told = f"{row['transactions']} transactions committed, door {row['door']}; a commit took"
            expect(told in ended.out, f"not told of {what}: {ended}")
            expect(row["verdict"] not in ("failed-records", "unverified", "generator-bound"), f"verdict of {what}: {ended}")
            spectrum = [point for point in table(output + "/out/latency.csv") if (point["run"], point["stage"]) == (row["run"], "commit")]
            equal(spectrum[-1]["cumulative_count"], row["transactions"], f"commits of {what} in latency.csv")
        if bootstrap:
            sent = len(found) * (6000 + warmed)
            equal(len(read_confluent(bootstrap, topic)), sent, "committed records")
            markers = offsets(bootstrap, topic) - sent
            expect(0 < markers, f"{markers} markers")
    return found


def kbench_is_fenced(bootstrap, topic):
    Confluent(bootstrap).create(topic, PARTITIONS)
    with folder() as output:
        first = Running(*words(bootstrap, topic), "--rate", 2000, "--duration", "60s", "--output", output + "/first")
        wait_until(lambda: has_records(bootstrap, topic), "record of the first one", 30)
        kbench(*words(bootstrap, topic), "--records", 5000, "--output", output + "/second").must_end_with(0)
        first.finish(30).must_end_with(1).must_say("fenced", f"id-of-{topic}")
        (before,), (after,) = rows(output + "/first"), rows(output + "/second")
        equal((after["records_acked"], after["records_failed"]), ("5000", "0"), "records of the second one")
        expect(int(before["transactions"]) >= 1, f"{before['transactions']} transactions of the first one")
        committed = len(read_confluent(bootstrap, topic))
        expect(5000 < committed <= 5000 + int(before["records_acked"]), f"{committed} committed records, of {before['records_acked']} and 5000")


def kbench_keeps_its_schedule(bootstrap, topic, commit_us):
    """Of a broker that takes its time for each commit."""
    with folder() as output:
        kbench(
            *words(bootstrap, topic), "--rate", 2000, "--duration", "2s", "--transaction-duration", "300ms", "--linger", "0ms",
            "--output", output + "/out").must_end_with(0)
        (row,) = rows(output + "/out")
        equal(row["records_acked"], "4000", "records")
        expect(float(row["latency_commit_p50_us"]) >= commit_us, f"a commit took {row['latency_commit_p50_us']} us")
        # A quarter of all are due during a commit, and wait for what is left of it.
        expect(float(row["latency_total_max_us"]) >= 0.9 * commit_us, f"the most is {row['latency_total_max_us']} us")
        expect(float(row["latency_total_p90_us"]) >= 0.3 * commit_us, f"p90 is {row['latency_total_p90_us']} us")
        expect(float(row["latency_total_p50_us"]) < 0.5 * commit_us, f"p50 is {row['latency_total_p50_us']} us")


def kbench_end_to_end(bootstrap, topic):
    with folder() as output:
        middle = {}
        for isolation in ("read_committed", "read_uncommitted"):
            kbench(
                "end-to-end", *words(bootstrap, topic), "--rate", 2000, "--records", 4000, "--warmup-records", 400, "--linger", "0ms",
                "--transaction-duration", "200ms", "--isolation", isolation, "--output", f"{output}/{isolation}").must_end_with(0)
            (row,) = rows(f"{output}/{isolation}")
            found = [row[f"records_{kind}"] for kind in ("acked", "read", "lost", "duplicated")]
            equal(found, ["4000", "4000", "0", "0"], f"records of {isolation}")
            middle[isolation] = float(row["latency_end_to_end_p50_us"])
        expect(middle["read_committed"] > 50_000, f"committed records come after {middle['read_committed']} us")
        expect(middle["read_uncommitted"] < middle["read_committed"] / 2, f"medians are {middle} us")


def kbench_aborts(bootstrap, topic):
    with folder() as output:
        ended = kbench(
            *words(bootstrap, topic), "--rate", 5000, "--duration", "20s", "--transaction-duration", "200ms", "--tasks", 3,
            "--linger", "1ms", "--output", output + "/out").must_end_with(1).must_say(f"a transaction of 'id-of-{topic}' was not committed", "TOPIC_AUTHORIZATION_FAILED")
        expect(ended.seconds < 10, f"it went on for {ended.seconds} s")
        (row,) = rows(output + "/out")
        expect(int(row["records_failed"]) > 0, "no record has failed")
        equal(row["verdict"], "failed-records", "verdict")


def kbench_is_interrupted(bootstrap, topic):
    Confluent(bootstrap).create(topic, PARTITIONS)
    with folder() as output:
        running = Running(
            *words(bootstrap, topic), "--rate", 2000, "--duration", "60s", "--transaction-duration", "30s", "--tasks", 2,
            "--output", output + "/out")
        wait_until(lambda: has_records(bootstrap, topic), "record", 30)
        running.signal(signal.SIGINT)
        running.finish(20).must_end_with(130)
        (row,) = rows(output + "/out")
        equal((row["transactions"], row["verdict"]), ("1", "interrupted"), "transactions and verdict")
        equal(str(len(read_confluent(bootstrap, topic))), row["records_acked"], "committed records")

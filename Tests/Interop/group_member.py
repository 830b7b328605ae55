"""A member of a group, as a process of its own: group_member.py CLIENT BOOTSTRAP GROUP TOPIC NAME=VALUE…

It reads until SIGTERM, which lets it leave. Lines of its output: "assigned N" with the number of its partitions whenever that
has changed, and "read PARTITION OFFSET VALUE", committed before the next record is asked for. A topic that begins with ^ is a
regular expression.
"""

import signal
import sys

ended = False


def end(*_):
    global ended
    ended = True


def say(*words):
    print(*words, flush=True)


def confluent(bootstrap, group, topic, settings):
    from confluent_kafka import Consumer, KafkaException
    classic = {"session.timeout.ms": 6000, "heartbeat.interval.ms": 500} if settings.get("group.protocol") != "consumer" else {}
    consumer = Consumer({
        "bootstrap.servers": bootstrap, "group.id": group, "auto.offset.reset": "earliest", "enable.auto.commit": False,
        "topic.metadata.refresh.interval.ms": 1000, **classic, **settings})
    consumer.subscribe([topic], on_assign=lambda *_: None)
    count = 0
    while not ended:
        messages = consumer.consume(20, 0.1)
        if len(consumer.assignment()) != count:
            count = len(consumer.assignment())
            say("assigned", count)
        good = [message for message in messages if not message.error()]
        for message in good:
            say("read", message.partition(), message.offset(), message.value().decode())
        if good:
            try:
                consumer.commit(asynchronous=False)
            except KafkaException as error:
                say("uncommitted", error)
    consumer.close()


def kafka_python(bootstrap, group, topic, settings):
    from kafka import KafkaConsumer
    from kafka.errors import KafkaError
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap.split(","), group_id=group, auto_offset_reset="earliest", enable_auto_commit=False,
        session_timeout_ms=6000, heartbeat_interval_ms=500, max_poll_records=20, metadata_max_age_ms=1000,
        **{name.replace(".", "_"): value for name, value in settings.items()})
    if topic.startswith("^"):
        consumer.subscribe(pattern=topic)
    else:
        consumer.subscribe([topic])
    count = 0
    while not ended:
        found = consumer.poll(100)
        if len(consumer.assignment()) != count:
            count = len(consumer.assignment())
            say("assigned", count)
        for messages in found.values():
            for message in messages:
                say("read", message.partition, message.offset, message.value.decode())
        if found:
            try:
                consumer.commit()
            except KafkaError as error:
                say("uncommitted", error)
    consumer.close()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, end)
    given_client, given_bootstrap, given_group, given_topic, *given = sys.argv[1:]
    client = {"confluent": confluent, "kafka-python": kafka_python}[given_client]
    client(given_bootstrap, given_group, given_topic, dict(word.split("=", 1) for word in given))

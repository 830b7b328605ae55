"""Numbers that are written to a topic of a real Kafka while its nodes are killed."""

import threading

from harness import expect
from kafka_cluster import BOOTSTRAP
from mixed_groups import PARTITIONS


class Numbers:
    """Writes numbers to a topic, acknowledged by all replicas, until it is stopped."""

    def __init__(self, topic):
        from confluent_kafka import Producer
        self.topic, self.acked, self.ended = topic, [], False
        self.client = Producer({
            "bootstrap.servers": BOOTSTRAP, "enable.idempotence": True, "linger.ms": 5, "delivery.timeout.ms": 120000,
            "log_level": 0})
        self.thread = threading.Thread(target=self.write, daemon=True)
        self.thread.start()

    def write(self):
        number = 0
        while not self.ended:
            self.client.produce(self.topic, f"{self.topic}-{number}".encode(), partition=number % PARTITIONS, callback=self.note)
            self.client.poll(0.002)
            number += 1
        self.client.flush(120)

    def note(self, error, message):
        expect(error is None, f"a record was not stored: {error}")
        self.acked.append(message.value().decode())

    def stop(self):
        self.ended = True
        self.thread.join()
        return list(self.acked)

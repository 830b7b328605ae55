"""What Apache Kafka answers to batches of idempotent producers, and whether the embedded broker answers the same."""

import random

from clients import Confluent
from harness import embedded_broker, equal, expect, test, wait_until
from kafka_cluster import BOOTSTRAP
from raw_kafka import RawKafka, batch

MAX = 2**31 - 1
TIME = 1_700_000_000_000


def both(topic, steps, partitions=1):
    """Sends the same batches to both, each a (partition, acks, records); the answers of Kafka, after comparing."""
    answers = []
    Confluent(BOOTSTRAP).create(topic, partitions)
    with embedded_broker("--log", "memory:64MiB") as embedded:
        Confluent(embedded).create(topic, partitions)
        for bootstrap in (BOOTSTRAP, embedded):
            connection = RawKafka(bootstrap)
            found = []
            for partition, acks, records in steps:
                connection.send_produce(topic, partition, records, acks)
                # Without acknowledgements only the next answer tells whether the connection was closed.
                answer = connection.produced() if acks else connection.api_versions() is not None
                # A topic that is new may have a partition without a leader still.
                while acks and answer and answer[0] in (3, 6):
                    answer = connection.produce(topic, partition, records, acks)
                if not answer:
                    connection.close()
                    connection = RawKafka(bootstrap)
                found.append(answer)
            connection.close()
            answers.append(found)
    for number, (kafka, ours) in enumerate(zip(*answers)):
        equal(ours, kafka, f"the embedded broker's answer to step {number}")
    return answers[0]


@test("sequences, epochs and duplicates are judged as Kafka judges them")
def chosen():
    def step(sequence, count=1, epoch=0, producer=1, acks=-1, time=TIME):
        return 0, acks, batch(count, producer, epoch, sequence, time)

    both("sequences-chosen", [
        # An unknown producer begins anywhere, and goes on.
        step(7), step(8, 3), step(11), step(12), step(13), step(14),
        # Of the last five a repetition is answered as before; of an older one, or of another length, it is out of order.
        step(14), step(13), step(12), step(11, time=TIME + 5), step(8, 3), step(7), step(8, 2), step(12, 3),
        # A gap, and a sequence that is none.
        step(16), step(-1), step(15, epoch=-1),
        # Epochs: a new one begins with 0, an old one is refused, also its repetitions.
        step(15, epoch=1), step(0, epoch=1), step(15), step(14), step(0, epoch=1), step(1, epoch=1), step(0, epoch=3),
        # Another producer, and none.
        step(0, producer=2), step(0, producer=2), step(-1, epoch=-1, producer=-1), step(-1, epoch=-1, producer=-1),
        # With an id that only has no epoch.
        step(0, epoch=-1, producer=3), step(5, epoch=-1, producer=3), step(5, epoch=0, producer=3),
        # A large id, and acks of one.
        step(0, producer=2**62), step(0, producer=2**62, acks=1), step(1, producer=2**62, acks=1),
        step(3, producer=2**62, acks=1),
        # Without acknowledgements a repetition does no harm, and a gap costs the connection.
        step(2, producer=2**62, acks=0), step(2, producer=2**62, acks=0), step(4, producer=2**62, acks=0),
        step(3, producer=2**62),
    ])


@test("sequences go on with 0 after the largest, also within a batch")
def wrapping():
    def step(sequence, count):
        return 0, -1, batch(count, 1, 0, sequence)

    both("sequences-wrapping", [
        step(MAX - 2, 2), step(MAX, 1), step(0, 1), step(MAX, 1), step(1, 2), step(3, 1), step(4, 1), step(0, 1), step(MAX, 1),
    ])
    both("sequences-wrapping-within", [step(MAX - 1, 5), step(MAX - 1, 5), step(2, 1), step(3, 1), step(3, 1), step(0, 1)])


@test("two thousand batches of three producers, drawn at random, are answered as Kafka answers them")
def drawn():
    seed = random.randrange(2**32)
    chance, steps, expected = random.Random(seed), [], {}
    for _ in range(2000):
        partition, producer = chance.randrange(2), chance.randrange(3)
        epoch, sequence = expected.get((partition, producer), (0, 0))
        count = chance.randint(1, 4)
        kind = chance.random()
        if kind < 0.02:
            epoch, sequence = epoch + 1, 0
        elif kind < 0.06:
            epoch, sequence = max(0, epoch + chance.choice((-1, 1))), chance.randrange(4)
        elif kind < 0.4:
            sequence = max(0, sequence - chance.randint(1, 16))
        elif kind < 0.45:
            sequence += chance.randint(1, 3)
        elif kind < 0.47:
            sequence = MAX - chance.randrange(3)
        steps.append((partition, -1, batch(count, producer, epoch, sequence)))
        known = expected.get((partition, producer))
        is_next = known is None or (epoch == known[0] and sequence == known[1]) or (epoch > known[0] and sequence == 0)
        if is_next:
            expected[partition, producer] = epoch, (sequence + count) & MAX
    try:
        answers = both(f"sequences-drawn-{seed}", steps, 2)
    except AssertionError as error:
        raise AssertionError(f"with seed {seed}: {error}") from None
    codes = {answer[0] for answer in answers}
    expect(codes == {0, 45, 47}, f"with seed {seed} Kafka answered only {sorted(codes)}")


@test("each InitProducerId without a transactional id makes a new producer with epoch 0, whatever it asks for")
def ids():
    answers = []
    with embedded_broker() as embedded:
        for bootstrap in (BOOTSTRAP, embedded):
            with RawKafka(bootstrap) as connection:
                # A broker of Kafka's that has no block of ids yet says COORDINATOR_LOAD_IN_PROGRESS.
                wait_until(lambda: connection.init_producer()[0] != 14, "producer ids")
                found = [connection.init_producer(version=version) for version in (0, 1, 2, 3, 4, 5)]
                ids = [producer for _, producer, _ in found]
                expect(len(set(ids)) == len(ids) and min(ids) >= 0, f"producer ids {ids}")
                kept = connection.init_producer(producer=ids[0], epoch=3)
                expect(kept[1] not in ids, f"{kept} of {ids}")
                half = [connection.init_producer(producer=5), connection.init_producer(epoch=5)]
                answers.append([(code, epoch) for code, _, epoch in [*found, kept]] + half)
    equal(answers[1], answers[0], "the embedded broker's answers")

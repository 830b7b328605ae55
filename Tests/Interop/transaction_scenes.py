"""Transactions of confluent-kafka and of the library, and those who read what is committed, on whatever brokers."""

import subprocess
import time

from clients import PEER, Confluent
from harness import equal, equal_lists, expect, needs, wait_until
from members import Member, java

PARTITIONS = 3


class LibraryTransactions:
    """The library's transactional producer, in a process."""

    name = "the library"

    def __init__(self, bootstrap, topic, transactional_id, lanes=2, timeout_ms=None):
        self.topic = topic
        timeout = [] if timeout_ms is None else [str(timeout_ms)]
        self.process = subprocess.Popen(
            [PEER, "transact", bootstrap, topic, transactional_id, str(lanes), *timeout], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def write(self, values):
        lines = (f"{i % PARTITIONS}\t-\t{value.encode().hex()}\t1700000000000\t" for i, value in enumerate(values))
        self.process.stdin.write("".join(line + "\n" for line in lines))
        self.process.stdin.flush()

    def end(self, word):
        """What became of the transaction."""
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def close(self):
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()
        self.process.stderr.close()


class ConfluentTransactions:
    """librdkafka's."""

    name = "confluent-kafka"

    def __init__(self, bootstrap, topic, transactional_id, **settings):
        needs("confluent_kafka")
        from confluent_kafka import Producer
        self.topic, self.is_open = topic, False
        self.client = Producer({
            "bootstrap.servers": bootstrap, "transactional.id": transactional_id, "linger.ms": 5, "log_level": 0,
            **{name.replace("_", "."): value for name, value in settings.items()}})
        self.client.init_transactions(30)

    def write(self, values):
        if not self.is_open:
            self.client.begin_transaction()
            self.is_open = True
        for i, value in enumerate(values):
            self.client.produce(self.topic, value.encode(), partition=i % PARTITIONS)

    def end(self, word):
        from confluent_kafka import KafkaException
        self.is_open = False
        try:
            if word == "commit":
                self.client.commit_transaction(30)
                return "committed"
            # What is aborted is stored, too.
            self.client.flush(30)
            self.client.abort_transaction(30)
            return "aborted"
        except KafkaException as error:
            return f"failed {error.args[0].name()}"

    def close(self):
        pass


def read_confluent(bootstrap, topic, committed=True):
    """Values of a topic, sorted."""
    return sorted(value for found in by_partition(bootstrap, topic, committed).values() for value in found)


def by_partition(bootstrap, topic, committed=True):
    """Values of a topic from its beginning to its end; to the first open transaction where only committed ones are read."""
    needs("confluent_kafka")
    from confluent_kafka import Consumer, KafkaError, TopicPartition
    consumer = Consumer({
        "bootstrap.servers": bootstrap, "group.id": "reader", "enable.auto.commit": False, "enable.partition.eof": True,
        "isolation.level": "read_committed" if committed else "read_uncommitted", "log_level": 0})
    consumer.assign([TopicPartition(topic, p, 0) for p in range(PARTITIONS)])
    found, ended, deadline = {p: [] for p in range(PARTITIONS)}, set(), time.monotonic() + 30
    while len(ended) < PARTITIONS:
        expect(time.monotonic() < deadline, f"only {len(ended)} partitions of {topic} were read to their end")
        message = consumer.poll(1)
        if message is None:
            continue
        if message.error():
            expect(message.error().code() == KafkaError._PARTITION_EOF, f"{message.error()}")
            ended.add(message.partition())
        else:
            found[message.partition()].append(message.value().decode(errors="replace"))
    consumer.close()
    return found


def read_library(bootstrap, topic, committed=True):
    ended = subprocess.run(
        [PEER, "read", bootstrap, topic, *(["committed"] if committed else [])], capture_output=True, text=True, timeout=60)
    expect(ended.returncode == 0, f"interop-peer read ended with {ended.returncode}: {ended.stderr}")
    return sorted(bytes.fromhex(line.split("\t")[2]).decode() for line in ended.stdout.splitlines())


def read_java(bootstrap, topic, count, version="4.3.1"):
    """What Java's console consumer finds that is committed; it ends when nothing has come for a while."""
    ended = subprocess.run(
        java(version, "org.apache.kafka.tools.consumer.ConsoleConsumer", "--bootstrap-server", bootstrap, "--topic", topic,
             "--from-beginning", "--isolation-level", "read_committed", "--max-messages", str(count + 1), "--timeout-ms", "4000"),
        capture_output=True, text=True, timeout=90)
    return sorted(line for line in ended.stdout.splitlines() if line.startswith(f"{topic}-"))


def values(name, count):
    return [f"{name}-{i}" for i in range(count)]


def transact_and_read(make, bootstrap, topic, with_java=False):
    """Commits and aborts in turn; only what was committed is read by those who ask for it, everything by others."""
    Confluent(bootstrap).create(topic, PARTITIONS)
    producer = make(bootstrap, topic, f"id-of-{topic}")
    committed, aborted = [], []
    for turn in range(6):
        some = values(f"{topic}-{turn}", 50)
        producer.write(some)
        if turn % 2:
            equal(producer.end("abort"), "aborted", "an abort")
            aborted += some
        else:
            equal(producer.end("commit"), "committed", "a commit")
            committed += some
    producer.close()
    for read in (read_confluent, read_library):
        equal(read(bootstrap, topic), sorted(committed), f"committed records by {read.__name__}")
        equal(read(bootstrap, topic, committed=False), sorted(committed + aborted), f"all records by {read.__name__}")
    if with_java:
        equal(read_java(bootstrap, topic, len(committed)), sorted(committed), "committed records by Java")


def open_holds_back(bootstrap, topic):
    """What comes behind an open transaction is read when that has ended, and not before."""
    Confluent(bootstrap).create(topic, PARTITIONS)
    first = ConfluentTransactions(bootstrap, topic, f"{topic}-1")
    second = LibraryTransactions(bootstrap, topic, f"{topic}-2")
    first.write(values("first", 30))
    first.client.flush(30)
    second.write(values("second", 30))
    equal(second.end("commit"), "committed", "the second transaction")
    for read in (read_confluent, read_library):
        equal(read(bootstrap, topic), [], f"what {read.__name__} finds behind an open transaction")
    equal(first.end("commit"), "committed", "the first transaction")
    for read in (read_confluent, read_library):
        equal(read(bootstrap, topic), sorted(values("first", 30) + values("second", 30)), f"committed by {read.__name__}")
    second.close()


def fencing(first_client, second_client, bootstrap, topic):
    """A second producer with the same id takes it over: the first one's transaction is aborted, and it is told."""
    Confluent(bootstrap).create(topic, PARTITIONS)
    first = first_client(bootstrap, topic, topic)
    first.write(values("before", 30))
    equal(first.end("commit"), "committed", "the first transaction")
    first.write(values("zombie", 30))
    time.sleep(0.3)
    second = second_client(bootstrap, topic, topic)
    second.write(values("after", 30))
    equal(second.end("commit"), "committed", "the transaction of the second")
    told = first.end("commit")
    expect(
        " ".join(told.split()[:2]) in ("failed producerFenced", "failed _FENCED", "failed transactionAborted"),
        f"the first was told '{told}'")
    if first_client is LibraryTransactions:
        first.write(values("again", 30))
        equal(first.end("commit"), "failed producerFenced", "what the first is told then")
    equal(read_confluent(bootstrap, topic), sorted(values("before", 30) + values("after", 30)), "committed records")
    first.close()
    second.close()


def lasts_too_long(bootstrap, topic, goes_on=True, patience=30):
    """The coordinator aborts a transaction that lasts too long. Its producer is told that, whether it commits, writes more or aborts,
    and goes on where the coordinator lets it (transaction.version 2, Kafka 4.2 and newer); elsewhere it is fenced."""
    Confluent(bootstrap).create(topic, PARTITIONS)
    behind, committed = LibraryTransactions(bootstrap, topic, f"{topic}-behind"), []
    for turn, (word, more) in enumerate((("commit", 0), ("commit", 30), ("abort", 0))):
        late = LibraryTransactions(bootstrap, topic, f"{topic}-{turn}", timeout_ms=1000)
        some = values(f"first-{turn}", 30)
        late.write(some)
        equal(late.end("commit"), "committed", "a transaction before")
        lost = values(f"late-{turn}", 30)
        late.write(lost)
        wait_until(lambda: set(lost) <= set(read_library(bootstrap, topic, committed=False)), "the records of an open transaction", 10)
        # What is committed behind it is read when it has been aborted.
        behind.write(values(f"behind-{turn}", 30))
        equal(behind.end("commit"), "committed", "a transaction behind it")
        committed += some + values(f"behind-{turn}", 30)
        wait_until(lambda: read_library(bootstrap, topic) == sorted(committed), "the coordinator's abort", patience)
        late.write(values("later", more))
        told = late.end(word)
        if goes_on:
            # An append may be refused before the end is asked for: then only the leader's word is known.
            expected = ["aborted"] if word == "abort" else ["failed transactionAborted transactionTimedOut"]
            expected += ["failed transactionAborted brokerError"] if more else []
            expect(told in expected, f"a {word} behind the time, with {more} more records, is told as '{told}'")
            some = values(f"next-{turn}", 30)
            late.write(some)
            equal(late.end("commit"), "committed", "the transaction behind it")
            committed += some
        else:
            if word == "commit":
                equal(told, "failed producerFenced", "what became of a commit behind the time")
            late.write(values("never", 3))
            equal(late.end("commit"), "failed producerFenced", "what the producer is told then")
        late.close()
    behind.close()
    equal(read_confluent(bootstrap, topic), sorted(committed), "committed records")


def committed_offset(bootstrap, group, topic):
    from confluent_kafka import Consumer, TopicPartition
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": group, "log_level": 0})
    found = consumer.committed([TopicPartition(topic, 0)], 10)[0].offset
    consumer.close()
    return found


def offsets_with_transactions(bootstrap, topic):
    """Offsets that confluent-kafka adds to a transaction are the group's when it commits, and not when it is aborted."""
    from confluent_kafka import Consumer, TopicPartition
    Confluent(bootstrap).create(topic, PARTITIONS)
    consumer = Consumer({
        "bootstrap.servers": bootstrap, "group.id": f"{topic}-group", "auto.offset.reset": "earliest",
        "enable.auto.commit": False, "log_level": 0})
    consumer.subscribe([topic])
    wait_until(lambda: (consumer.poll(0.1), consumer.assignment())[1], "assignment", 30)
    producer = ConfluentTransactions(bootstrap, topic, f"{topic}-id")
    for offset, word, expected in ((5, "commit", 5), (9, "abort", 5), (12, "commit", 12)):
        producer.write(values(f"{topic}-{offset}", 6))
        producer.client.send_offsets_to_transaction(
            [TopicPartition(topic, 0, offset)], consumer.consumer_group_metadata(), 30)
        producer.end(word)
        equal(committed_offset(bootstrap, f"{topic}-group", topic), expected, f"the group's offset after the {word}")
    consumer.close()


class Chain(Member):
    """The library's chain: it copies a topic to another one, each record once."""

    def __init__(self, bootstrap, group, source, target, protocol="classic"):
        super().__init__([PEER, "chain", bootstrap, group, source, target, f"{group}-id", protocol], "the chain")

    @property
    def copied(self):
        return sum(int(line.split()[2]) for line in self.lines if line.startswith("copied "))


def copies_once(bootstrap, source, target, count, trouble=lambda: None, seconds=60, protocol="classic", kills=5):
    """A chain is killed again and again while it copies; afterwards everything is in the target, once and in order."""
    confluent = Confluent(bootstrap)
    for topic in (source, target):
        confluent.create(topic, PARTITIONS)
    # Each chain finds as many records that are new: however fast it copies, there is something to copy when it starts.
    share = count // PARTITIONS // (kills + 1)
    per_partition = share * (kills + 1)

    def write(number):
        for partition in range(PARTITIONS):
            records = [
                (None, f"{partition}-{i}".encode(), [], 1_700_000_000_000) for i in range(share * number, share * (number + 1))]
            # Short batches, so that there are many transactions. Idempotent: a record whose acknowledgement a killed node took
            # along is not written twice.
            confluent.write(source, records, partition=partition, **{"batch.num.messages": 40, "enable.idempotence": True})

    expected = sorted(f"{p}-{i}" for p in range(PARTITIONS) for i in range(per_partition))
    deadline = time.monotonic() + seconds
    for number in range(kills):
        write(number)
        chain = Chain(bootstrap, f"{source}-group", source, target, protocol)
        try:
            wait_until(lambda: chain.copied >= 40 * PARTITIONS, "copies", 40)
        except AssertionError as error:
            raise AssertionError(f"{error}: {chain}, {chain.lines[-3:]}") from None
        finally:
            chain.kill()
        trouble()
    write(kills)
    chain = Chain(bootstrap, f"{source}-group", source, target, protocol)
    try:
        found = []
        while len(found) < len(expected):
            expect(time.monotonic() < deadline, f"{len(found)} of {len(expected)} are copied; {chain}")
            time.sleep(0.2)
            found = read_confluent(bootstrap, target)
        chain.leave()
    finally:
        if chain.process.poll() is None:
            chain.kill()
    for topic, what in ((source, "written"), (target, "copied")):
        for partition, values in by_partition(bootstrap, topic).items():
            equal_lists(values, [f"{partition}-{i}" for i in range(per_partition)], f"what was {what} to partition {partition}")

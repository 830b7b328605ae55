"""Other people's clients and the library exchange records by way of the embedded broker."""

import exchanges
from clients import Confluent
from harness import embedded_broker, equal, test
from programs import JAVA_VERSIONS, Java, Kcat


def with_broker(exchange, *arguments):
    with embedded_broker() as bootstrap:
        exchange(bootstrap, *arguments)


TOPICS = {"first": 1, "second": 3, "third.of-three_": 17}


def define_listing(name, topics_of):
    @test(f"{name} lists the embedded broker's topics with their partitions")
    def listing():
        with embedded_broker() as bootstrap:
            for topic, partitions in TOPICS.items():
                Confluent(bootstrap).create(topic, partitions)
            equal(topics_of(bootstrap), TOPICS, "topics")


define_listing("confluent-kafka", exchanges.confluent_list)
define_listing("kafka-python", exchanges.kafka_python_list)
define_listing("kcat", lambda bootstrap: Kcat(bootstrap).list())
for each_version in JAVA_VERSIONS:
    define_listing(f"Java {each_version}", lambda bootstrap, version=each_version: Java(bootstrap, version).list())


@test("the library, kafka-python, confluent-kafka and kcat read what kcat wrote, each codec")
def kcat_writes():
    with_broker(exchanges.kcat_writes)


@test("kcat reads what the library wrote, each codec")
def kcat_reads():
    with_broker(exchanges.kcat_reads)


@test("the library reads confluent-kafka's and kafka-python's batches of several blocks, each codec")
def several_blocks():
    with_broker(exchanges.librdkafka_and_kafka_python_write_blocks)


def define_java(version):
    @test(f"the library reads what the Java client {version} wrote: each codec, small, of several blocks, at other levels")
    def java_writes():
        with_broker(exchanges.java_writes, version)

    @test(f"the Java client {version} reads what the library wrote, each codec")
    def java_reads():
        with_broker(exchanges.java_reads, version)


for each_version in JAVA_VERSIONS:
    define_java(each_version)

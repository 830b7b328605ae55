"""Other people's clients and the library exchange records by way of a real Apache Kafka."""

import exchanges
from harness import test
from kafka_cluster import BOOTSTRAP
from programs import JAVA_VERSIONS, Java


def define_listing(name, topics_of):
    @test(f"{name} lists Kafka's topics as the others do")
    def listing():
        exchanges.listing(BOOTSTRAP, topics_of)


for each_name, each_lister in exchanges.LISTERS.items():
    define_listing(each_name, each_lister)
for each_version in JAVA_VERSIONS:
    define_listing(f"Java {each_version}", lambda bootstrap, version=each_version: Java(bootstrap, version).list())


@test("through Kafka, the library, kafka-python, confluent-kafka and kcat read what kcat wrote, each codec")
def kcat_writes():
    exchanges.kcat_writes(BOOTSTRAP)


@test("through Kafka, kcat reads what the library wrote, each codec")
def kcat_reads():
    exchanges.kcat_reads(BOOTSTRAP)


@test("through Kafka, the library reads confluent-kafka's and kafka-python's batches of several blocks, each codec")
def several_blocks():
    exchanges.librdkafka_and_kafka_python_write_blocks(BOOTSTRAP)


def define_java(version):
    @test(f"through Kafka, the library reads what the Java client {version} wrote, each codec")
    def java_writes():
        exchanges.java_writes(BOOTSTRAP, version)

    @test(f"through Kafka, the Java client {version} reads what the library wrote, each codec")
    def java_reads():
        exchanges.java_reads(BOOTSTRAP, version)


for each_version in JAVA_VERSIONS:
    define_java(each_version)

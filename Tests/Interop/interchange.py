"""Other people's clients and the library exchange records by way of the embedded broker; for Java's, see java_clients."""

import exchanges
from harness import embedded_broker, test


def with_broker(exchange, *arguments):
    with embedded_broker() as bootstrap:
        exchange(bootstrap, *arguments)


def define_listing(name, topics_of):
    @test(f"{name} lists the embedded broker's topics with their partitions")
    def listing():
        with_broker(exchanges.listing, topics_of)


for each_name, each_lister in exchanges.LISTERS.items():
    define_listing(each_name, each_lister)


@test("the library, kafka-python, confluent-kafka and kcat read what kcat wrote, each codec")
def kcat_writes():
    with_broker(exchanges.kcat_writes)


@test("kcat reads what the library wrote, each codec")
def kcat_reads():
    with_broker(exchanges.kcat_reads)


@test("the library reads confluent-kafka's and kafka-python's batches of several blocks, each codec")
def several_blocks():
    with_broker(exchanges.librdkafka_and_kafka_python_write_blocks)

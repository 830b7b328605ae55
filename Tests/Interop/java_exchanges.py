"""What the suites have in common in which Kafka's Java client of one version and the library exchange records."""

import exchanges
from harness import embedded_broker, test
from key_partitions import java_agrees
from programs import Java


def define(version):
    @test(f"the Java client {version} lists the embedded broker's topics with their partitions")
    def listing():
        with embedded_broker() as bootstrap:
            exchanges.listing(bootstrap, lambda bootstrap: Java(bootstrap, version).list())

    @test(f"the library reads what the Java client {version} wrote: each codec, small, of several blocks, at other levels")
    def java_writes():
        with embedded_broker() as bootstrap:
            exchanges.java_writes(bootstrap, version)

    @test(f"the Java client {version} reads what the library wrote, each codec")
    def java_reads():
        with embedded_broker() as bootstrap:
            exchanges.java_reads(bootstrap, version)

    @test(f"the Java client {version} and the library choose the same partitions, 10,000 keys of every kind")
    def same_partitions():
        with embedded_broker() as bootstrap:
            java_agrees(bootstrap, version)

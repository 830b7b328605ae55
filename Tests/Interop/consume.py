"""kbench consume: what it reads, of a topic that it fills and of topics that others have filled."""

from clients import Confluent
from harness import embedded_broker, equal, expect, folder, kbench, rows, test


def read(*words):
    with folder() as output:
        ended = kbench("consume", *words, "--output", output + "/out")
        ended.must_end_with(0)
        return rows(output + "/out")


@test("kbench consume fills a topic and reads every record of it, with each codec and on each number of cores")
def filled():
    found = read("--records", "50k", "--partitions", 7, "--codec", "none,gzip,snappy,lz4,zstd", "--cores", "1,2")
    equal(len(found), 10, "rows")
    for row in found:
        what = f"{row['codec']} on {row['cores']}"
        equal((row["mode"], row["records_read"], row["records_acked"]), ("consume", "50000", ""), what)
        expect(float(row["throughput_rps"]) > 0 and float(row["client_cpu_ns_per_record"]) > 0, f"{what}: nothing was measured")
        # 100 bytes a record, and no more than the batches had.
        equal(round(float(row["throughput_bytes_per_s"]) / float(row["throughput_rps"])), 100, f"{what}: bytes of a record")
        ratio = float(row["compression_ratio"])
        expect(ratio == 1 if row["codec"] == "none" else ratio > 1.2, f"{what}: ratio {ratio}")


@test("kbench consume reads what another client has written, once, by several consumers, and leaves it there")
def others():
    with embedded_broker("--log", "memory:64MiB") as bootstrap:
        client = Confluent(bootstrap)
        client.create("theirs", 4)
        for partition in range(4):
            client.write("theirs", [(None, b"x" * 50, [], 1_700_000_000_000)] * 500, partition=partition)
        for words in ((), ("--consumers", 3), ("--consumers", 2, "--cores", 2)):
            (row,) = read("-b", bootstrap, "--topic", "theirs", "--partitions", 4, *words)
            equal(row["records_read"], "2000", f"records with {words}")
        (row,) = read("-b", bootstrap, "--topic", "theirs", "--partitions", 4, "--records", 700)
        expect(700 <= int(row["records_read"]) < 2000, f"{row['records_read']} of 700 records were read")


@test("kbench consume takes expectations of reading, and says that those of sending are not measured")
def expectations():
    with folder() as output:
        words = ("--records", "20k", "--cores", 1, "--output")
        kbench("consume", "--expect", "records_read>=20k", *words, output + "/kept").must_end_with(0)
        kbench("consume", "--expect", "throughput_rps>=1e12", *words, output + "/missed").must_end_with(2, 3)
        unmeasured = kbench("consume", "--expect", "latency_total_p99_us<=1ms", *words, output + "/none")
        unmeasured.must_end_with(3).must_say("without kbench run it is not measured")


@test("kbench consume says what it can't read")
def unreadable():
    with embedded_broker() as bootstrap, folder() as output:
        Confluent(bootstrap).create("narrow", 2)
        ended = kbench("consume", "-b", bootstrap, "--topic", "narrow", "--partitions", 3, "--output", output + "/out")
        ended.must_end_with(1)
        expect("has 2 partitions" in ended.err, f"it says {ended.err}")
        ended = kbench("consume", "-b", "127.0.0.1:1", "--output", output + "/nobody")
        ended.must_end_with(1)
        expect("127.0.0.1:1" in ended.err, f"it says {ended.err}")


@test("members of a group read a topic once, whichever side shares it out, again and again")
def members():
    for protocol in ("classic", "consumer"):
        for row in read("--records", "40k", "--partitions", 6, "--group", "readers", "--group-protocol", protocol,
                        "--consumers", "1,3", "--codec", "lz4"):
            what = f"{row['consumers']} members, {protocol}"
            equal((row["records_read"], row["group"], row["group_protocol"]), ("40000", "readers", protocol), what)
            expect(float(row["group_join_s"]) > 0, f"{what}: joining took {row['group_join_s']} s")
            expect(float(row["decompress_cpu_ns_per_record"]) > 0, f"{what}: decompression was not measured")
    with embedded_broker() as bootstrap:
        client = Confluent(bootstrap)
        client.create("theirs", 2)
        for partition in range(2):
            client.write("theirs", [(None, b"x" * 50, [], 1_700_000_000_000)] * 500, partition=partition)
        # What the group has committed before does not matter.
        for row in read("-b", bootstrap, "--topic", "theirs", "--partitions", 2, "--group", "again", "--runs", 2):
            equal((row["records_read"], row["decompress_cpu_ns_per_record"]), ("1000", ""), f"run {row['run']}")


@test("kbench consume reads no more a second than --rate says")
def throttled():
    (row,) = read("--records", "40k", "--partitions", 4, "--rate", "50k", "--batch-size", "4KiB")
    equal((row["records_read"], row["rate_target_rps"]), ("40000", "50000"), "row")
    expect(0.75 <= float(row["duration_s"]) < 2, f"40k records at 50k/s took {row['duration_s']} s")

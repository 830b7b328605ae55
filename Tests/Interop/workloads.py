"""kbench's workloads, as others read them from the broker."""

import collections
import hashlib
import os

from clients import Confluent
from harness import embedded_broker, equal, expect, folder, kbench, rows, test

SAME = [
    ("--record-size", "100"),
    ("--record-size", "uniform:1:300", "--headers", "2"),
    ("--record-size", "lognormal:80:0.8", "--keys", "zipf:1000:1.1"),
    ("--keys", "sequential:50", "--key-size", "12", "--headers", "1", "--header-size", "30"),
]
HOW = [("sharded", 1, 1), ("sharded", 2, 3), ("sequential", 1, 2), ("sequential", 2, 4)]


def stored(broker, topic, partitions):
    """Key, value and headers of every record, in any order."""
    return [record[:3] for record in Confluent(broker).each(topic, partitions=range(partitions))]


def fingerprint(records):
    """Independent of order: batches of lanes lie in a partition as they came."""
    return collections.Counter(hashlib.sha1(repr(r).encode()).hexdigest() for r in records)


@test("the same seed gives the same records, whatever builder, cores and concurrency")
def same_seed():
    for workload in SAME:
        seen = {}
        for builder, cores, concurrency in HOW:
            with embedded_broker() as broker, folder() as output:
                kbench("-b", broker, "--keep-topic", "--topic", "same", "--records", 5000, "--seed", 7, "--partitions", 3,
                       "--builder", builder, "--cores", cores, "--concurrency", concurrency, *workload, "--output",
                       output + "/out").must_end_with(0)
                seen[builder, cores, concurrency] = fingerprint(stored(broker, "same", 3))
        first, *others = seen.values()
        equal(sum(first.values()), 5000, "records")
        for how, other in zip(list(seen)[1:], others):
            expect(other == first, f"{' '.join(workload)}: records of {how} differ from those of {HOW[0]}")


@test("each record of a payload file arrives byte for byte, as often as its turn comes")
def payload_file():
    pieces = [b"", b"a", "ünï".encode(), b"\xff\xfe raw", b"x" * 5000, b"tab\there \r", b""] + [b"line %d" % i for i in range(500)]
    for end in (b"", b"\n"):
        for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
            with embedded_broker() as broker, folder() as output:
                path = os.path.join(output, "pieces")
                # Without a delimiter at its end an empty last piece is none; this file's last one has bytes.
                with open(path, "wb") as f:
                    f.write(b"\n".join(pieces) + end)
                kbench("-b", broker, "--keep-topic", "--topic", "file", "--records", 2 * len(pieces) + 3, "--partitions", 2,
                       "--codec", codec, "--payload-file", path, "--output", output + "/out").must_end_with(0)
                expected = collections.Counter(pieces * 2 + pieces[:3])
                found = collections.Counter(value for _, value, _ in stored(broker, "file", 2))
                expect(found == expected, f"{codec}: other values than those of the file")
                (row,) = rows(output + "/out")
                mean = sum(map(len, pieces)) / len(pieces)
                equal(row["record_size_bytes"], str(-int(-mean // 1)), "mean size")

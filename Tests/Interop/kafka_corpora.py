"""Real text through kbench, each codec and a real Kafka: it comes back byte for byte."""

import collections
import os

from clients import CODECS, Confluent
from harness import ROOT, Skip, equal, expect, folder, kbench, rows, test
from kafka_cluster import BOOTSTRAP, stored

PARTITIONS = 3
CORPORA = os.path.join(os.path.dirname(ROOT), "shared", "corpora")


def comes_back(path, topic):
    with open(path, "rb") as f:
        lines = f.read().split(b"\n")
    if not lines[-1]:
        lines.pop()
    for codec in CODECS:
        with folder() as output:
            kbench("-b", BOOTSTRAP, "--topic", f"{topic}-{codec}", "--keep-topic", "--partitions", PARTITIONS, "--records",
                   len(lines), "--codec", codec, "--payload-file", path, "--output", output + "/out").must_end_with(0)
            (row,) = rows(output + "/out")
            equal(row["records_acked"], str(len(lines)), "records acknowledged")
            if codec != "none":
                expect(float(row["compression_ratio"]) > 1.2, f"{codec} made {row['compression_ratio']} of text")
        equal(stored(f"{topic}-{codec}"), {f"{topic}-{codec}": len(lines)}, "records stored")
        read = Confluent(BOOTSTRAP).each(f"{topic}-{codec}", None, range(PARTITIONS), 60)
        # Which partition a line is in is the partitioner's; that each is there as often as in the file is not.
        found = collections.Counter(value for _, value, _, _ in read)
        expect(found == collections.Counter(lines), f"{codec}: other lines came back than were sent")


def define(name):
    @test(f"{name} comes back byte for byte, each codec")
    def corpus():
        path = os.path.join(CORPORA, name)
        if not os.path.exists(path):
            raise Skip(f"{name} is not in {os.path.relpath(CORPORA, ROOT)}")
        comes_back(path, name)


for each_name in ("system-logs.txt", "tweets.ndjson"):
    define(each_name)


@test("lines of every length and byte but the delimiter come back byte for byte, each codec")
def generated():
    with folder() as here:
        with open(here + "/lines", "wb") as f:
            for i in range(2000):
                f.write(bytes(b for b in range(i % 256, 256) if b not in (0, 10)) * (i % 7) + b"%d\n" % (i % 100))
        comes_back(here + "/lines", "lines")

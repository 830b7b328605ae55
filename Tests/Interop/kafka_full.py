"""kbench against a real Apache Kafka: a million records for each codec, builder and acks."""

from clients import ACKS, CODECS, Confluent
from harness import equal, expect, folder, kbench, rows, test
from kafka_cluster import BOOTSTRAP, stored

EACH = 1_000_000
PARTITIONS = 12
BUILDERS = "sequential,sharded"

# Which topics were filled, to be counted at the end.
filled = []


def define_filling(codec, acks, *more):
    way = " ".join([f"codec {codec}, acks {acks}", *more])

    @test(f"a million records each of both builders are acknowledged and verified: {way}")
    def fill():
        topic = "-".join(["full", codec, acks, *more]).replace("--", "")
        with folder() as output:
            ended = kbench(
                "-b", BOOTSTRAP, "--topic", topic, "--keep-topic", "--partitions", PARTITIONS, "--records", EACH, "--seed", 9,
                "--cores", 1, "--codec", codec, "--acks", acks, *more, "--builder", BUILDERS, "--output", output + "/out", timeout=300)
            filled.append(topic)
            ended.must_end_with(0)
            found = rows(output + "/out")
            equal([(r["records_acked"], r["records_failed"]) for r in found], [(str(EACH), "0")] * 2, "rows")
            # A node may grow faster or slower for reasons of its own.
            verdicts = {r["verdict"] for r in found}
            expect(verdicts <= {"ok", "drifting"}, f"verdicts: {verdicts}")


for each_codec in CODECS:
    for each_acks in ACKS:
        define_filling(each_codec, each_acks)
# Acks all is idempotent otherwise.
for each_codec in ("none", "zstd"):
    define_filling(each_codec, "all", "--idempotence", "false")
    define_filling(each_codec, "all", "--may-reorder")


@test("Kafka's own GetOffsetShell counts every record")
def counted():
    equal(stored("full-.*"), dict.fromkeys(filled, 2 * EACH), "records stored")


@test("confluent-kafka reads the same values whatever the codec, from the same seed")
def same_values():
    sums = {}
    for codec in CODECS:
        count = total = 0
        for _, value, _, _ in Confluent(BOOTSTRAP).each(f"full-{codec}-all", None, range(PARTITIONS), 120):
            count += 1
            total = (total + hash(value)) % (1 << 64)
        equal(count, 2 * EACH, f"records with {codec}")
        sums[codec] = total
    expect(len(set(sums.values())) == 1, f"the values differ: {sums}")

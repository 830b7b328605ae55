"""What a drill says of a run, on an embedded broker that lies: what was promised and no more is judged."""

import time

from drill_results import Result, faults, report
from harness import embedded_broker, equal, expect, folder, kbench, table, test

RECORDS = 400


def judged(fault, *more, stored=RECORDS, journal=()):
    """A run of batches of ten records to a broker with a fault; its result, and what is wrong with it."""
    with folder() as output, embedded_broker(*(("--fault", fault) if fault else ())) as broker:
        ended = kbench(
            "-b", broker, "--verify", "--records", RECORDS, "--record-size", 200, "--cores", 1, "--concurrency", 1, "--linger", "1s",
            "--partitions", 1, "--batch-size", 2200, *more, "--output", output + "/out")
        result = Result(output + "/out", journal)
        result.write_actions()
        result.events = table(output + "/out/events.csv")
        wrong = faults(result, ended, stored)
        return result, wrong, "\n".join(report("killed", result, stored, wrong))


@test("a drill passes a run in which nothing is wrong, and says what was promised")
def passed():
    _, wrong, text = judged(None)
    equal(wrong, [], "faults")
    for words in ("0 lost, 0 duplicated, 0 reordered, 0 corrupted", "passed: nothing lost", "of 128 MiB allowed"):
        expect(words in text, f"'{words}' is not in {text}")


@test("a drill fails a run with idempotence for any record lost, duplicated, reordered or corrupted")
def failed():
    for lie, stored, words in (("lose", 390, "10 records are lost"), ("double", 410, "10 records are duplicated"),
                               ("swap", 400, "10 records are reordered"), ("corrupt", 400, "1 records are corrupted")):
        _, wrong, text = judged(f"produce:skip=4:count=1:{lie}", stored=stored)
        expect(words in wrong, f"{lie}: {wrong}")
        expect(f"FAILED: {words}" in text and "passed" not in text, f"{lie}: {text}")


@test("a drill fails a run whose records Kafka itself does not count")
def miscounted():
    _, wrong, _ = judged(None, stored=399)
    equal(wrong, ["Kafka's own count is 399 records, not 400"], "faults")


@test("without idempotence a drill allows duplicates, and with acks 1 losses; and nothing more")
def allowed():
    for acks, lie, stored, is_allowed in (("all", "double", 410, True), ("all", "lose", 390, False), ("1", "lose", 390, True),
                                          ("1", "double", 410, True), ("1", "swap", 400, False), ("1", "corrupt", 400, False)):
        _, wrong, text = judged(f"produce:skip=4:count=1:{lie}", "--acks", acks, "--idempotence", "false", stored=stored)
        equal(not wrong, is_allowed, f"acks {acks}, {lie}, allowed ({wrong})")
        expect("passed" in text or not is_allowed, text)


@test("what a drill did stands among the events of kbench in the order of time, without what was before and after the run")
def noted():
    now = time.time()
    result, _, text = judged(
        None, "--rate", 400, journal=[(now - 60, None, "before"), (now + 0.7, 2, "node 2 killed: it led, alone"), (now + 60, None, "after")])
    found = [(event["event"], event["broker"], event["detail"]) for event in result.events]
    expect(("drill", "2", "node 2 killed: it led, alone") in found, f"events are {found}")
    equal([event for event in found if event[0] == "drill"], [("drill", "2", "node 2 killed: it led, alone")], "events of the drill")
    times = [float(event["t_s"]) for event in result.events]
    equal(times, sorted(times), "times")
    expect("node 2 killed" in text, text)

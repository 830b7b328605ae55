"""events.csv: what happened to connections, leaders, topics and batches while kbench ran."""

import json
import os
import time

from harness import Running, embedded_broker, equal, expect, folder, kbench, rows, table, test, wait_until

COLUMNS = "run,t_s,event,topic,partition,broker,detail"
THREE = ("--brokers", "3", "--control", "--log", "memory:64MiB")


def events(output, *words):
    return [row for row in table(output + "/events.csv") if row["event"] in words]


def stored(broker):
    return sum(partition["end_offset"] for partition in json.loads(broker.tell("stats"))["topics"]["kbench"])


@test("events.csv tells what happened to leaders, brokers, the topic and batches, and all records are stored once")
def changes():
    with folder() as output, embedded_broker(*THREE) as broker:
        out = output + "/out"
        # Partition p is led by broker 1 + p mod 3.
        broker.tell("create kbench 6")
        run = Running("-b", broker, "--rate", "3k", "--duration", "6s", "--partitions", 6, "--cores", 2, "--interval",
                      "500ms", "--metadata-max-age", "100ms", "--output", out)
        wait_until(lambda: stored(broker) > 1000, "records")
        # Nothing is in flight to broker 3 when it ends: a record would be stored twice whose answer is lost.
        for command in ("leader kbench 2 1", "leader kbench 5 2"):
            broker.tell(command)
        time.sleep(0.7)
        broker.tell("stop 3")
        broker.tell("grow kbench 8")
        time.sleep(0.5)
        broker.tell("start 3")
        broker.tell("leader kbench 0 3")
        time.sleep(0.5)
        broker.tell("fault produce:count=3:throttle=100ms")
        ended = run.finish(60).must_end_with(0)
        (row,) = rows(out)
        equal((row["records_acked"], stored(broker)), ("18000", 18000), "records")
        must_tell_of_changes(out)
        moved = events(out, "leader-moved")
        equal(row["leaders_moved"], str(len(moved)), "leaders moved")
        expect(float(row["gap_max_ms"]) > 50, f"longest gap {row['gap_max_ms']} ms")
        expect(f"{len(moved)} leaders moved, {row['records_retried']} record" in ended.out, ended.out)


def must_tell_of_changes(out):
    moved = {(row["partition"], row["broker"]): row for row in events(out, "leader-moved")}
    for place, begin in ((("2", "1"), "from 3 to 1, leader epoch"), (("5", "2"), "from 3 to 2, leader epoch"),
                         (("0", "3"), "from 1 to 3, leader epoch")):
        expect(place in moved, f"no move of partition {place[0]} to broker {place[1]}: {list(moved)}")
        detail = moved[place]["detail"]
        expect(detail.startswith(begin) and detail.endswith(("ms", "retried")), f"the move says '{detail}'")
    retried = events(out, "retried")
    expect(retried and all("NOT_LEADER_OR_FOLLOWER" in row["detail"] for row in retried), f"retries: {retried}")
    lost = events(out, "disconnected")
    equal({row["broker"] for row in lost}, {"3"}, "brokers that were lost")
    again = [row for row in events(out, "connected") if row["broker"] == "3"
             and float(row["t_s"]) > float(lost[0]["t_s"])]
    expect(again, "broker 3 is not connected again")
    equal([(row["topic"], row["detail"]) for row in events(out, "topic-grew")],
          [("kbench", "from 6 to 8 partitions")], "growth")
    throttled = events(out, "throttled")
    expect(1 <= len(throttled) <= 3 and {row["detail"] for row in throttled} == {"100 ms"}, f"throttled: {throttled}")
    times = [float(row["t_s"]) for row in table(out + "/events.csv")]
    equal(times, sorted(times), "times")
    expect(0 <= times[0] and times[-1] < 10, f"times from {times[0]} to {times[-1]}")


@test("events.csv has its header alone when nothing happens, and is not there where no broker takes part")
def nothing():
    with folder() as output:
        # One core: with more, one of them may make all of the warm-up, and another connects during the run.
        kbench("--records", "10k", "--warmup-records", "10k", "--cores", 1, "--output",
               output + "/calm").must_end_with(0)
        with open(output + "/calm/events.csv") as file:
            equal(file.read(), COLUMNS + "\n", "events.csv")
        (row,) = rows(output + "/calm")
        equal((row["leaders_moved"], row["records_retried"]), ("0", "0"), "figures")
        kbench("--stage", "null", "--records", "10k", "--output", output + "/null").must_end_with(0)
        expect(not os.path.exists(output + "/null/events.csv"), "events.csv of no broker")
        (row,) = rows(output + "/null")
        equal((row["leaders_moved"], row["records_retried"], row["gap_max_ms"]), ("", "", ""), "figures")


@test("--resume takes the events of a run that is not whole out of events.csv")
def resumed():
    with folder() as output:
        out = output + "/out"
        kbench("--records", "10k", "--runs", 2, "--output", out).must_end_with(0)
        os.remove(out + "/2.hlog")
        with open(out + "/events.csv") as file:
            text = file.read()
        expect("\n2," in text, f"run 2 has no events: {text}")
        with open(out + "/events.csv", "w") as file:
            file.write(text.replace("\n2,0", "\n2,99"))
        kbench("--resume", out).must_end_with(0)
        found = table(out + "/events.csv")
        equal({row["run"] for row in found}, {"1", "2"}, "runs")
        expect(not any(row["t_s"].startswith("99") for row in found), f"old rows are left: {found}")

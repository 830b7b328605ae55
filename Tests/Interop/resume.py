"""kbench --resume: an interrupted sweep is gone on with, and nothing else is."""

import json
import os
import shutil
import signal
import time

from harness import Running, equal, expect, folder, kbench, rows, table, test

SWEEP = ("--records", "300k", "--partitions", 4, "--codec", "none,gzip", "--runs", 3, "--seed", 7, "--stage", "null",
         "--compressibility", "0.5")


def sweep(output, *more):
    return kbench(*SWEEP, "--output", output, *more)


def stopped_after(output, count, number):
    """Starts a sweep and sends a signal when so many runs are done: a run's histograms are written last."""
    running = Running(*SWEEP, "--output", output)
    deadline = time.monotonic() + 30
    while not os.path.exists(f"{output}/{count}.hlog"):
        expect(time.monotonic() < deadline, "no run ended within 30 s")
        time.sleep(0.002)
    running.signal(number)
    return running.finish(20)


def runs_of(path):
    return {row["run"] for row in table(path)}


def environments_of(output):
    """The machine before each run, by the manifest."""
    with open(output + "/manifest.json", encoding="utf-8") as file:
        return {remark["run"]: remark["environment"] for remark in json.load(file)["remarks"]}


def must_be_whole(output):
    found = rows(output)
    equal([row["run"] for row in found], ["1", "2", "3", "4", "5", "6"], "runs")
    equal([row["codec"] for row in found], ["none", "gzip"] * 3, "codecs")
    equal([row["records_acked"] for row in found], ["300000"] * 6, "records")
    equal({row["seed"] for row in found}, {"7"}, "seeds")
    equal(runs_of(output + "/latency.csv"), {str(n) for n in range(1, 7)}, "runs in latency.csv")
    for number in range(1, 7):
        expect(os.path.exists(f"{output}/{number}.hlog"), f"{number}.hlog is missing")
    with open(output + "/manifest.json") as f:
        manifest = json.load(f)
    equal(manifest["completed_runs"], 6, "completed runs in the manifest")
    expect(not manifest["interrupted"] and manifest["resumed_at"], "the manifest does not tell that it was resumed")
    equal(manifest["arguments"][:4], ["--records", "300k", "--partitions", "4"], "arguments in the manifest")


@test("--resume does the runs that Ctrl-C left out, and the one that it cut short, once each")
def interrupted():
    with folder() as output:
        stopped_after(output + "/out", 2, signal.SIGINT).must_end_with(130, 0)
        done = [row for row in rows(output + "/out") if row["verdict"] != "interrupted"]
        kbench("--resume", output + "/out").must_end_with(0)
        must_be_whole(output + "/out")
        equal(rows(output + "/out")[:len(done)], done, "the rows that were there")


@test("--resume goes on after kill -9")
def killed():
    with folder() as output:
        stopped_after(output + "/out", 1, signal.SIGKILL)
        environments = environments_of(output + "/out")
        expect(environments.get(1), f"the manifest of what was killed has no environment of the run that was done: {environments}")
        kbench("--resume", output + "/out", "--quiet").must_end_with(0)
        must_be_whole(output + "/out")
        after = environments_of(output + "/out")
        equal((sorted(after), after[1]), ([1, 2, 3, 4, 5, 6], environments[1]), "environments in the manifest")


@test("--resume of a sweep that is done does nothing, and says so")
def done():
    with folder() as output:
        sweep(output + "/out").must_end_with(0)
        before = rows(output + "/out")
        kbench("--resume", output + "/out").must_end_with(0).must_say("all 6 runs are done")
        equal(rows(output + "/out"), before, "rows")


@test("--resume of something else is refused before anything starts")
def something_else():
    with folder() as output:
        out = output + "/out"
        sweep(out).must_end_with(0)
        kbench("--resume", output).must_end_with(64).must_say("no manifest.json")
        kbench("--resume", out, "--codec", "lz4").must_end_with(64).must_say("leave --codec out")
        kbench("--resume", out, "-X", "client.id=x").must_end_with(64).must_say("client.id")
        for what, change, said in (
            ("manifest.json", lambda text: text[:len(text) // 2], "damaged"),
            ("manifest.json", lambda text: "{}", "not one of kbench's"),
            ("manifest.json", lambda text: text.replace('"kbench_version": "', '"kbench_version": "0.0'), "version"),
            ("manifest.json", lambda text: text.replace('"300k"', '"400k"'), "records 300000"),
            ("manifest.json", lambda text: text.replace('"runs_per_configuration": 3', '"runs_per_configuration": 2'),
             "number of runs"),
            ("runs.csv", lambda text: text.replace(",gzip,", ",zstd,"), "not one of those"),
            ("runs.csv", lambda text: text.replace("run,", "number,"), "columns"),
        ):
            copy = output + "/copy"
            shutil.copytree(out, copy)
            with open(f"{copy}/{what}") as f:
                text = f.read()
            with open(f"{copy}/{what}", "w") as f:
                f.write(change(text))
            kbench("--resume", copy).must_end_with(64).must_say(said)
            shutil.rmtree(copy)


@test("--resume wants secrets again, which no manifest holds")
def secrets():
    with folder() as output:
        out = output + "/out"
        sweep(out).must_end_with(0)
        path = out + "/manifest.json"
        with open(path) as f:
            manifest = json.load(f)
        manifest["arguments"] += ["-X", "sasl.password=***"]
        with open(path, "w") as f:
            json.dump(manifest, f)
        kbench("--resume", out).must_end_with(64).must_say("sasl.password", "again")

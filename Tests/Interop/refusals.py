"""What kbench refuses before anything starts: command lines, and folders of results."""

import os

from harness import Skip, equal, expect, folder, kbench, rows, test

REFUSED = [
    # arguments, words of the message
    (["--recrods", "10"], ["--recrods", "--records"]),
    (["complation"], ["complation", "completions"]),
    (["consum"], ["unknown subcommand consum; did you mean consume?"]),
    (["consume", "--stage", "null"], ["--stage is an option of kbench run, not of kbench consume"]),
    (["report", "--help"], ["unknown subcommand report"]),
    (["--recrods", "10", "--codec", "lz5", "--cores", "0"], ["--recrods", "--records", "lz5", "lz4", "--cores"]),
    (["--records"], ["--records"]),
    (["--records", "ten"], ["ten"]),
    (["--records", "-5"], ["-5"]),
    (["--records", "0"], ["--records"]),
    (["--records", "1.5"], ["1.5"]),
    (["--records", "1e99"], ["1e99"]),
    (["--records", "99999999999999999999"], ["99999999999999999999"]),
    (["--records", "10", "--num-records", "20"], ["--records"]),
    (["--records", "10", "--duration", "1s"], ["--records", "--duration"]),
    (["--partitions", "0"], ["--partitions"]),
    (["--partitions", "4,x"], ["x"]),
    (["--record-size", "-1"], ["--record-size"]),
    (["--record-size", "3GiB"], ["--record-size"]),
    (["--codec", "brotli"], ["brotli", "zstd"]),
    (["--codec", "zstd:99"], ["99"]),
    (["--codec", "none,,lz4"], ["--codec"]),
    (["--builder", "fastest"], ["fastest", "sharded"]),
    (["--acks", "2"], ["2", "all"]),
    (["--cores", "0"], ["--cores"]),
    (["--concurrency", "0"], ["--concurrency"]),
    (["--runs", "0"], ["--runs"]),
    (["--linger", "5"], ["--linger"]),
    (["--linger", "-5ms"], ["--linger"]),
    (["--batch-size", "0"], ["--batch-size"]),
    (["--stage", "network"], ["network", "broker"]),
    (["--stage", "null", "-b", "127.0.0.1:9092"], ["--stage", "--bootstrap-server"]),
    (["--rtt", "5"], ["--rtt", "5ms"]),
    (["--rtt", "-5ms"], ["--rtt", "-5ms"]),
    (["--rtt", "2m"], ["--rtt", "1 m"]),
    (["--rtt", "5ms", "-b", "127.0.0.1:9092"], ["--rtt", "--bootstrap-server"]),
    (["--rtt", "5ms", "--stage", "build"], ["--rtt", "--stage build"]),
    (["broker", "--rtt", "5ms,6ms"], ["--rtt", "5ms,6ms"]),
    (["--idempotence", "true", "--acks", "0"], ["--idempotence true", "--acks all"]),
    (["--idempotence", "true", "--cores", "1", "--concurrency", "6"], ["--idempotence true", "5 requests in flight"]),
    (["--idempotence", "maybe"], ["--idempotence", "maybe"]),
    (["--partitioner", "explicit"], ["explicit", "round-robin"]),
    (["--keys", "none", "--key-size", "8"], ["--key-size"]),
    (["--rate", "0"], ["--rate"]),
    (["--rate", "2G"], ["--rate", "1G"]),
    (["--payload-file", "/nowhere/f"], ["--payload-file", "/nowhere/f", "No such file"]),
    (["--payload-file", "/"], ["--payload-file", "folder"]),
    (["--payload-file", "/dev/null"], ["--payload-file", "empty"]),
    (["--record-size", "uniform:9:1"], ["--record-size", "uniform:9:1"]),
    (["--record-size", "uniform:1:2000", "--batch-size", "1000"], ["--batch-size"]),
    (["--keys", "uniform:1000", "--key-size", "1"], ["--key-size", "1000"]),
    (["--format", "yaml"], ["yaml", "json"]),
    (["-b", "localhost:"], ["localhost:"]),
    (["-b", ":9092"], [":9092"]),
    (["-b", "localhost:99999"], ["99999"]),
    (["-b", ""], ["--bootstrap-server"]),
    (["--topic", ""], ["--topic"]),
    (["--topic", "no/slash"], ["no/slash"]),
    (["--topic", "x" * 250], ["--topic"]),
    (["-X", "acsk=all"], ["acsk"]),
    (["--seed", "-1"], ["--seed"]),
    (["broker", "--port", "70000"], ["70000"]),
    (["broker", "--brokers", "0"], ["--brokers"]),
    (["broker", "--log", "memory:lots"], ["lots"]),
    (["broker", "--fault", "nonsense"], ["nonsense"]),
    (["broker", "--records", "10"], ["--records"]),
]


@test("bad command lines end with 64, say what is wrong, and write nothing")
def refused():
    wrong = []
    with folder() as here:
        for arguments, words in REFUSED:
            try:
                ended = kbench(*arguments, timeout=10, cwd=here).must_end_with(64).must_say(*words)
                expect(all(line.startswith("kbench: ") for line in ended.err.splitlines()), f"a line of {ended}")
                expect(ended.out == "", f"standard output of {ended}")
            except AssertionError as error:
                wrong.append(str(error))
            if os.listdir(here):
                wrong.append(f"kbench {' '.join(arguments)} left {os.listdir(here)}")
                break
    expect(not wrong, f"{len(wrong)} of {len(REFUSED)}:\n" + "\n".join(wrong))


@test("an output folder that can't be written is refused before anything is sent")
def unwritable_output():
    with folder() as here:
        open(here + "/file", "w").close()
        for path, blamed in (
            ("/dev/null/out", "/dev/null"), (here + "/file", here + "/file"), (here + "/file/below", here + "/file")):
            kbench("--records", 1000, "--output", path).must_end_with(1, 64).must_say(blamed)


@test("an output folder that holds results is refused, and they stay as they are")
def existing_results():
    with folder() as here:
        kbench("--stage", "null", "--records", 1000, "--output", here).must_end_with(0)
        before = rows(here)
        kbench("--stage", "null", "--records", 1000, "--output", here).must_end_with(1, 64).must_say("runs.csv")
        equal(rows(here), before, "rows")


@test("a result file that can't be written because the disk is full makes the command fail, and names the file")
def full_disk():
    if not os.path.exists("/dev/full"):
        raise Skip("there is no /dev/full")
    with folder() as output:
        kbench("--records", "10k", "--output", output + "/out").must_end_with(0)
        appended = [name for name in os.listdir(output + "/out") if name.endswith(".csv") and name != "runs.csv"]
    expect("latency.csv" in appended, "there is no latency.csv")
    for name in appended:
        with folder() as here:
            os.symlink("/dev/full", f"{here}/{name}")
            kbench("--records", "10k", "--output", here).must_end_with(1).must_say(name, "No space left")

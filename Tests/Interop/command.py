"""kbench as a command: what it leaves behind, what it refuses, and how it ends when things go wrong."""

import json
import os
import pty
import re
import signal
import socket
import subprocess
import threading
import time

from harness import (
    KBENCH, Running, Skip, embedded_broker, equal, expect, folder, gone, kbench, needs, rows, test, wait_until)

COLUMNS = (
    "run,started_at,target,stage,builder,cores,concurrency,codec,codec_level,partitions,records,record_size_bytes,"
    "batch_size_bytes,linger_ms,acks,idempotence,rate_target_rps,seed,"
    "duration_s,records_acked,records_failed,throughput_rps,throughput_bytes_per_s,wire_bytes_per_s,compression_ratio,"
    "batches,records_per_batch,client_cpu_s,client_cpu_ns_per_record,broker_cpu_s,client_peak_rss_bytes,"
    + ",".join(
        f"latency_{stage}_{figure}_us" for stage in ("total", "build", "compress", "queue", "ack")
        for figure in ("p50", "p90", "p99", "p999", "max"))
    + ",verdict").split(",")

# So long that a run does not end by itself.
ENDLESS = "100G"
# A kbench that can't reach or understand its broker has to give up by itself within this.
PATIENCE_SECONDS = 25


# What it leaves behind


@test("a run against the embedded broker ends with 0 and leaves the columns of the contract")
def columns():
    with folder() as output:
        kbench("--records", "100k", "--partitions", 8, "--output", output + "/out").must_end_with(0)
        with open(output + "/out/runs.csv") as f:
            equal(f.readline().rstrip("\n").split(","), COLUMNS, "columns of runs.csv")
        (row,) = rows(output + "/out")
        for column, value in (("run", "1"), ("target", "embedded"), ("records_acked", "100000"), ("records_failed", "0"),
                              ("partitions", "8"), ("verdict", "ok")):
            equal(row[column], value, column)
        for column in ("duration_s", "throughput_rps", "client_cpu_s", "broker_cpu_s", "latency_total_p99_us",
                       "latency_ack_p50_us"):
            expect(float(row[column]) > 0, f"{column} is '{row[column]}'")
        with open(output + "/out/latency.csv") as f:
            equal(f.readline().strip(), "run,stage,percentile,value_us,cumulative_count", "columns of latency.csv")


@test("manifest.json says what is needed to repeat the run")
def manifest():
    with folder() as output:
        kbench("--records", 1000, "--seed", 42, "--output", output + "/out").must_end_with(0)
        with open(output + "/out/manifest.json") as f:
            text = f.read()
        json.loads(text)
        for word in ("42", "seed", "commit", "kernel", "cpu", "compiler"):
            expect(word in text.lower(), f"'{word}' is not in manifest.json")


@test("a sweep has a row for each combination, and everything is acknowledged and verified")
def sweep():
    with folder() as output:
        kbench(
            "--records", "20k", "--partitions", 4, "--codec", "none,gzip,snappy,lz4,zstd:3", "--builder",
            "sequential,sharded", "--acks", "0,1,all", "--output", output + "/out").must_end_with(0)
        found = rows(output + "/out")
        equal(len(found), 30, "rows")
        equal(len({(r["codec"], r["builder"], r["acks"]) for r in found}), 30, "different rows")
        wrong = [r for r in found if (r["records_acked"], r["verdict"]) != ("20000", "ok")]
        expect(not wrong, f"wrong rows: {wrong[:1]}")


@test("each stage before the broker runs without one")
def stages():
    for stage in ("generate", "build", "compress", "null"):
        with folder() as output:
            kbench("--stage", stage, "--records", "100k", "--output", output + "/out").must_end_with(0)
            (row,) = rows(output + "/out")
            equal((row["stage"], row["records_acked"], row["target"]), (stage, "100000", "none"), "row")


@test("the HDR log is read by PyPI's hdrhistogram, and holds every record")
def hdr_log():
    needs("hdrh")
    from hdrh.histogram import HdrHistogram
    from hdrh.log import HistogramLogReader
    with folder() as output:
        kbench("--records", "50k", "--codec", "lz4", "--output", output + "/out").must_end_with(0)
        reader = HistogramLogReader(output + "/out/1.hlog", HdrHistogram(1, 3_600_000_000_000, 3))
        counts = {}
        while (histogram := reader.get_next_interval_histogram()) is not None:
            counts[histogram.get_tag()] = histogram.get_total_count()
        equal(counts, dict.fromkeys(("total", "build", "compress", "queue", "ack"), 50_000), "records by tag")


@test("--format json prints one JSON value and nothing else")
def json_output():
    with folder() as output:
        ended = kbench("--records", 1000, "--format", "json", "--output", output + "/out").must_end_with(0)
        json.loads(ended.out)
        equal(ended.err, "", "standard error")


@test("--dry-run prints the plan, and starts and writes nothing")
def dry_run():
    with folder() as output:
        ended = kbench("--dry-run", "-b", "127.0.0.1:1", "--records", "1G", "--output", output + "/out").must_end_with(0)
        expect(ended.out.strip(), "nothing was printed")
        expect(not os.path.exists(output + "/out"), "the output folder was made")


@test("relative output paths belong to the folder it is called from, and results/<time> is the default")
def relative_output():
    with folder() as here:
        kbench("--stage", "null", "--records", 1000, "--output", "mine", cwd=here).must_end_with(0)
        equal(len(rows(here + "/mine")), 1, "rows")
        kbench("--stage", "null", "--records", 1000, cwd=here).must_end_with(0)
        (made,) = os.listdir(here + "/results")
        equal(len(rows(f"{here}/results/{made}")), 1, "rows")


@test("--help and --version end with 0 and print to standard output")
def help_and_version():
    for arguments in (["--help"], ["--version"], ["broker", "--help"]):
        ended = kbench(*arguments).must_end_with(0)
        expect(ended.out and not ended.err, f"what was printed by {ended}")


# What it refuses

REFUSED = [
    # arguments, words of the message
    (["--recrods", "10"], ["--recrods", "--records"]),
    (["consum"], ["consum"]),
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
    (["--idempotence", "--acks", "0"], ["--idempotence", "acks"]),
    (["--keys", "none", "--key-size", "8"], ["--key-size"]),
    (["--rate", "0"], ["--rate"]),
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
                ended = kbench(*arguments, timeout=10, cwd=here).must_end_with(64).must_say("kbench: ")
                if "is not supported yet" not in ended.err:
                    ended.must_say(*words)
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


# Brokers that are not


def refuses(bootstrap, *words):
    with folder() as output:
        ended = kbench("-b", bootstrap, "--records", 1000, "--output", output + "/out", timeout=60).must_end_with(1)
        expect(ended.seconds <= PATIENCE_SECONDS, f"took {ended.seconds:.0f} s: {ended}")
        ended.must_say("kbench: ", *words)
        expect("Fatal error" not in ended.err, f"it crashed: {ended}")
        expect(ended.rss < 200 << 20, f"{ended.rss >> 20} MiB of memory were used by {ended}")


class FalseBroker:
    """A server that is not Kafka: `behave` gets each connection, on a thread of its own."""

    def __init__(self, behave):
        self.behave, self.ending = behave, threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self.accept, daemon=True).start()
        return self.address

    def __exit__(self, *_):
        self.ending.set()
        self.listener.close()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            with connection:
                self.behave(connection, self.ending)
        except OSError:
            pass


def http(connection, ending):
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def garbage(connection, ending):
    connection.recv(4096)
    connection.sendall(bytes((i * 167 + 13) % 256 for i in range(65536)))
    ending.wait(60)


def close_at_once(connection, ending):
    pass


def close_after_request(connection, ending):
    connection.recv(4096)


def close_in_answer(connection, ending):
    request = connection.recv(4096)
    connection.sendall(b"\x00\x00\x01\x00" + request[8:12] + b"\x00\x00")


def silence(connection, ending):
    ending.wait(60)


def huge_length(connection, ending):
    connection.recv(4096)
    connection.sendall(b"\x7f\xff\xff\xff" + bytes(1000))
    ending.wait(60)


def negative_length(connection, ending):
    connection.recv(4096)
    connection.sendall(b"\xff\xff\xff\xff")
    ending.wait(60)


def other_correlation(connection, ending):
    connection.recv(4096)
    connection.sendall(b"\x00\x00\x00\x0a" + b"\x55" * 4 + bytes(6))
    ending.wait(60)


def truncated_body(connection, ending):
    request = connection.recv(4096)
    connection.sendall(b"\x00\x00\x00\x08" + request[8:12] + b"\x00\x00\x7f\xff")
    ending.wait(60)


def drip(connection, ending):
    connection.recv(4096)
    for byte in b"\x00\x00\x10\x00" + bytes(60):
        connection.sendall(bytes([byte]))
        if ending.wait(1):
            return


def define_false_broker(sentence, behave):
    @test(f"a server that {sentence} makes it fail in time, with a message", waits=True)
    def false_broker():
        with FalseBroker(behave) as address:
            refuses(address, address)


for each_sentence, each_behaviour in (
    ("answers in HTTP", http), ("sends garbage", garbage), ("closes at once", close_at_once),
    ("closes after the first request", close_after_request), ("closes in mid-answer", close_in_answer),
    ("says nothing", silence), ("announces 2 GiB", huge_length), ("announces a negative length", negative_length),
    ("answers another request", other_correlation), ("answers with a truncated message", truncated_body),
    ("sends a byte a second", drip),
):
    define_false_broker(each_sentence, each_behaviour)


@test("a broker that isn't there makes it fail in time, with its address", waits=True)
def absent_broker():
    refuses("127.0.0.1:1", "127.0.0.1:1")


@test("a broker whose name can't be looked up makes it fail in time, with its name", waits=True)
def unknown_name():
    refuses("no-such-host.invalid:9092", "no-such-host.invalid")


@test("one absent broker among two does no harm")
def one_absent():
    with embedded_broker() as bootstrap, folder() as output:
        kbench("-b", f"127.0.0.1:1,{bootstrap}", "--records", 1000, "--output", output + "/out").must_end_with(0)


# Topics


@test("a topic that has other partitions is refused, naming both counts, and is left as it is")
def other_partitions():
    with embedded_broker() as bootstrap, folder() as output:
        kbench(
            "-b", bootstrap, "--partitions", 4, "--keep-topic", "--records", 1000, "--output", output + "/1"
        ).must_end_with(0)
        kbench("-b", bootstrap, "--partitions", 8, "--records", 1000, "--output", output + "/2").must_end_with(
            1).must_say("4", "8", "kbench")
        kbench("-b", bootstrap, "--partitions", 4, "--records", 1000, "--output", output + "/3").must_end_with(0)


@test("a topic that the run made is deleted afterwards, one that was there is not")
def topic_removed():
    with embedded_broker() as bootstrap, folder() as output:
        for number, partitions in enumerate((4, 8)):
            kbench(
                "-b", bootstrap, "--partitions", partitions, "--records", 1000, "--output", f"{output}/{number}"
            ).must_end_with(0)


# Interrupts


def interrupted(first, *others):
    """Starts an endless run, sends the signals, and gives how it ended and the rows it left."""
    with folder() as output:
        running = Running("--records", ENDLESS, "--output", output + "/out")
        wait_until(running.children, "embedded broker")
        children = running.children()
        time.sleep(1.5)
        for number in (first, *others):
            running.signal(number)
            time.sleep(0.2)
        ended = running.finish(20)
        for child in children:
            if not gone(child):
                os.kill(child, signal.SIGKILL)
                raise AssertionError(f"the embedded broker (process {child}) still runs after {ended}")
        return ended, rows(output + "/out") if os.path.exists(output + "/out/runs.csv") else []


@test("Ctrl-C in mid-run ends with 130, writes what was measured, and leaves no broker behind")
def ctrl_c():
    ended, found = interrupted(signal.SIGINT)
    ended.must_end_with(130)
    equal(len(found), 1, "rows")
    expect(int(found[0]["records_acked"]) > 0, "no records were acknowledged")
    equal(found[0]["records_failed"], "0", "records failed")


@test("a request to terminate ends like Ctrl-C")
def terminated():
    ended, found = interrupted(signal.SIGTERM)
    ended.must_end_with(130)
    equal(len(found), 1, "rows")


@test("a second Ctrl-C ends at once, and leaves no broker behind")
def ctrl_c_twice():
    ended, _ = interrupted(signal.SIGINT, signal.SIGINT)
    ended.must_end_with(130)


@test("kill -9 in mid-run leaves no broker behind")
def killed():
    ended, _ = interrupted(signal.SIGKILL)
    ended.must_end_with(-9)


@test("Ctrl-C while the broker does not answer ends with 130 within seconds", waits=True)
def ctrl_c_while_connecting():
    with FalseBroker(silence) as address, folder() as output:
        running = Running("-b", address, "--records", 1000, "--output", output + "/out")
        time.sleep(1)
        running.signal(signal.SIGINT)
        begun = time.monotonic()
        running.finish(30).must_end_with(130)
        expect(time.monotonic() - begun < 8, f"took {time.monotonic() - begun:.0f} s")


@test("kbench broker ends with 0 or 130 at Ctrl-C, and says what it stored")
def broker_interrupted():
    running = Running("broker", "--port", 0)
    wait_until(lambda: "listening" in running.result(None, 0).out, "line of the broker")
    running.signal(signal.SIGINT)
    running.finish(10).must_end_with(0, 130).must_say("stored")


@test("kbench broker on a port that is taken fails and names it")
def port_taken():
    with embedded_broker() as bootstrap:
        port = bootstrap.rsplit(":", 1)[1]
        kbench("broker", "--port", port, timeout=10).must_end_with(1).must_say(port)


# Terminals


@test("progress is shown on a terminal, and in a pipe there is none")
def progress():
    with folder() as output:
        running = Running("--records", ENDLESS, "--output", output + "/pipe")
        time.sleep(2.5)
        running.signal(signal.SIGINT)
        expect("\r" not in running.finish(20).err, "there is progress in a pipe")

        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [KBENCH, "--records", ENDLESS, "--output", output + "/tty"], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=theirs, start_new_session=True)
        os.close(theirs)
        time.sleep(2.5)
        process.send_signal(signal.SIGINT)
        shown = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:
                break
            if not part:
                break
            shown += part
        os.close(ours)
        equal(process.wait(20), 130, "status")
        expect(re.search(rb"\r.*records/s", shown), f"no progress on a terminal: {shown[:300]}")


@test("standard output that is closed early does not keep results from being written")
def closed_output():
    with folder() as output:
        process = subprocess.Popen(
            [KBENCH, "--records", "100k", "--output", output + "/out"], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        process.stdout.close()
        process.wait(30)
        equal(len(rows(output + "/out")), 1, "rows")
        expect(process.returncode in (0, 1, -signal.SIGPIPE), f"status {process.returncode}")

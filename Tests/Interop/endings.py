"""How kbench ends when it is told to: signals, and the terminal it writes to."""

import contextlib
import os
import pty
import re
import select
import signal
import subprocess
import time

from harness import KBENCH, Running, embedded_broker, equal, expect, folder, gone, kbench, rows, table, test, wait_until

# So long that a run does not end by itself.
ENDLESS = "100G"


@contextlib.contextmanager
def endless_run():
    """A run that does not end by itself, once records are acknowledged: kbench, its broker's process and its folder."""
    with folder() as output:
        running = Running("--records", ENDLESS, "--interval", "50ms", "--output", output + "/out")
        wait_until(lambda: acknowledged(output + "/out"), "acknowledged records")
        (broker,) = running.children()
        yield running, broker, output + "/out"
        if not gone(broker):
            os.kill(broker, signal.SIGKILL)
            raise AssertionError(f"the embedded broker (process {broker}) still runs after {running.result(None, 0)}")


def acknowledged(output):
    """Whether the timeline has a row with records."""
    path = output + "/timeline.csv"
    return os.path.exists(path) and any(int(row["records_acked"] or 0) for row in table(path))


def ends_like_ctrl_c(number):
    with endless_run() as (running, _, output):
        running.signal(number)
        running.finish(20).must_end_with(130).must_say("interrupted")
        (row,) = rows(output)
        expect(int(row["records_acked"]) > 0, "no records were acknowledged")
        equal((row["records_failed"], row["verdict"]), ("0", "interrupted"), "records failed, verdict")


@test("Ctrl-C in mid-run ends with 130, writes what was measured, and leaves no broker behind")
def ctrl_c():
    ends_like_ctrl_c(signal.SIGINT)


@test("a request to terminate ends like Ctrl-C")
def terminated():
    ends_like_ctrl_c(signal.SIGTERM)


@test("a second Ctrl-C ends at once, and leaves no broker behind")
def ctrl_c_twice():
    with endless_run() as (running, broker, _):
        # Without answers the first one waits 5 s for what is in flight.
        os.kill(broker, signal.SIGSTOP)
        try:
            running.signal(signal.SIGINT)
            wait_until(lambda: "once more" in running.result(None, 0).err, "note about the first Ctrl-C")
            begun = time.monotonic()
            running.signal(signal.SIGINT)
            running.finish(20).must_end_with(130)
            expect(time.monotonic() - begun < 3, f"took {time.monotonic() - begun:.1f} s")
        finally:
            os.kill(broker, signal.SIGCONT)


@test("kill -9 in mid-run leaves no broker behind")
def killed():
    with endless_run() as (running, _, _):
        running.signal(signal.SIGKILL)
        running.finish(20).must_end_with(-9)


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


@test("progress is shown on a terminal, and in a pipe there is none")
def progress():
    with folder() as output:
        # With a rate, so that rows of the timeline come once a second, as progress would.
        running = Running("--records", ENDLESS, "--rate", "1k", "--output", output + "/pipe")
        timeline = output + "/pipe/timeline.csv"
        wait_until(lambda: os.path.exists(timeline) and len(table(timeline)) >= 2, "second row of the timeline")
        running.signal(signal.SIGINT)
        expect("\r" not in running.finish(20).err, "there is progress in a pipe")

        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [KBENCH, "--records", ENDLESS, "--rate", "1k", "--output", output + "/tty"], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=theirs, start_new_session=True)
        os.close(theirs)
        shown, is_told = b"", False
        # Ends when the terminal is closed, or when nothing more comes for long.
        while select.select([ours], [], [], 20)[0]:
            try:
                part = os.read(ours, 4096)
            except OSError:
                break
            if not part:
                break
            shown += part
            if not is_told and b"records/s" in shown:
                is_told = True
                process.send_signal(signal.SIGINT)
        os.close(ours)
        if not is_told:
            process.kill()
        equal(process.wait(20), 130, f"status; {shown[:300]} was shown")
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

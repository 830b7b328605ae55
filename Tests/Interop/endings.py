"""How kbench ends when it is told to: signals, and the terminal it writes to."""

import os
import pty
import re
import signal
import subprocess
import time

from harness import KBENCH, Running, embedded_broker, equal, expect, folder, gone, kbench, rows, test, wait_until

# So long that a run does not end by itself.
ENDLESS = "100G"


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

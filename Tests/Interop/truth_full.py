"""The long form of truth.py, for a machine that has nothing else to do: all scripts, longer runs, and pauses within 20 s."""

from harness import test
from truth import SCRIPTS, closed_loop, open_loop, pause


@test("a closed loop's acknowledgements take what each script says, in long runs")
def closed():
    closed_loop(SCRIPTS, times=5)


@test("an open loop's latencies are later by what the broker held back, at four rates")
def open_constant():
    for rate in ("1k", "10k", "100k", "300k"):
        open_loop(rate, 10)


@test("a pause of a second within 20 s is 0.8 s at the 99th percentile and 0.98 s at the 99.9th")
def paused():
    for rate in ("10k", "100k"):
        pause(rate, 20, (("p99", 0.99), ("p999", 0.999)))

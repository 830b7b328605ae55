"""scripts/plot: draws results of kbench as pictures."""

import argparse
import os
import sys

from .configurations import Sweep
from .results import BadInput, read_all

KINDS = ("png", "svg")
USAGE = 64
FAILURE = 1


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise BadInput(f"{message}; `scripts/plot --help` tells how it is used")


def arguments():
    parser = Parser(
        prog="scripts/plot", allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Draws results of kbench as pictures, each if the results have what it shows:\n"
        "  throughput  by configuration: medians, and whiskers from the least to the most of the runs\n"
        "  codecs      throughput, client CPU per record and compression ratio by codec and cores\n"
        "  latency     by percentile, 50 to 99.99\n"
        "  end-to-end  the same of the time to the receipt, of kbench end-to-end\n"
        "  stages      latency by stage, p50 and p99\n"
        "  timeline    throughput and latency over time\n"
        "  slowest     the slowest batches of a run, and where the time of each went\n"
        "  brokers     share of the records that each of several brokers took, and a fair one\n"
        "  rates       of kbench find: latency against rate, and what was found",
        epilog="Exit status: 0 done, 1 a picture can't be written, 64 usage or input, 69 no matplotlib can be had.")
    parser.add_argument("results", metavar="RESULTS", nargs="+", help="output folders of kbench")
    parser.add_argument("--out", metavar="DIR", required=True, help="where the pictures go; made if it is missing")
    parser.add_argument("--format", metavar="png,svg", default="png,svg", help="default: both")
    given = parser.parse_args()
    given.kinds = list(dict.fromkeys(given.format.split(",")))
    if unknown := [kind for kind in given.kinds if kind not in KINDS]:
        raise BadInput(f"--format: '{unknown[0]}' is none of {', '.join(KINDS)}")
    return given


def draw_all(given):
    sweep = Sweep(read_all(given.results))
    try:
        os.makedirs(given.out, exist_ok=True)
    except OSError as error:
        raise BadInput(f"--out {given.out} can't be made: {error.strerror}; name another folder") from None
    # Not before: bad input needs no second of waiting for matplotlib.
    from . import broker_shares, codec_panels, end_to_end, percentiles, rates, slowest, stages, throughput, timeline
    made = 0
    # The windows of a search are not drawn one by one.
    searches = [results.is_search for results in sweep.results]
    pictures = () if all(searches) else (
        throughput, codec_panels, percentiles, end_to_end, stages, timeline, slowest, broker_shares)
    if not any(run.text("mode") == "end-to-end" for run in sweep.runs):
        pictures = tuple(picture for picture in pictures if picture is not end_to_end)
    for picture in (*pictures, *((rates,) if any(searches) else ())):
        page = picture.draw(sweep)
        if isinstance(page, str):
            print(f"{picture.NAME}: not made, {page}")
            continue
        page.finish()
        for kind in given.kinds:
            path = os.path.join(given.out, f"{picture.NAME}.{kind}")
            page.save(path, kind)
            print(path)
            made += 1
    if not made:
        raise BadInput("the results have nothing that could be drawn")


def main():
    try:
        draw_all(arguments())
    except BadInput as error:
        print(f"plot: {error}", file=sys.stderr)
        return USAGE
    except OSError as error:
        print(f"plot: {error.filename or 'output'}: {error.strerror}", file=sys.stderr)
        return FAILURE
    return 0


if __name__ == "__main__":
    sys.exit(main())

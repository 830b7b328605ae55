"""The command line of scripts/compare-peers."""

import argparse
import string
import sys

USAGE = 64
CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
COUNT_UNITS = {"": 1, "k": 10 ** 3, "M": 10 ** 6, "G": 10 ** 9}
TIME_UNITS = {"ms": 1, "s": 1000, "us": 0.001}
SIZE_UNITS = {"": 1, "K": 1 << 10, "KiB": 1 << 10, "MiB": 1 << 20, "kB": 1000, "MB": 10 ** 6, "B": 1}


class Parser(argparse.ArgumentParser):
    def error(self, message):
        print(f"compare-peers: {message}; `scripts/compare-peers --help` lists the options", file=sys.stderr)
        raise SystemExit(USAGE)


def number_with(units, least, most, what):
    def parse(text):
        digits = text.rstrip(string.ascii_letters)
        try:
            value = round(float(digits) * units[text[len(digits):]])
        except (KeyError, ValueError, OverflowError):
            example = "100k" if units is COUNT_UNITS else "64KiB"
            raise argparse.ArgumentTypeError(f"'{text}' is no {what}; write it like {example}")
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"'{text}' is no {what} from {least} to {most}")
        return value
    return parse


def batch_size(text):
    """Bytes; None for each client's own."""
    return None if text == "own" else number_with(SIZE_UNITS, 1024, 900_000, "size")(text)


def round_trip(text):
    """Milliseconds of a time with its unit."""
    digits = text.rstrip(string.ascii_letters)
    unit = text[len(digits):]
    try:
        ms = float(digits) * (1 if text == "0" else TIME_UNITS[unit])
    except (KeyError, ValueError):
        raise argparse.ArgumentTypeError(f"'{text}' is no time; write it like 20ms")
    if not 0 <= ms <= 60_000:
        raise argparse.ArgumentTypeError(f"'{text}' is no time from 0 to 60s")
    return int(ms) if ms == int(ms) else ms


def list_of(parse):
    """One or a comma list, each once."""
    return lambda text: list(dict.fromkeys(parse(entry) for entry in text.split(",")))


def yes_or_no(text):
    if text not in ("true", "false"):
        raise argparse.ArgumentTypeError(f"'{text}' is neither true nor false")
    return text == "true"


def one_of(names, what):
    def parse(text):
        found = text.split(",")
        for name in found:
            if name not in names:
                raise argparse.ArgumentTypeError(f"there is no {what} '{name}'; use {', '.join(names)}")
        return found
    return parse


def count(least, most):
    return number_with(COUNT_UNITS, least, most, "number")


def arguments(clients):
    """The options of the command line; `clients` are the names that there are."""
    parser = Parser(
        prog="scripts/compare-peers", allow_abbrev=False,
        description="Runs kbench through each of its library's doors, librdkafka, and Apache Kafka's client and its "
        "ProducerPerformance in turn against the same brokers, with the same records and settings, and writes what they took: "
        "peers.csv, ratios.csv, manifest.json.",
        epilog="Without --bootstrap-server embedded brokers are started for all of them. Kafka's take part where KAFKA_HOME is "
        "the folder of an Apache Kafka and a JDK is installed. Lists are swept: who is compared always has the same of all.")
    add_shared(parser, clients, records=5_000_000)
    parser.add_argument("--idempotence", type=list_of(yes_or_no), default=[False], metavar="true|false",
                        help="whether producers are idempotent, or both in turn; true wants acks all, the default then; default: false")
    parser.add_argument("--in-flight", type=count(1, 10_000), metavar="N",
                        help="requests to each broker that are not answered, for all clients; default: each client's own")
    parser.add_argument("--acks", choices=("0", "1", "all"), help="default: 1, of idempotent producers all")
    parser.add_argument("--batch-size", type=batch_size, default=64 << 10, metavar="BYTES|own",
                        help="own: each client's default; default: 64KiB")
    parser.add_argument("--linger-ms", type=count(0, 60_000), default=5, help="as fast as possible; default: 5")
    parser.add_argument("--rate", type=count(0, 10 ** 9), default=100_000,
                        help="records/s of the runs that measure latency; 0: none; default: 100k")
    add_rate_times(parser, warmup_seconds=2)
    parser.add_argument("--rate-linger-ms", type=count(0, 60_000), default=0, help="at the rate; default: 0")
    options = parser.parse_args()
    if True in options.idempotence:
        if options.acks in ("0", "1"):
            parser.error(f"--idempotence true wants --acks all, not {options.acks}")
        if options.in_flight and options.in_flight > 5:
            parser.error(f"--idempotence true wants --in-flight 5 or less, not {options.in_flight}")
    options.acks = options.acks or ("all" if True in options.idempotence else "1")
    return settled(parser, options)


def reading_arguments(clients):
    """The options of `compare-peers consume`."""
    parser = Parser(
        prog="scripts/compare-peers consume", allow_abbrev=False,
        description="Reads a topic with kbench consume, librdkafka, and Apache Kafka's client and its ConsumerPerformance in turn, "
        "from the same brokers, and writes what they took: peers.csv, ratios.csv, manifest.json.",
        epilog="A topic is filled by kbench for each codec, size and number of partitions, and deleted afterwards. Without "
        "--bootstrap-server embedded brokers are started that keep it in memory. Kafka's take part where KAFKA_HOME is the "
        "folder of an Apache Kafka and a JDK is installed. Lists are swept.")
    add_shared(parser, clients, records=10_000_000)
    options = parser.parse_args(sys.argv[2:])
    # A consumer has neither; the conditions of both kinds are told by the same columns.
    options.idempotence = [False]
    return settled(parser, options)


def end_to_end_arguments(clients):
    """The options of `compare-peers end-to-end`."""
    parser = Parser(
        prog="scripts/compare-peers end-to-end", allow_abbrev=False,
        description="Measures how long a record takes from when it was due to be produced to its consumer, of kbench end-to-end, "
        "librdkafka, and Apache Kafka's client: each produces on a schedule and consumes in one process, in turn, over the same "
        "brokers. Writes peers.csv, ratios.csv, manifest.json.",
        epilog="Without --bootstrap-server embedded brokers are started that keep the records in memory. Kafka's client takes part where "
        "KAFKA_HOME is the folder of an Apache Kafka and a JDK is installed. Lists are swept.")
    add_shared(parser, clients)
    parser.add_argument("--acks", choices=("0", "1", "all"), default="all", help="default: all")
    parser.add_argument("--linger-ms", type=count(0, 60_000), default=0, help="default: 0")
    parser.add_argument("--rate", type=count(1, 10 ** 9), default=10_000, help="records/s; default: 10k")
    add_rate_times(parser, warmup_seconds=5)
    options = parser.parse_args(sys.argv[2:])
    options.idempotence = [False]
    if options.payload_file:
        parser.error("--payload-file: records have their number in them; give --record-size")
    if any(size < 16 for size in options.record_size or []):
        parser.error("--record-size: records have 16 bytes or more, their number is in them")
    return settled(parser, options)


def add_rate_times(parser, warmup_seconds):
    parser.add_argument("--rate-seconds", type=count(1, 3600), default=10, help="default: 10")
    parser.add_argument("--rate-warmup-seconds", type=count(0, 3600), default=warmup_seconds,
                        help=f"at the rate, before latencies count; default: {warmup_seconds}")


def add_shared(parser, clients, records=None):
    parser.add_argument("-b", "--bootstrap-server", metavar="HOST:PORT[,…]")
    parser.add_argument("--clients", type=one_of(clients, "client"),
                        help=f"of {','.join(clients)}; default: all there are")
    parser.add_argument("--rounds", type=count(1, 1000), default=5, help="default: 5")
    if records:
        parser.add_argument("--records", type=count(1, 10 ** 11), default=records,
                            help=f"of each run; default: {records // 10 ** 6}M")
    parser.add_argument("--record-size", type=list_of(number_with(SIZE_UNITS, 1, 1 << 20, "size")),
                        help="bytes of made lines, half of which a codec can remove; one or a comma list; default: 100")
    parser.add_argument("--payload-file", metavar="FILE", help="lines of this file instead")
    parser.add_argument("--partitions", type=list_of(count(1, 10_000)), default=[64], help="one or a comma list; default: 64")
    parser.add_argument("--rtt", type=list_of(round_trip), metavar="TIME[,…]",
                        help="how far away the embedded brokers are, such as 0,1ms,20ms; default: 0. With "
                             "--bootstrap-server: how far yours are, which is noted in the results")
    parser.add_argument("--brokers", type=list_of(count(1, 100)), metavar="N[,…]",
                        help="embedded brokers; default: 1. With --bootstrap-server: how many yours are, which is noted")
    parser.add_argument("--security", type=one_of(("plaintext", "tls"), "way"), default=["plaintext"],
                        help="plaintext, tls, or both in turn; tls by a certificate made for the embedded brokers; default: plaintext")
    parser.add_argument("--codec", type=one_of(CODECS, "codec"), default=["none"],
                        help="one or a comma list; default: none")
    parser.add_argument("--output", metavar="DIR", help="default: results/<time>-peers")


def settled(parser, options):
    """The options of either kind once they are known not to contradict each other, and what was not given filled in."""
    for name in ("rtt", "brokers"):
        if options.bootstrap_server and len(getattr(options, name) or []) > 1:
            parser.error(f"--{name} is swept with embedded brokers; yours have one value, which is noted")
    if options.bootstrap_server and "tls" in options.security:
        parser.error("--security tls is for embedded brokers; yours may be compared without")
    if options.payload_file and options.record_size:
        parser.error("--payload-file and --record-size cannot be combined")
    options.record_size = options.record_size or [100]
    if options.bootstrap_server:
        options.rtt, options.brokers = options.rtt or [None], options.brokers or [None]
    else:
        options.rtt, options.brokers = options.rtt or [0], options.brokers or [1]
    return options

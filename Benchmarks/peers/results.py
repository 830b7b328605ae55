"""What the runs come to: a row each, and the ratios between kbench and its peers."""

import csv
import os
import statistics

COLUMNS = (
    "round", "client", "version", "target", "mode", "codec", "partitions", "records", "payload", "batch_size_bytes",
    "linger_ms", "acks", "rate_target_rps", "brokers", "rtt_ms", "record_size_bytes", "idempotence", "in_flight", "duration_s", "throughput_rps", "client_cpu_ns_per_record",
    "client_peak_rss_bytes", "latency_p50_us", "latency_p99_us", "verdict", "security")
RATIO_COLUMNS = (
    "mode", "codec", "client", "peer", "metric", "ratio_median", "ratio_min", "ratio_max", "rounds", "brokers", "rtt_ms",
    "record_size_bytes", "partitions", "idempotence", "security")

# Of each mode: the column, its name, and whether more of it is better. A ratio says how many times better kbench is.
METRICS = {
    "throughput": (("throughput_rps", "throughput", True), ("client_cpu_ns_per_record", "client CPU", False),
                   ("client_peak_rss_bytes", "peak RSS", False)),
    "rate": (("latency_p99_us", "p99", False), ("latency_p50_us", "p50", False),
             ("client_cpu_ns_per_record", "client CPU", False)),
}
# Readers as fast as they can, and latency to the consumer.
METRICS["consume"] = METRICS["throughput"]
METRICS["end-to-end"] = METRICS["rate"]
# Those on a schedule.
PACED = ("rate", "end-to-end")


class Table:
    """Rows that are written as they come, so that what ends early leaves what it had."""

    def __init__(self, path, columns):
        self.path, self.columns, self.rows = path, columns, []
        self.write("w", [dict(zip(columns, columns))])

    def write(self, mode, rows):
        with open(self.path, mode, newline="") as f:
            csv.DictWriter(f, self.columns, restval="", lineterminator="\n").writerows(rows)

    def append(self, row):
        self.rows.append(row)
        self.write("a", [row])


def select(rows, **values):
    return [row for row in rows if all(row[name] == value for name, value in values.items())]


def of_condition(rows, condition):
    """The rows of one condition, which is a tuple with the names of its columns."""
    values = condition._asdict()
    values["idempotence"] = str(condition.idempotence).lower()
    return select(rows, **values)


def median(rows, column):
    values = [row[column] for row in rows if row.get(column) is not None]
    return statistics.median(values) if values else None


def ratios(rows, mode, codec, client, peer):
    """How many times better one of ours is than a peer, by round: what disturbs a round disturbs both."""
    for column, metric, more_is_better in METRICS[mode]:
        found = []
        for ours in select(rows, mode=mode, codec=codec, client=client):
            for theirs in select(rows, mode=mode, codec=codec, client=peer, round=ours["round"]):
                if not ours[column] or not theirs[column]:
                    continue  # not measured
                ratio = ours[column] / theirs[column]
                found.append(ratio if more_is_better else 1 / ratio)
        if found:
            yield {
                "mode": mode, "codec": codec, "client": client, "peer": peer, "metric": metric, "rounds": len(found),
                "ratio_median": round(statistics.median(found), 3), "ratio_min": round(min(found), 3),
                "ratio_max": round(max(found), 3)}


def quantity(value):
    if value is None:
        return "-"
    for limit, prefix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= limit:
            return f"{value / limit:.3g} {prefix}"
    return f"{value:.3g}"


def nanoseconds(value):
    if value is None:
        return "-"
    return f"{value:,.0f} ns" if value >= 100 else f"{value:.1f} ns"


def time_us(value):
    if value is None:
        return "-"
    for limit, unit in ((1e6, "s"), (1e3, "ms")):
        if value >= limit:
            return f"{value / limit:.3g} {unit}"
    return f"{value:.0f} µs"


def print_summary(rows, clients, labels, file):
    """`labels` has a few words for each condition."""
    width = max(8, max(map(len, labels.values())) + 2)
    print(f"\n{'':{width}}{'client':21}{'version':10}{'records/s':>12}{'CPU/record':>12}{'peak RSS':>11}"
          f"{'p50 at rate':>13}{'p99 at rate':>13}", file=file)
    for condition, label in labels.items():
        for client in clients:
            mine = select(of_condition(rows, condition), client=client.name)
            if not mine:
                continue  # It can't do that.
            fast = [row for row in mine if row["mode"] not in PACED]
            paced = [row for row in mine if row["mode"] in PACED]
            rss = median(fast or paced, "client_peak_rss_bytes")
            print(f"{label:{width}}{client.name:21}{client.version:10}{quantity(median(fast or paced, 'throughput_rps')):>12}"
                  f"{nanoseconds(median(fast or paced, 'client_cpu_ns_per_record')):>12}"
                  f"{'-' if rss is None else f'{rss / (1 << 20):.0f} MiB':>11}"
                  f"{time_us(median(paced, 'latency_p50_us')):>13}{time_us(median(paced, 'latency_p99_us')):>13}",
                  file=file)
    print("Medians of all rounds.", file=file)


def is_ours(client):
    return client.name.startswith("kbench")


def pairs(clients):
    """Ours and a peer that get records in the same way: others can't be compared."""
    return [(ours, peer) for ours in clients for peer in clients
            if is_ours(ours) and not is_ours(peer) and ours.kind == peer.kind]


def print_kinds(clients, file):
    print("\nWho is comparable with whom, by how they get records:", file=file)
    for kind in dict.fromkeys(client.kind for client in clients):
        names = ", ".join(client.name for client in clients if client.kind == kind)
        print(f"  {kind}: {names}", file=file)


def write_ratios(rows, clients, labels, folder, file):
    table = Table(os.path.join(folder, "ratios.csv"), RATIO_COLUMNS)
    print("\nThe first is better than the second by this factor: median of the rounds (least to most)", file=file)
    width = max(8, max(map(len, labels.values())) + 2)
    for condition, label in labels.items():
        alike = of_condition(rows, condition)
        for ours, peer in pairs(clients):
            for mode in METRICS:
                for row in ratios(alike, mode, condition.codec, ours.name, peer.name):
                    row = {**{name: alike[0][name] for name in condition._fields}, **row}
                    table.append(row)
                    print(f"{label:{width}}{ours.name:15}{peer.name:21}{row['metric'] + (' at rate' if mode in PACED else ''):20}"
                          f"{row['ratio_median']:8.2f} ({row['ratio_min']:.2f} to {row['ratio_max']:.2f})", file=file)

"""How the records lay on the brokers: the share of each, and the one that would be fair."""

import statistics

from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from .panels import configuration_panels
from .theme import COLOURS, DOUBTED, GREY, fill

NAME = "brokers"
BROKERS_MAX = 30
BAR_HEIGHT = 0.32


def draw(sweep):
    usable = [c for c in sweep.configurations if any(len(run.brokers) > 1 for run in c.runs)]
    if not usable:
        return sweep.absence("brokers.csv", "run with two brokers or more")
    brokers = {id(c): by_broker(c) for c in usable}
    page, drawn = configuration_panels(
        "Share of the records that each broker took", sweep, usable, 6.5, 4.6,
        lambda configuration: 1 + BAR_HEIGHT * min(len(brokers[id(configuration)]), BROKERS_MAX))
    several = any(len(c.runs) > 1 for c in usable)
    if several:
        page.notes.append("Medians of the runs.")
    end, left = 0, 0
    for axes, configuration, _ in drawn:
        rows = brokers[id(configuration)]
        end = max(end, bars(axes, busiest(rows), bool(configuration.doubts)))
        left = max(left, len(rows) - BROKERS_MAX)
    if left > 0:
        page.notes.append(f"{left} more brokers, which took less, are not shown in a panel.")
    for axes, _, _ in drawn:
        axes.set_xlim(0, end * 1.04 or 1)
        axes.set_xlabel("share of the records")
        axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.3g} %"))
    handles = [Patch(label="share", **fill(0))]
    if any(row.number("fair_share") is not None for rows in brokers.values() for found in rows.values() for row in found):
        handles.append(Line2D([], [], color="black", label="fair share: no broker\nhas to take more"))
    if several:
        handles.append(Line2D([], [], color=GREY, marker="|", linewidth=1, label="least to most of the runs"))
    if sweep.doubts:
        handles.append(Patch(facecolor="grey", label="* verdict not ok:\n" + sweep.doubts, **DOUBTED))
    page.add_legend(handles)
    return page


def by_broker(configuration):
    """The rows of each broker, one for each run that had it."""
    found = {}
    for run in configuration.runs:
        for row in run.brokers:
            found.setdefault(row.text("broker") or "unknown", []).append(row)
    return found


def busiest(brokers):
    """As many of them as there is room for, in the order that they have."""
    most = lambda name: max(row.number("share_of_records") or 0 for row in brokers[name])
    chosen = set(sorted(brokers, key=most, reverse=True)[:BROKERS_MAX])
    return [(name, rows) for name, rows in brokers.items() if name in chosen]


def bars(axes, brokers, is_doubted):
    """A bar for each broker, and its fair share; gives where the longest of them ends."""
    end = 0
    for place, (_, rows) in enumerate(brokers):
        shares, fair = ([value for row in rows if (value := row.number(column)) is not None]
                        for column in ("share_of_records", "fair_share"))
        if fair:
            line = statistics.median(fair)
            axes.plot((line, line), (place - 0.5, place + 0.5), color="black", linewidth=1.5)
            end = max(end, line)
        if not shares:
            axes.text(0, place, " not measured", va="center", color=GREY, fontsize=8.5)
            continue
        median, least, most = statistics.median(shares), min(shares), max(shares)
        axes.barh(place, median, height=0.7, **fill(0, is_doubted))
        if most > least:
            axes.errorbar(
                median, place, xerr=[[median - least], [most - median]], color=GREY, capsize=2.5, linewidth=1)
        # In a column beside the axes, where no line crosses it.
        axes.annotate(
            f"{100 * median:.1f} %", (1, place), xycoords=axes.get_yaxis_transform(), xytext=(34, 0),
            textcoords="offset points", va="center", ha="right", fontsize=8.5)
        end = max(end, most)
    axes.set_yticks(range(len(brokers)), [label(name, rows) for name, rows in brokers])
    axes.set_ylim(len(brokers) - 0.4, -0.6)
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="y", length=0)
    return end


def label(name, rows):
    led = sorted({int(value) for row in rows if (value := row.number("partitions_led")) is not None})
    if not led:
        return f"broker {name}"
    counts = "–".join(map(str, led if len(led) < 3 else (led[0], led[-1])))
    return f"broker {name} · leads {counts}"

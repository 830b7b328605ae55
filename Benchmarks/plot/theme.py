"""How every picture looks: colours, marks, header and footer; and how it is written."""

import os
import textwrap

import matplotlib
from matplotlib import pyplot
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from .quantities import count, duration

# Okabe and Ito's, which colour-blind people tell apart; the yellow last, which is pale on white.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#000000", "#F0E442")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
DOUBTED = {"hatch": "////", "edgecolor": "white", "linewidth": 0}
REPEATED = {"hatch": "...", "edgecolor": "white", "linewidth": 0}
GREY = "#555555"
PANELS_MAX = 12
SERIES_MAX = 24
LINE_HEIGHT = 0.2

matplotlib.rcdefaults()
matplotlib.use("agg")
matplotlib.rcParams.update({
    "font.size": 10, "axes.titlesize": 10, "axes.titleweight": "bold", "axes.titlelocation": "left",
    "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True, "axes.grid": True,
    "grid.color": "#DDDDDD", "grid.linewidth": 0.7, "legend.frameon": False, "hatch.linewidth": 1.2, "savefig.dpi": 120,
    "lines.markersize": 5,
    # A dollar in a name is a dollar.
    "text.parse_math": False,
    # Text stays text, and the same results give the same bytes.
    "svg.fonttype": "none", "svg.hashsalt": "kbench",
})


def colour(index):
    return COLOURS[index % len(COLOURS)]


def fill(index, is_doubted=False):
    """Of a bar; a colour that comes again is dotted."""
    return {"facecolor": colour(index), **(DOUBTED if is_doubted else REPEATED if index >= len(COLOURS) else {})}


def marker(index):
    return MARKERS[index % len(MARKERS)]


def sample(index, label, style="-"):
    """A line for a legend."""
    return Line2D([], [], color=colour(index), marker=marker(index), linestyle=style, label=label)


class Page:
    """A figure with a title, what is constant below it, a legend on the right, and notes at the foot."""

    def __init__(self, title, sweep, rows=1, columns=1, size=(8, 4), **subplots):
        self.title, self.constants, self.size = title, sweep.constants, size
        self.notes = [] if sweep.repeats == "one run" else [sweep.repeats[0].upper() + sweep.repeats[1:] + "."]
        self.machine = sweep.machine
        self.figure, self.axes = pyplot.subplots(
            rows, columns, squeeze=False, figsize=size, layout="constrained", **subplots)
        self.legend = None

    def add_legend(self, handles, title=None):
        self.legend = self.figure.legend(
            handles=handles, title=title, loc="upper right", alignment="left", borderaxespad=0.3)

    def finish(self):
        width, height = self.size
        beside = 0.15
        if self.legend:
            extent = self.legend.get_window_extent(self.figure.canvas.get_renderer())
            beside += extent.width / self.figure.dpi
        width += beside
        constants = wrapped(self.constants, " · ", width)
        notes = wrapped(" ".join(self.notes).split(" "), " ", width) + wrapped(self.machine, " · ", width)
        head = 0.5 + len(constants) * LINE_HEIGHT
        foot = 0.15 + len(notes) * LINE_HEIGHT
        total = head + max(height, extent.height / self.figure.dpi if self.legend else 0) + foot
        self.figure.set_size_inches(width, total)
        write = lambda inches, text, **how: self.figure.text(0.12 / width, 1 - inches / total, text, va="top", **how)
        write(0.12, self.title, fontsize=13, fontweight="bold")
        for number, line in enumerate(constants):
            write(0.42 + number * LINE_HEIGHT, line, color=GREY)
        for number, line in enumerate(notes):
            write(total - foot + 0.08 + number * LINE_HEIGHT, line, color=GREY, fontsize=8.5)
        if self.legend:
            self.legend.set_bbox_to_anchor((1, 1 - head / total), self.figure.transFigure)
        layout = self.figure.get_layout_engine()
        layout.set(w_pad=0.1, h_pad=0.08, rect=(0, foot / total, 1 - beside / width, 1 - (head + foot) / total))
        layout.execute(self.figure)
        # Once is enough for all formats.
        self.figure.set_layout_engine("none")

    def save(self, path, kind):
        options = {"svg": {"metadata": {"Date": None}},
                   "png": {"metadata": {"Software": None}, "pil_kwargs": {"optimize": True}}}
        # Replaced whole: nobody finds half a picture.
        self.figure.savefig(path + ".part", format=kind, **options[kind])
        os.replace(path + ".part", path)


def panel_title(text, inches):
    """As many lines as fit into the width of a panel."""
    return "\n".join(wrapped(text.split(" · "), " · ", (inches - 0.6) * 0.75))


def shortened(text, most):
    """At most so many characters, with an ellipsis for what is left out."""
    return text if len(text) <= most else text[:most - 1].rstrip() + "…"


def wrapped(words, separator, width):
    """Lines of words that are kept whole."""
    columns = int(width * 13)
    text = separator.join(word.replace(" ", "\u00a0") for word in words)
    lines = textwrap.wrap(text, columns, break_long_words=False, break_on_hyphens=False)
    return [line.strip(" ·").replace("\u00a0", " ") for line in lines]


def axis_of_counts(axis, written=count):
    axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: written(value)))


def latency_label(values):
    """With the units that its ticks have."""
    units = dict.fromkeys(duration(value).split(" ")[-1] for value in sorted(values) if value > 0)
    return f"latency ({', '.join(units)})"


def axis_of_durations(axes, which, values):
    """Durations of µs, on a logarithmic scale when they are far apart."""
    axis = getattr(axes, which + "axis")
    values = [value for value in values if value > 0]
    if values and max(values) > 20 * min(values):
        getattr(axes, f"set_{which}scale")("log")
        decades = max(values) < 1000 * min(values)
        axis.set_major_locator(LogLocator(subs=(1, 2, 5) if decades and which == "y" else (1,)))
        axis.set_minor_formatter(NullFormatter())
        getattr(axes, f"set_{which}lim")(min(values) / 1.3, max(values) * 1.3)
    else:
        axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
        getattr(axes, f"set_{which}lim")(0, max(values, default=1) * 1.06)
    axis.set_major_formatter(FuncFormatter(lambda value, _: duration(value)))


def limited(items, most, what):
    """The first of many, and a note on the rest."""
    left = len(items) - most
    return items[:most], [f"Not shown: {left} of {len(items)} {what}."] if left > 0 else []

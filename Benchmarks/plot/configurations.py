"""Runs grouped by configuration: what varies names each, what is constant names all."""

import statistics

from .quantities import count, duration, plain, size


def counted(noun):
    return lambda text: f"{number(text, count)} {noun}{'' if text == '1' else 's'}"


def number(text, written):
    try:
        return written(float(text))
    except ValueError:
        return text


def codec(run):
    name, level = run.text("codec"), run.text("codec_level")
    return f"{name}:{level}" if level else name


def amount(run):
    if run.text("records"):
        return number(run.text("records"), count) + " records"
    ns = run.configuration.get("duration_ns")
    return duration(ns / 1000) + " a run" if isinstance(ns, (int, float)) else None


def cell(name):
    return lambda run: run.text(name)


def setting(name):
    """Of the manifest, for what runs.csv has no column of."""
    def read(run):
        value = run.configuration.get(name)
        return None if value is None else str(value)
    return read


# In the order of labels and titles: name, what a run has, and what is written of it; None: no word when constant.
SETTINGS = {
    "results": (lambda run: run.results, str),
    "target": (cell("target"), lambda text: {"embedded": "embedded broker", "none": None}.get(text, text)),
    "mode": (cell("mode"), lambda text: None if text == "produce" else f"kbench {text}"),
    "role": (cell("role"), lambda text: None if text == "both" else f"role {text}"),
    "consumers": (cell("consumers"), counted("consumer")),
    "group": (cell("group_protocol"), lambda text: f"{text} group"),
    "decoders": (cell("decoders"), lambda text: None if text in ("", "0") else counted("decoder")(text)),
    "stage": (cell("stage"), lambda text: None if text == "broker" else f"up to stage {text}"),
    "RTT": (cell("rtt_ms"), lambda text: "RTT " + number(text, lambda ms: duration(ms * 1000))),
    "builder": (cell("builder"), str),
    "partitioner": (setting("partitioner"), str),
    "door": (cell("door"), lambda text: None if text == "lane" else f"door {text}"),
    "tasks": (cell("tasks"), counted("task")),
    "cores": (cell("cores"), counted("core")),
    "concurrency": (cell("concurrency"), lambda text: f"{text} requests in flight"),
    "codec": (codec, lambda text: "no codec" if text == "none" else text),
    "partitions": (cell("partitions"), counted("partition")),
    "amount": (amount, str),
    "record size": (cell("record_size_bytes"), lambda text: number(text, size) + " a record"),
    "payload": (setting("payload_file"), lambda text: text.rsplit("/", 1)[-1]),
    "compressibility": (setting("compressibility"), lambda text: f"compressibility {number(text, plain)}"),
    "keys": (setting("keys"), lambda text: None if text == "none" else f"keys {text}"),
    "headers": (setting("headers"), lambda text: None if text == "0" else counted("header")(text)),
    "batch size": (cell("batch_size_bytes"), lambda text: number(text, size) + " batches"),
    "linger": (cell("linger_ms"), lambda text: "linger " + number(text, lambda ms: duration(ms * 1000))),
    "acks": (cell("acks"), lambda text: f"acks={text}"),
    "idempotence": (cell("idempotence"), lambda text: "idempotent" if text == "true" else None),
    "transactions": (cell("transaction_duration_ms"), lambda text: "transactions of " + number(text, lambda ms: duration(ms * 1000))),
    "rate": (cell("rate_target_rps"), lambda text: f"target {number(text, count)} records/s"),
}
# In a title there is room for more.
NOUNS = {"builder": " builder", "partitioner": " partitioner"}
ABSENT = {"rate": "as fast as possible"}
# Settings whose default follows others: not named again where those tell them.
FOLLOWING = {
    "concurrency": ("cores", "builder"),
    "batch size": ("partitions", "cores", "builder", "record size", "codec"),
}


def phrase(name, value):
    if value is None:
        return ABSENT.get(name)
    return SETTINGS[name][1](value)


class Summary:
    """Of what was measured over the runs of a configuration."""

    def __init__(self, values):
        self.median, self.min, self.max = statistics.median(values), min(values), max(values)


class Configuration:
    def __init__(self, values):
        self.values, self.runs = values, []
        self.label = ""

    def summary(self, column):
        """None when no run measured it."""
        values = [value for run in self.runs if (value := run.number(column)) is not None]
        return Summary(values) if values else None

    @property
    def doubts(self):
        """Its runs' verdicts other than ok, with their counts; empty when all are ok."""
        return tally(run.verdict for run in self.runs if run.verdict != "ok")

    @property
    def mark(self):
        """What stands beside its figures: nothing, or an asterisk with the verdicts."""
        if not self.doubts:
            return ""
        whole = len(self.runs)
        return "* " + ", ".join(
            verdict if found == whole else f"{verdict} {found}/{whole}" for verdict, found in self.doubts.items())

    def text(self, names):
        return " · ".join(self.word(name) for name in names)

    def word(self, name):
        value = self.values[name]
        return phrase(name, value) or (f"no {name}" if value is None else f"{name} {value}")


def tally(words):
    counts = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return counts


class Sweep:
    """All configurations of the results, in the order of their first runs."""

    def __init__(self, results):
        self.results = results
        self.runs = [run for each in results for run in each.runs]
        self.configurations = group(self.runs)
        self.varying = self.told_apart()
        for configuration in self.configurations:
            configuration.label = configuration.text(self.varying or ("builder", "cores", "codec"))

    def values(self, name):
        return list(dict.fromkeys(configuration.values[name] for configuration in self.configurations))

    def told_apart(self):
        """The names of what varies, without what follows from the rest of it."""
        varying = [name for name in SETTINGS if len(self.values(name)) > 1]
        if "results" in varying and not self.repeats_without("results"):
            varying.remove("results")
        return [name for name in varying if not self.follows(name, varying)]

    def repeats_without(self, name):
        others = [tuple(v for n, v in c.values.items() if n != name) for c in self.configurations]
        return len(set(others)) < len(others)

    def follows(self, name, varying):
        bases = [base for base in FOLLOWING.get(name, ()) if base in varying]
        seen = {}
        return bool(bases) and all(
            seen.setdefault(tuple(c.values[base] for base in bases), c.values[name]) == c.values[name]
            for c in self.configurations)

    @property
    def constants(self):
        """What all have in common, in words."""
        words = []
        for name in SETTINGS:
            values = self.values(name)
            if name == "results" or name in self.varying:
                continue
            if len(values) > 1:
                phrases = [phrase(name, value) for value in values]
                words.append("/".join([text.split(" ")[0] for text in phrases[:-1]] + phrases[-1:]))
            elif (word := phrase(name, values[0])) and (values[0] is not None or len(self.configurations) == 1):
                words.append(word + NOUNS.get(name, ""))
            elif name == "rate" and values[0] is None:
                words.append(ABSENT["rate"])
        return words

    def arranged(self):
        """Panels with their series: [(panel's label, [(index of the colour, configuration)])]."""
        names = [name for name in self.varying if name != self.series]
        panels = {}
        for configuration in self.configurations:
            panels.setdefault(configuration.text(names), []).append((self.colour_index(configuration), configuration))
        return list(panels.items())

    def colour_index(self, configuration):
        return self.values(self.series).index(configuration.values[self.series]) if self.series else 0

    def legend_of(self, configurations):
        """Indices of colours with what they mean; nothing when there is one only."""
        if not self.series:
            return []
        return sorted({(self.colour_index(c), c.text([self.series])) for c in configurations})

    def absence(self, file, what):
        """Why nothing of a file can be drawn."""
        if all(file in each.missing for each in self.results):
            return f"there is no {file}"
        return f"{file} has no {what}"

    @property
    def series(self):
        """What colours tell apart: the codec if it varies, else what has most values."""
        if not self.varying:
            return None
        return max(self.varying, key=lambda name: (name == "codec", name != "results", len(self.values(name))))

    @property
    def machine(self):
        """What it was measured on and by, of manifests that agree."""
        words = []
        systems = [each.manifest.get("system") for each in self.results]
        if all(isinstance(system, dict) and system == systems[0] for system in systems):
            system = systems[0]
            words.append(f"{system.get('online_cores', '?')} × {system.get('cpu_model', 'CPU')}")
            words += [str(system[name]) for name in ("kernel", "compiler") if system.get(name)]
        versions = {str(each.manifest.get("kbench_version")) for each in self.results}
        if len(versions) == 1 and "None" not in versions:
            words.append(f"kbench {versions.pop()}")
        return words

    @property
    def repeats(self):
        counts = sorted({len(configuration.runs) for configuration in self.configurations})
        if counts == [1]:
            return "one run of each" if len(self.configurations) > 1 else "one run"
        return f"median of {'–'.join(map(str, (counts[0], counts[-1])[counts[0] == counts[-1]:]))} runs"

    @property
    def doubts(self):
        found = tally(run.verdict for run in self.runs if run.verdict != "ok")
        return ",\n".join(
            f"{verdict} ({'all' if runs == len(self.runs) else f'{runs} of {len(self.runs)}'} runs)"
            for verdict, runs in found.items())


def group(runs):
    found = {}
    for run in runs:
        values = {name: read(run) for name, (read, _) in SETTINGS.items()}
        found.setdefault(tuple(values.values()), Configuration(values)).runs.append(run)
    return list(found.values())

"""What happened during a run, as marks: what comes close together is one, with its counts."""

from .theme import GREY

# Marks that are closer than this share of the time are one.
CLOSE = 0.04
LABEL = {"rotation": 90, "va": "top", "ha": "right", "fontsize": 7, "color": GREY, "linespacing": 1.0, "clip_on": True,
         "bbox": {"facecolor": "white", "alpha": 0.7, "linewidth": 0, "pad": 0.5}}
# Of one, and of many. Retries are too many to be marked.
WORDS = {
    "leader-moved": ("leader moved", "{} leaders moved"),
    "lost": ("broker {broker} lost", "{} brokers lost"),
    "found": ("broker {broker} found", "{} brokers found"),
    "topic-grew": ("topic grew", "topic grew × {}"),
    "topic-made-anew": ("topic made anew", "topic made anew × {}"),
    "topic-missing": ("topic missing", "topic missing × {}"),
    "topic-gone": ("topic gone", "topic gone × {}"),
    "topic-found": ("topic found", "topic found × {}"),
    "throttled": ("throttled", "throttled × {}"),
    "group-troubled": ("group troubled", "group troubled × {}"),
    "transaction-aborted": ("transaction aborted", "{} transactions aborted"),
    "transactional-producer-failed": ("producer failed", "{} producers failed"),
    "rebootstrapped": ("rebootstrapped", "rebootstrapped × {}"),
}


def marks(events, last):
    """[(time, label)] of a run of `last` seconds, in order."""
    groups = []
    for time, kind, broker in sorted(happenings(events), key=lambda happening: happening[0]):
        if not groups or time - groups[-1][0] > CLOSE * last:
            groups.append((time, {}))
        groups[-1][1].setdefault(kind, []).append(broker)
    return [(time, "\n".join(label(kind, brokers) for kind, brokers in kinds.items())) for time, kinds in groups
            if time <= last]


def happenings(events):
    """(time, kind, broker) of what is marked. A broker is lost with its first failure, found with its next connection."""
    lost = set()
    for row in sorted(events, key=lambda row: row.required("t_s")):
        kind, broker = row.text("event"), row.text("broker")
        if kind in ("disconnected", "connect-failed"):
            if broker is None or broker in lost:
                continue
            lost.add(broker)
            kind = "lost"
        elif kind == "connected":
            if broker not in lost:
                continue
            lost.remove(broker)
            kind = "found"
        elif kind == "drill":
            # What was done, without the circumstances.
            kind = (row.text("detail") or kind).partition(":")[0]
        elif kind not in WORDS:
            continue
        yield row.required("t_s"), kind, broker


def label(kind, brokers):
    one, many = WORDS.get(kind) or (kind, kind + " × {}")
    # A broker that is lost and found again and again is one.
    count = len(set(brokers)) if kind in ("lost", "found") else len(brokers)
    return one.format(broker=brokers[0]) if count == 1 else many.format(count)

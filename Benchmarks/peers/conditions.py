"""What may differ between rows that are not compared with each other."""

import collections
import itertools

# Columns of peers.csv. Of the user's own brokers the number and the distance are known only if they were told.
Condition = collections.namedtuple("Condition", "brokers rtt_ms security record_size_bytes partitions idempotence codec")

WORDS = {
    "brokers": lambda n: f"{n} broker{'s' if n != 1 else ''}", "rtt_ms": lambda ms: f"{ms:g} ms",
    "security": lambda way: {"plaintext": "in the clear", "tls": "TLS"}[way],
    "record_size_bytes": lambda size: f"{size} B", "partitions": lambda n: f"{n} partition{'s' if n != 1 else ''}",
    "idempotence": lambda is_on: "idempotent" if is_on else "not idempotent", "codec": str}


def conditions(options):
    """Every one, in order; the codec varies fastest."""
    sizes = [None] if options.payload_file else options.record_size
    product = itertools.product(
        options.brokers, options.rtt, options.security, sizes, options.partitions, options.idempotence, options.codec)
    return [Condition(*values) for values in product]


def labels(made):
    """What tells each condition from the others, in a few words."""
    varying = [name for name in Condition._fields if len({getattr(c, name) for c in made}) > 1] or ["codec"]
    return {c: " · ".join(WORDS[name](getattr(c, name)) for name in varying) for c in made}

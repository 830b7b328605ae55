"""The command of scripts/drill: one drill on the Kafka that scripts/with-kafka has started."""

import argparse
import sys

from drills import Drill
from harness import Skip
from troubles import troubles


def main():
    parser = argparse.ArgumentParser(prog="drill")
    parser.add_argument("name", choices=troubles)
    parser.add_argument("--output", required=True)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--acks", default="all", choices=("0", "1", "all"))
    parser.add_argument("--idempotence", default="auto", choices=("auto", "true", "false"))
    parser.add_argument("--records")
    own, more = sys.argv[1:], []
    if "--" in own:
        own, more = own[:own.index("--")], own[own.index("--") + 1:]
    options = parser.parse_args(own)
    print(f"drill {options.name}: {troubles[options.name].text}", file=sys.stderr)
    drill = Drill(
        options.name, options.output, is_short=options.short, acks=options.acks, idempotence=options.idempotence,
        records=options.records, more=more, say=lambda text: print(text, file=sys.stderr, flush=True))
    try:
        lines, wrong = drill.run()
    except Skip as skip:
        print(f"drill {options.name}: skipped: {skip}")
        return 0
    except AssertionError as error:
        print(f"drill {options.name}: FAILED: {error}")
        return 1
    print("\n" + "\n".join(lines) + f"\nfiles        {options.output}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

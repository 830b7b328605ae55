"""Reads what valgrind's callgrind writes: instructions by the object file they are in, and calls by the function called."""

import collections
import re

NAME = re.compile(r"\((\d+)\)(?: (.*))?")


class Profile:
    """All threads of one process together; `instructions` by object file, `calls` by function."""

    def __init__(self, path):
        """Reads a file, in which names are written in full once, and as their number from then on."""
        self.instructions = collections.Counter()
        self.calls = collections.Counter()
        names = {"ob": {}, "fn": {}}
        here, called, is_call = "", "", False
        with open(path) as lines:
            for line in lines:
                if line[:1] in "0123456789+-*":
                    # Behind `calls=` stands what the called function took, which its own lines tell too.
                    if not is_call:
                        self.instructions[here] += int(line.rsplit(None, 1)[1])
                    is_call = False
                elif line.startswith("calls="):
                    self.calls[called] += int(line[6:].split()[0])
                    is_call = True
                elif line.startswith("ob="):
                    here = full_name(line[3:], names["ob"])
                elif line.startswith("cob="):
                    full_name(line[4:], names["ob"])
                elif line.startswith("fn="):
                    full_name(line[3:], names["fn"])
                elif line.startswith("cfn="):
                    called = full_name(line[4:], names["fn"])


def full_name(text, known):
    number, name = NAME.match(text).groups()
    if name is not None:
        known[number] = name.strip()
    return known[number]

"""scripts/check fails on what it promises to fail on: each rule is broken once, in a copy of the repository."""

import functools
import glob
import os
import shutil

from harness import Skip, equal, expect, test
from repository_copy import Copy

# The modules that scripts/docs looks at. In the small copy each has one documented type, and no test.
MODULES = ("KafkaProtocol", "KafkaCompression", "KafkaTransport", "KafkaClient", "KafkaEmbeddedBroker")
MANIFEST = """// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "kafkaclient",
    products: [
        .library(name: "KafkaClient", targets: ["KafkaClient"]),
        .library(name: "KafkaEmbeddedBroker", targets: ["KafkaEmbeddedBroker"]),
    ],
    targets: [
        .target(name: "KafkaProtocol"),
        .target(name: "KafkaCompression"),
        .target(name: "KafkaTransport"),
        .target(name: "KafkaClient", dependencies: ["KafkaProtocol", "KafkaCompression", "KafkaTransport"]),
        .target(name: "KafkaEmbeddedBroker"),
    ]
)
"""
CATALOG = "Sources/KafkaClient/KafkaClient.docc/KafkaClient.md"
CATALOG_TEXT = "# ``KafkaClient``\n\nA module.\n"
EXPORTS = "".join(f"@_exported import {module}\n" for module in sorted(MODULES[:3]))



@functools.cache
def whole():
    return Copy()


@functools.cache
def small():
    """A copy whose library is a few lines, so that a build takes seconds."""
    copy = Copy()
    copy.write("Package.swift", MANIFEST)
    for folder in glob.glob(copy.path("Sources/Kafka*")):
        shutil.rmtree(folder)
    for module in MODULES:
        copy.write(f"Sources/{module}/Of{module}.swift", f"/// Is documented.\npublic struct Of{module} {{}}\n")
    copy.write("Sources/KafkaClient/Exports.swift", EXPORTS)
    for module in ("KafkaClient", "KafkaEmbeddedBroker"):
        copy.write(CATALOG.replace("KafkaClient", module), CATALOG_TEXT.replace("KafkaClient", module))
    return copy


def must_find(copy, command, *findings):
    """The command ends with a failure, and for each finding one line of what it says has all words of it."""
    ended = copy.run(*command)
    said = ended.stdout + ended.stderr
    equal(ended.returncode, 1, f"exit status of {' '.join(command)}, which said {said}")
    for words in findings:
        expect(any(all(word in line for word in words) for line in said.splitlines()), f"no line has {words}: {said}")


def must_pass(copy, *command):
    ended = copy.run(*command)
    equal(ended.returncode, 0, f"exit status of {' '.join(command)}, which said {ended.stdout}{ended.stderr}")


# MARK: scripts/tidy

NEW = "Sources/KafkaClient/Extra.swift"
UNHEARD_OF = "# A\n\n```swift\nlet unheardOf = 1\n```\n"

# What is wrong, in which file, its content (None: it is removed), and what the finding says beside its name.
# Words that tidy finds are put together here, because it reads this file too.
RULES = (
    ("a file of too many lines", NEW, "let a = 1\n" * 501, "501 lines, more than 500"),
    ("an unfinished mark", NEW, "// TO" "DO\n", ":1: "),
    ("another unfinished mark", "scripts/tidy.py", "# FIX" "ME\n", ":1: "),
    ("a path of one machine", "ARCHITECTURE.md", "/ho" "me/somebody/kafka\n", ":1: a path of one machine"),
    ("a host of one network", NEW, 'let a = "kafka.example.int' 'ernal"\n', ":1: a host of one network"),
    ("white space at the end of a line", NEW, "let a = 1 \n", ":1: white space"),
    ("a file without a newline at its end", NEW, "let a = 1", ":1: no newline"),
    ("a folder that is a drawer", "Sources/KafkaClient/Utils/A.swift", "let a = 1\n", "not a drawer"),
    ("folders that differ in case only", "Sources/KafkaClient/batch/A.swift", "let a = 1\n", "in case only"),
    ("a script that is not executable", "scripts/extra", "#!/usr/bin/env bash\n", "not executable"),
    ("a script that doesn't begin with env", "scripts/extra", "#!/bin/sh\n", ":1: a script begins with"),
    ("an example in the README that is no program's", "README.md", UNHEARD_OF, "let unheardOf = 1"),
    ("an example in an article that is no program's", CATALOG, UNHEARD_OF, "let unheardOf = 1"),
    *((f"that {name} is missing", name, None, "is missing")
      for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE")),
)


def define_rule(rule, path, text, words):
    @test(f"tidy finds {rule}")
    def broken():
        if "differ in case" in rule and os.path.exists(whole().path("sources")):
            raise Skip("this file system doesn't tell them apart")
        name = path if "folder" not in rule else os.path.dirname(path)
        with whole().changed(path, text):
            must_find(whole(), ["scripts/tidy"], (name, words))


for each in RULES:
    define_rule(*each)


@test("tidy finds Swift files whose median is too long")
def median():
    copy = whole()
    count = int(copy.run("sh", "-c", "find . -name '*.swift' | wc -l").stdout)
    with copy.changed_all({f"Sources/KafkaClient/Long{n}.swift": "let a = 1\n" * 200 for n in range(count + 1)}):
        must_find(copy, ["scripts/tidy"], ("*.swift", "half of the Swift files"))


@test("tidy and the quick check pass without any of it")
def nothing_wrong():
    must_pass(whole(), "scripts/check", "--quick")


# MARK: scripts/check

@test("the check finds a table of costs that is not that of the committed figures")
def cost_table():
    with whole().changed("README.md", whole().read("README.md").replace("| generate | lane |", "| generate | chunk |")):
        must_find(whole(), ["scripts/instructions", "--check-table"], ("README.md", "the table of costs"))


@test("the check finds what tidy finds, wrong format, and wrong syntax in scripts, in one run")
def quick_check():
    wrong = {
        NEW: "let a   =   1\n",
        "Tests/Interop/extra.py": "def broken(:\n    pass\n",
        "scripts/extra": "#!/usr/bin/env bash\nif true; then\n",
        "scripts/extra-python": "#!/usr/bin/env python3\nx = = 1\n",
        "Sources/KafkaClient/Unfinished.swift": "// TO" "DO\n",
        "Examples/ShortestProducer/Sources/ShortestProducer/Extra.swift": "let b   =   1\n",
    }
    with whole().changed_all(wrong, executable=("scripts/extra", "scripts/extra-python")):
        must_find(
            whole(), ["scripts/check", "--quick"], *((path,) for path in wrong), ("check failed: tidy scripts format",))


@test("the whole check passes on a small library, and finds warnings, what is not documented, and links to nowhere")
def whole_check():
    copy = small()
    must_pass(copy, "scripts/check")
    path = NEW
    with copy.changed(path, "func warned() {\n    let unused = 1\n}\n"):
        must_find(copy, ["scripts/check"], (path + ":2:",), ("check failed: warnings",))
    with copy.changed_all({
        path: "public struct Extra {\n    /// Is documented.\n    public var a = 1\n\n    public var b = 1\n}\n",
        CATALOG: CATALOG_TEXT + "\n``LeadsNowhere``\n",
    }):
        must_find(
            copy, ["scripts/check"], (path + ":1:", "Extra", "no documentation"),
            (path + ":5:", "Extra.b", "no documentation"), (CATALOG + ":5:", "LeadsNowhere"),
            ("check failed: undocumented docs",))


@test("protocol witnesses and what the compiler makes need no documentation")
def inherited():
    copy = small()
    text = (
        "/// Is documented.\npublic struct Extra: Hashable, CustomStringConvertible {\n"
        '    public var description: String { "" }\n'
        "    public static func == (a: Extra, b: Extra) -> Bool { true }\n"
        "    public func hash(into hasher: inout Hasher) {}\n}\n")
    with copy.changed(NEW, text):
        must_pass(copy, "scripts/check")

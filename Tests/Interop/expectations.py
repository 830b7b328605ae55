"""kbench judges figures: --expect, its exit status, and the reports for CI."""

import json
import os
import signal
import xml.etree.ElementTree as ElementTree

from harness import Running, embedded_broker, equal, expect, folder, kbench, needs, rows, test, wait_until

# Quick, and without a broker.
QUICK = ("--stage", "null", "--records", "2k", "--partitions", 4)


def expecting(*expectations):
    return [word for each in expectations for word in ("--expect", each)]


def lines_with(ended, word):
    return [line for line in ended.out.splitlines() if line.startswith(word)]


def cases(path):
    """The test cases of a JUnit file as (class, name, outcome), once it is held to what its readers demand."""
    parser = needs("junitparser")
    suite = ElementTree.parse(path).getroot()
    equal(suite.tag, "testsuite", "root")
    found = []
    kinds = {"failure": "missed", "error": "failed", "skipped": "inconclusive", "system-out": "passed"}
    for case in suite:
        equal((case.tag, sorted(case.attrib)), ("testcase", ["classname", "name", "time"]), "a case")
        children = [child.tag for child in case]
        expect(len(children) < 2 and set(children) <= set(kinds), f"children of a case: {children}")
        for child in case:
            attributes = {"failure": ["message", "type"], "error": ["message", "type"], "skipped": ["message"]}
            equal(sorted(child.attrib), attributes.get(child.tag, []), f"attributes of {child.tag}")
        found.append((case.get("classname"), case.get("name"), kinds[children[0]] if children else "passed"))
    counts = [sum(1 for case in found if case[2] == kind) for kind in ("missed", "failed", "inconclusive")]
    equal([int(suite.get(name)) for name in ("tests", "failures", "errors", "skipped")], [len(found), *counts], "counts")
    (read,) = parser.JUnitXml.fromfile(path)
    equal([case.name for case in read], [name for _, name, _ in found], "names that junitparser reads")
    expect(len(set(found)) == len(found), "two cases have the same name")
    return found


@test("expectations that are met end with 0, and each is printed with its figure and how far it is")
def met():
    with folder() as output:
        ended = kbench(
            *QUICK, "--linger", "2ms", "--output", output + "/out",
            *expecting("records_acked>=1k", "records_acked==2000", "linger_ms<=5ms", "batch_size_bytes==16KiB",
                       "codec!=gzip", "partitions==4")).must_end_with(0)
        for line in ("expectations: 6 passed",):
            expect(line in ended.out.splitlines(), f"'{line}' is not in {ended}")
        found = lines_with(ended, "passed")
        equal(len(found), 6, "lines")
        for line, words in zip(found, ("2k (2000); 1k (1000, 100 %) above 1k", "2k (2000); exactly 2000",
                                       "2 ms; 3 ms (60 %) below 5ms", "16 KiB (16384 B); exactly 16KiB", "none  [run 1]")):
            expect(words in line, f"'{words}' is not in '{line}'")


@test("one that is missed ends with 2, in text and in JSON")
def missed():
    with folder() as output:
        expectations = expecting("records_acked>=8k", "records_failed==0")
        ended = kbench(*QUICK, "--output", output + "/text", *expectations).must_end_with(2)
        (line,) = lines_with(ended, "MISSED")
        expect("records_acked>=8k" in line and "2k (2000); 6k (6000, 75 %) below 8k" in line, line)
        ended = kbench(*QUICK, "--output", output + "/json", "--format", "json", *expectations).must_end_with(2)
        first, second = json.loads(ended.out)["expectations"]
        equal({name: first[name] for name in ("run", "expectation", "bound", "figure", "distance", "distance_percent", "outcome")},
              {"run": 1, "expectation": "records_acked>=8k", "bound": 8000, "figure": 2000, "distance": -6000,
               "distance_percent": -75, "outcome": "missed"}, "the first expectation")
        equal(second["outcome"], "passed", "the second one's outcome")


@test("one whose column is not measured ends with 3, and --verify measures what it reads back")
def unmeasured():
    with folder() as output:
        ended = kbench("--records", "1k", "--output", output + "/without", *expecting("records_lost==0"))
        ended.must_end_with(3).must_say("without --verify it is not measured")
        equal(lines_with(ended, "inconclusive")[0].split("  ")[-2:], ["not measured", "[run 1]"], "what is said")
        kbench("--records", "1k", "--verify", "--output", output + "/with", *expecting("records_lost==0")).must_end_with(0)


@test("what can't be judged is refused before anything starts, with what would do")
def refused():
    with folder() as here:
        for arguments, words in (
            (expecting("throughput_rp>=1"), "did you mean throughput_rps?"),
            (expecting("throughput_rps=>1"), "did you mean >=?"),
            (expecting("throughput_rps>=5ms"), "a number a second"),
            (expecting("latency_total_p99_us<=5MiB"), "a duration"),
            (expecting("client_peak_rss_bytes<5ms"), "bytes, like"),
            (expecting("codec>zstd"), "use == or !="),
            (expecting("verdict==okay"), "did you mean ok?"),
            ([*expecting("verdict==ok"), "--expect-where", "codec=zstd"], "no planned run has that; codec is none"),
            ([*expecting("verdict==ok"), "--expect-where", "codek=zstd"], "did you mean codec?"),
            (["--expect-where", "codec=none"], "no effect without --expect"),
            (["--junit", "a", "--markdown", "a"], "the same file"),
            (["--github-benchmark", "latency_total_p9999_us=a"], "did you mean latency_total_p999_us?"),
            (["--github-benchmark", "codec=a"], "not a figure"),
        ):
            kbench(*QUICK, *arguments, cwd=here).must_end_with(64).must_say(words)
        equal(os.listdir(here), [], "files")
        for path, words in (("none/a", "No such file"), (".", "not a file"), ("/dev/null", "not a file")):
            kbench(*QUICK, "--output", "out", "--junit", path, cwd=here).must_end_with(1).must_say(words)
        expect(not os.path.exists(here + "/out/manifest.json"), "a run was started")


@test("--expect-where judges the rows that have a value, and --dry-run tells it")
def where():
    with folder() as output:
        arguments = (*QUICK, "--codec", "none,zstd:3", "--cores", "1,2", "--output", output + "/out",
                     *expecting("codec==zstd", "cores==2"), "--expect-where", "codec=zstd", "--expect-where", "codec_level=3")
        ended = kbench(*arguments, "--dry-run").must_end_with(0)
        expect("expected where codec=zstd, codec_level=3\n  codec == zstd\n  cores == 2\n" in ended.out, ended.out)
        ended = kbench(*arguments, "--junit", output + "/junit.xml").must_end_with(2)
        equal(len(lines_with(ended, "passed")), 3, "lines of what is met")
        (line,) = lines_with(ended, "MISSED")
        expect("cores==2" in line and "cores=1" in line, line)
        judged = [case for case in cases(output + "/junit.xml") if "==" in case[1]]
        equal([case[2] for case in judged], ["passed", "missed", "passed", "passed"], "outcomes")
        expect(all("codec=zstd:3" in case[0] for case in judged), f"classes: {judged}")


@test("a run that fails ends with 1, whatever else is missed, and is an error of the JUnit report")
def failed():
    with folder() as output, embedded_broker("--fault", "produce:error=TOPIC_AUTHORIZATION_FAILED") as bootstrap:
        kbench("-b", bootstrap, "--records", "1k", "--partitions", 1, "--output", output + "/out", "--junit", output + "/j.xml",
               "--markdown", output + "/m.md", *expecting("records_acked==1k", "throughput_rps>=1")).must_end_with(1)
        equal([case[1:] for case in cases(output + "/j.xml")],
              [("every record is delivered", "failed"), ("records_acked==1k", "missed"), ("throughput_rps>=1", "inconclusive")],
              "cases")
        written = {}
        for name in ("/j.xml", "/m.md"):
            with open(output + name) as f:
                written[name] = f.read()
        expect(written["/m.md"].startswith("## kbench: 1 failed, 1 missed, 1 inconclusive"), written["/m.md"])
        kbench("--resume", output + "/out").must_end_with(1).must_say("TOPIC_AUTHORIZATION_FAILED")
        for name, text in written.items():
            with open(output + name) as f:
                equal(f.read(), text, f"{name} after --resume")


@test("Markdown says first what is judged, and its table is narrow; the benchmark files are what the action reads")
def reports():
    with folder() as output:
        kbench(*QUICK, "--codec", "none,lz4", "--runs", 3, "--output", output + "/out", "--markdown", output + "/m.md",
               "--github-benchmark", output + "/t.json", "--github-benchmark", f"client_peak_rss_bytes={output}/p.json",
               *expecting("records_acked==2k")).must_end_with(0)
        with open(output + "/m.md") as f:
            text = f.read()
        expect(text.startswith("## kbench: 12 passed\n"), text)
        table = [line for line in text.splitlines() if line.startswith("|")]
        equal((len(table), {line.count("|") for line in table}), (4, {5}), "lines and bars of the table")
        found = rows(output + "/out")
        for name, column, unit in (("t.json", "throughput_rps", "records/s"), ("p.json", "client_peak_rss_bytes", "B")):
            with open(f"{output}/{name}") as f:
                entries = json.load(f)
            equal([entry["name"] for entry in entries], [f"{column} codec=none", f"{column} codec=lz4"], "names")
            for entry, codec in zip(entries, ("none", "lz4")):
                values = sorted(float(row[column]) for row in found if row["codec"] == codec)
                equal((entry["value"], entry["unit"]), (values[1], unit), "value and unit")
                equal([float(each) for each in entry["range"].split(" … ")], [values[0], values[2]], "range")


@test("a sweep that was interrupted and resumed has the status and the reports of one that was not")
def resumed():
    sweep = ("--stage", "null", "--records", "60k", "--partitions", 4, "--codec", "none,gzip", "--runs", 3, "--seed", 7,
             *expecting("records_acked==60k", "codec==none", "records_lost==0"))

    def files(where):
        return ("--junit", where + ".xml", "--markdown", where + ".md", "--output", where)

    with folder() as output:
        kbench(*sweep, *files(output + "/whole")).must_end_with(2)
        running = Running(*sweep, *files(output + "/cut"))
        wait_until(lambda: os.path.exists(output + "/cut/runs.csv") and len(rows(output + "/cut")) >= 2, "run")
        running.signal(signal.SIGINT)
        running.finish(20).must_end_with(130, 2)
        before = cases(output + "/cut.xml")
        kbench("--resume", output + "/cut").must_end_with(2)
        whole = cases(output + "/whole.xml")
        equal(cases(output + "/cut.xml"), whole, "cases")
        equal([case[:2] for case in before], [case[:2] for case in whole], "names of the cases when it was interrupted")
        equal(len(whole), 24, "cases")
        with open(output + "/cut.md") as cut, open(output + "/whole.md") as uncut:
            equal(cut.readline(), uncut.readline(), "the summary's first line")
        # Nothing is left to do, and the answer is the same.
        os.remove(output + "/cut.xml")
        kbench("--resume", output + "/cut").must_end_with(2)
        equal(cases(output + "/cut.xml"), whole, "cases")

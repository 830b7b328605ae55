"""kbench as a command: what a run leaves behind, on disk, on the broker and on a terminal."""

import json
import os

from harness import embedded_broker, equal, expect, folder, kbench, needs, rows, test

COLUMNS = (
    "run,started_at,target,stage,builder,cores,concurrency,codec,codec_level,partitions,records,record_size_bytes,"
    "batch_size_bytes,linger_ms,acks,idempotence,rate_target_rps,seed,door,tasks,rtt_ms,may_reorder,mode,consumers,"
    "role,isolation,group,group_protocol,transaction_duration_ms,decoders,security_protocol,sasl_mechanism,"
    "duration_s,records_acked,records_failed,throughput_rps,throughput_bytes_per_s,wire_bytes_per_s,compression_ratio,"
    "batches,records_per_batch,client_cpu_s,client_cpu_ns_per_record,generator_cpu_ns_per_record,"
    "broker_cpu_s,client_peak_rss_bytes,leaders_moved,records_retried,gap_max_ms,generator_capacity_rps,generator_capacity_share,"
    "decompress_cpu_ns_per_record,group_join_s,transactions,"
    + ",".join(
        f"latency_{stage}_{figure}_us" for stage in ("total", "build", "compress", "queue", "ack", "wire", "broker", "end_to_end", "commit")
        for figure in ("p50", "p90", "p99", "p999", "max"))
    + ",latency_total_above_1h,latency_end_to_end_not_positive,clock_ahead_us,clock_error_us,records_read,records_lost,records_duplicated,records_reordered,records_corrupted,verdict").split(",")


@test("a run against the embedded broker ends with 0 and leaves the columns of the contract")
def columns():
    with folder() as output:
        kbench("--records", "100k", "--partitions", 8, "--output", output + "/out").must_end_with(0)
        with open(output + "/out/runs.csv") as f:
            equal(f.readline().rstrip("\n").split(","), COLUMNS, "columns of runs.csv")
        (row,) = rows(output + "/out")
        for column, value in (("run", "1"), ("target", "embedded"), ("records_acked", "100000"), ("records_failed", "0"),
                              ("partitions", "8"), ("verdict", "ok")):
            equal(row[column], value, column)
        for column in ("duration_s", "throughput_rps", "client_cpu_s", "generator_cpu_ns_per_record", "broker_cpu_s", "latency_total_p99_us",
                       "latency_ack_p50_us"):
            expect(float(row[column]) > 0, f"{column} is '{row[column]}'")
        with open(output + "/out/latency.csv") as f:
            equal(f.readline().strip(), "run,stage,percentile,value_us,cumulative_count", "columns of latency.csv")


@test("manifest.json says what is needed to repeat the run")
def manifest():
    with folder() as output:
        arguments = ["--records", "1000", "--seed", "42", "--output", output + "/out"]
        kbench(*arguments).must_end_with(0)
        with open(output + "/out/manifest.json") as f:
            manifest = json.load(f)
        equal(manifest["arguments"], arguments, "arguments")
        equal((manifest["seed"], manifest["completed_runs"], manifest["planned_runs"]), (42, 1, 1), "seed and runs")
        (configuration,) = manifest["configurations"]
        equal({name: configuration[name] for name in ("records", "seed", "partitions", "idempotence", "linger_ns")},
              {"records": 1000, "seed": 42, "partitions": 64, "idempotence": True, "linger_ns": 5_000_000}, "settings")
        for name in ("git_commit", "kernel", "cpu_model", "compiler", "online_cores"):
            expect(name in manifest["system"], f"'{name}' is not in {manifest['system']}")


@test("a sweep has a row for each combination, and everything is acknowledged and verified")
def sweep():
    with folder() as output:
        kbench(
            "--records", "20k", "--partitions", 4, "--codec", "none,gzip,snappy,lz4,zstd:3", "--builder",
            "sequential,sharded", "--acks", "0,1,all", "--output", output + "/out").must_end_with(0)
        found = rows(output + "/out")
        equal(len(found), 30, "rows")
        equal(len({(r["codec"], r["builder"], r["acks"]) for r in found}), 30, "different rows")
        wrong = [r for r in found if (r["records_acked"], r["verdict"]) != ("20000", "ok")]
        expect(not wrong, f"wrong rows: {wrong[:1]}")


@test("each stage before the broker runs without one")
def stages():
    for stage in ("generate", "build", "compress", "null"):
        with folder() as output:
            kbench("--stage", stage, "--records", "100k", "--output", output + "/out").must_end_with(0)
            (row,) = rows(output + "/out")
            equal((row["stage"], row["records_acked"], row["target"]), (stage, "100000", "none"), "row")


@test("the HDR log is read by PyPI's hdrhistogram, and holds every record")
def hdr_log():
    needs("hdrh")
    from hdrh.histogram import HdrHistogram
    from hdrh.log import HistogramLogReader
    with folder() as output:
        kbench("--records", "50k", "--codec", "lz4", "--output", output + "/out").must_end_with(0)
        reader = HistogramLogReader(output + "/out/1.hlog", HdrHistogram(1, 3_600_000_000_000, 3))
        counts = {}
        while (histogram := reader.get_next_interval_histogram()) is not None:
            counts[histogram.get_tag()] = histogram.get_total_count()
        equal(counts, dict.fromkeys(("total", "build", "compress", "queue", "ack", "wire", "broker"), 50_000), "records by tag")


@test("--format json prints one JSON value and nothing else")
def json_output():
    with folder() as output:
        ended = kbench("--records", 1000, "--format", "json", "--output", output + "/out").must_end_with(0)
        (run,) = json.loads(ended.out)["runs"]
        equal((run["run"], run["records_acked"], run["verdict"]), (1, 1000, "ok"), "run")
        equal(ended.err, "", "standard error")


@test("--dry-run prints the plan, and starts and writes nothing")
def dry_run():
    with folder() as output:
        ended = kbench("--dry-run", "-b", "127.0.0.1:1", "--records", "1G", "--output", output + "/out").must_end_with(0)
        for line in ("  broker              127.0.0.1:1", "  records             1G", "1 run: each configuration once"):
            expect(line in ended.out.splitlines(), f"'{line}' is not in {ended.out}")
        expect(not os.path.exists(output + "/out"), "the output folder was made")


@test("relative output paths belong to the folder it is called from, and results/<time> is the default")
def relative_output():
    with folder() as here:
        kbench("--stage", "null", "--records", 1000, "--output", "mine", cwd=here).must_end_with(0)
        equal(len(rows(here + "/mine")), 1, "rows")
        kbench("--stage", "null", "--records", 1000, cwd=here).must_end_with(0)
        (made,) = os.listdir(here + "/results")
        equal(len(rows(f"{here}/results/{made}")), 1, "rows")


@test("--help and --version end with 0 and print to standard output")
def help_and_version():
    for arguments, begin in ((["--help"], "usage: kbench [run]"), (["--version"], "kbench "),
                             (["broker", "--help"], "usage: kbench broker")):
        ended = kbench(*arguments).must_end_with(0)
        expect(ended.out.startswith(begin) and not ended.err, f"what was printed by {ended}")


@test("a topic that has other partitions is refused, naming both counts, and is left as it is")
def other_partitions():
    with embedded_broker() as bootstrap, folder() as output:
        kbench(
            "-b", bootstrap, "--partitions", 4, "--keep-topic", "--records", 1000, "--output", output + "/1"
        ).must_end_with(0)
        kbench("-b", bootstrap, "--partitions", 8, "--records", 1000, "--output", output + "/2").must_end_with(
            1).must_say("4", "8", "kbench")
        kbench("-b", bootstrap, "--partitions", 4, "--records", 1000, "--output", output + "/3").must_end_with(0)


@test("a topic that the run made is deleted afterwards, one that was there is not")
def topic_removed():
    with embedded_broker() as bootstrap, folder() as output:
        for number, partitions in enumerate((4, 8)):
            kbench(
                "-b", bootstrap, "--partitions", partitions, "--records", 1000, "--output", f"{output}/{number}"
            ).must_end_with(0)
        for number, keep in enumerate((["--keep-topic"], [])):
            kbench("-b", bootstrap, "--partitions", 4, "--records", 1000, *keep, "--output", f"{output}/was-{number}"
                   ).must_end_with(0)
        kbench("-b", bootstrap, "--partitions", 8, "--records", 1000, "--output", output + "/there").must_end_with(1)


@test("each door of the library takes the same records, and says what it and its generator cost")
def doors():
    with folder() as output:
        ended = kbench("--records", "20k", "--partitions", 8, "--keys", "uniform:100", "--headers", 2, "--builder",
                       "sharded,sequential", "--door", "lane,writer,record,chunk", "--tasks", 3, "--seed", 5, "--quiet",
                       "--output", output + "/out")
        ended.must_end_with(0)
        found = rows(output + "/out")
        equal([(row["builder"], row["door"], row["tasks"]) for row in found],
              [(builder, door, "" if door == "lane" else "3") for builder in ("sharded", "sequential")
               for door in ("lane", "writer", "record", "chunk")], "runs")
        for row in found:
            equal((row["records_acked"], row["records_failed"]), ("20000", "0"), f"records by door {row['door']}")
            expect(float(row["generator_cpu_ns_per_record"]) > 0 and float(row["client_cpu_ns_per_record"]) > 0, f"{row}")


@test("a door is paced as a lane is, and its latencies count from when records were due")
def paced_doors():
    with folder() as output:
        ended = kbench("--duration", "1s", "--rate", "5k", "--partitions", 8, "--door", "writer,record,chunk", "--linger",
                       "2ms", "--quiet", "--output", output + "/out")
        ended.must_end_with(0)
        for row in rows(output + "/out"):
            equal(row["records_acked"], "5000", f"records by door {row['door']}")
            expect(100 < float(row["latency_total_p50_us"]) < 50_000, f"latency by door {row['door']}: {row}")


@test("a door can't be combined with a pipeline that ends before the broker")
def doors_lead_to_brokers():
    ended = kbench("--door", "record", "--stage", "null").must_end_with(64)
    expect("--door record cannot be combined with --stage null" in ended.err, ended.err)
    ended = kbench("--tasks", 2).must_end_with(64)
    expect("--tasks has no effect" in ended.err, ended.err)

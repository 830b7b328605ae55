"""What is seen of kbench from outside while it runs: metrics for Prometheus, and spans for OpenTelemetry."""

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.parse
import urllib.request

from harness import Running, Skip, embedded_broker, equal, expect, folder, kbench, needs, rows, test, wait_until


def running(output, *arguments):
    return Running("--metrics-port", 0, "--cores", 1, "--partitions", 4, "--output", output + "/out", *arguments)


def address(run):
    """Where a run serves its metrics, as it says itself."""
    found = []

    def is_said():
        found[:] = re.findall(r"metrics at http://(127\.0\.0\.1):(\d+)/metrics", run.said())
        return found

    wait_until(is_said, "the address of the metrics")
    return found[0][0], int(found[0][1])


def get(at, path="/metrics", method="GET", body=None):
    connection = http.client.HTTPConnection(*at, timeout=10)
    connection.request(method, path, body)
    answer = connection.getresponse()
    return answer.status, answer.getheader("Content-Type"), answer.read().decode()


def value(text, name, **labels):
    """The sum of a metric's values, of those with these labels."""
    from prometheus_client.parser import text_string_to_metric_families
    total, found = 0, False
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == name and all(sample.labels.get(key) == label for key, label in labels.items()):
                total, found = total + sample.value, True
    expect(found, f"{name} {labels} is not in the metrics")
    return total


@test("kbench serves its metrics while it runs, as Prometheus' own parser reads them, and they add up")
def served():
    needs("prometheus_client")
    with folder() as output:
        run = running(output, "--duration", "3s", "--rate", "50k")
        at = address(run)
        time.sleep(1.5)
        status, kind, text = get(at)
        equal((status, kind), (200, "text/plain; version=0.0.4; charset=utf-8"), "answer")
        early = value(text, "kafka_producer_topic_record_send_total", topic="kbench")
        expect(20_000 < early < 140_000, f"{early} records after one and a half seconds of 50,000 each")
        expect(value(text, "kbench_run_time_seconds", run="1") > 0, "no time has passed")
        equal(value(text, "kafka_producer_connections", run="1"), 2, "connections")
        expect(value(text, "messaging_client_operation_duration_seconds_count") > 0, "no durations")
        expect(value(text, "kafka_producer_node_outgoing_bytes_total", node_id="1") > early * 100, "too few bytes")
        equal(value(text, "messaging_client_operation_duration_seconds_bucket", le="+Inf"),
              value(text, "messaging_client_operation_duration_seconds_count"), "durations in the buckets")
        later = value(get(at)[2], "kafka_producer_topic_record_send_total", topic="kbench")
        expect(later >= early, f"a counter fell from {early} to {later}")
        run.finish(30).must_end_with(0)


@test("promtool has nothing to say against kbench's metrics, and a Prometheus scrapes them", waits=True)
def scraped():
    promtool, prometheus = shutil.which("promtool"), shutil.which("prometheus")
    if not (promtool and prometheus):
        raise Skip("there is no Prometheus; Debian's package prometheus has one")
    with folder() as output:
        run = running(output, "--duration", "12s", "--rate", "50k")
        at = address(run)
        time.sleep(1)
        checked = subprocess.run([promtool, "check", "metrics"], input=get(at)[2], capture_output=True, text=True)
        equal((checked.returncode, checked.stderr + checked.stdout), (0, ""), "promtool check metrics")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with open(output + "/prometheus.yml", "w") as file:
            json.dump({"global": {"scrape_interval": "500ms", "scrape_timeout": "400ms"}, "scrape_configs": [
                {"job_name": "kbench", "static_configs": [{"targets": ["%s:%d" % at]}]}]}, file)
        server = subprocess.Popen(
            [prometheus, "--config.file", output + "/prometheus.yml", "--storage.tsdb.path", output + "/data",
             "--web.listen-address", f"127.0.0.1:{port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        def ask(query):
            url = f"http://127.0.0.1:{port}/api/v1/query?" + urllib.parse.urlencode({"query": query})
            try:
                with urllib.request.urlopen(url, timeout=2) as answer:
                    result = json.load(answer)["data"]["result"]
            except OSError:
                return None
            return float(result[0]["value"][1]) if result else None

        try:
            rate = "rate(kafka_producer_topic_record_send_total[3s])"
            wait_until(lambda: (ask(rate) or 0) > 0, "a rate in Prometheus", seconds=10)
            time.sleep(2)
            expect(35_000 < ask(rate) < 65_000, f"Prometheus has seen {ask(rate)} records a second of 50,000")
            slowest = ask("histogram_quantile(0.99, sum by (le) (rate(messaging_client_operation_duration_seconds_bucket[3s])))")
            expect(slowest is not None and 0 < slowest < 5, f"Prometheus has {slowest} s for 99 %")
        finally:
            server.terminate()
            server.wait(10)
        run.finish(30).must_end_with(0)


@test("what is asked for beside the metrics is refused, and who asks slowly or often does not hold the run up", waits=True)
def strangers():
    with folder() as output:
        run = running(output, "--duration", "3s", "--rate", "50k")
        at = address(run)
        equal(get(at, "/")[0], 200, "status of /")
        equal(get(at, "/nothing")[0], 404, "status of what is not there")
        equal(get(at, "/metrics", "POST", "x" * 100_000)[0], 405, "status of a POST")
        equal(get(at, "/metrics", "HEAD")[2], "", "body of a HEAD")
        idle = []
        for number in range(40):
            connection = socket.create_connection(at, 5)
            connection.sendall(b"GET /metrics HTTP/1.1\r\nHost:" if number % 2 else b"\x16\x03\x01\x00\xff nonsense\r\n\r\n")
            idle.append(connection)
        ended = run.finish(30).must_end_with(0)
        equal(rows(output + "/out")[0]["records_acked"], "150000", "records")
        expect(ended.seconds < 12, f"it took {ended.seconds:.1f} s")
        for connection in idle:
            connection.close()


@test("a warm-up's records stay counted when the clock starts, and each run of a sweep has its figures under its number")
def counted():
    needs("prometheus_client")
    with folder() as output:
        run = running(output, "--duration", "700ms", "--warmup-duration", "700ms", "--rate", "20k", "--runs", 2)
        at, seen = address(run), {}
        while not run.has_ended():
            try:
                text = get(at)[2]
            except OSError:
                break
            if "kbench_acked_records_total" in text:
                number = re.search(r'kbench_acked_records_total{run="(\d)"', text)[1]
                acked = value(text, "kbench_acked_records_total", run=number)
                expect(acked >= seen.get(number, 0), f"the records of run {number} fell from {seen.get(number)} to {acked}")
                seen[number] = acked
            time.sleep(0.02)
        run.finish(30).must_end_with(0)
        equal(set(seen), {"1", "2"}, "runs")
        expect(all(acked > 20_000 for acked in seen.values()), f"records of both runs: {seen}")


@test("where metrics can't be served, kbench says so at once and runs nothing")
def refused():
    with folder() as output, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        kbench("--records", "1k", "--metrics-port", port, "--output", output + "/a").must_end_with(1).must_say(
            f"--metrics-port: can't listen on 127.0.0.1:{port}", "in use")
        for wrong in ("x", "70000", "host.example:1", "::1:5", "127.0.0.1:", ":80", "-1"):
            kbench("--records", "1k", f"--metrics-port={wrong}", "--output", output + "/b").must_end_with(64).must_say("--metrics-port")
        expect(not os.path.exists(output + "/b"), "results are there")


def spans(path):
    """The spans of a file, as OpenTelemetry's own classes read them."""
    from google.protobuf import json_format
    from opentelemetry.proto.trace.v1.trace_pb2 import TracesData
    found = []
    with open(path) as file:
        for line in file:
            data = json_format.Parse(line, TracesData())
            for resource in data.resource_spans:
                service = {pair.key: pair.value.string_value for pair in resource.resource.attributes}
                equal(service["service.name"], "kbench", "service")
                found += [(service["kbench.run"], span) for scope in resource.scope_spans for span in scope.spans]
    return found


def attributes(span):
    return {pair.key: pair.value.string_value or pair.value.int_value for pair in span.attributes}


@test("--trace writes spans that OpenTelemetry's own classes read: of a sample, and of what went wrong, which is rare", waits=True)
def traced():
    needs("opentelemetry.proto")
    with folder() as output, embedded_broker("--fault", "produce:skip=20:count=3:error=NOT_ENOUGH_REPLICAS") as broker:
        path = output + "/spans.jsonl"
        kbench("-b", broker, "--duration", "2s", "--rate", "20k", "--partitions", 4, "--codec", "lz4", "--cores", 2, "--trace", path,
               "--trace-rate", 50, "--runs", 2, "--output", output + "/out").must_end_with(0)
        found = spans(path)
        wholes = [(run, span) for run, span in found if not span.parent_span_id]
        expect(100 <= len(wholes) <= 320, f"{len(wholes)} traces in two runs of 2 s, 50 a second")
        equal({run for run, _ in wholes}, {"1", "2"}, "runs")
        parts = {}
        for _, span in found:
            if span.parent_span_id:
                parts.setdefault((span.trace_id, span.parent_span_id), []).append(span)
        equal(len(parts), len(wholes), "traces with requests")
        for _, span in wholes:
            equal((span.name, span.kind), ("send kbench", 3), "span")
            told = attributes(span)
            equal((told["messaging.system"], told["messaging.destination.name"], told["kafka.batch.compression"]),
                  ("kafka", "kbench", "lz4"), "attributes")
            expect(int(told["messaging.batch.message_count"]) > 0, f"{told}")
            requests = parts[(span.trace_id, span.span_id)]
            expect(span.start_time_unix_nano <= requests[0].start_time_unix_nano <= requests[-1].end_time_unix_nano
                   <= span.end_time_unix_nano, "a request outside its delivery")
            expect(abs(span.end_time_unix_nano / 1e9 - time.time()) < 60, "a span of another time")
            equal([event.name for event in span.events], ["sealed", "compressed", "queued"], "events")
        retried = [requests for requests in parts.values() if len(requests) > 1]
        expect(retried, "no trace of a batch that was sent again")
        equal({(attributes(requests[0])["error.type"], requests[0].status.code) for requests in retried},
              {("NOT_ENOUGH_REPLICAS", 2)}, "what went wrong")
        kbench("-b", broker, "--records", "1k", "--trace", path, "--output", output + "/again").must_end_with(1).must_say(
            "there is such a file already")

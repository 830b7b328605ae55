"""Other people's clients, and kbench, on an embedded broker that wants TLS, SASL or both."""

import base64
import contextlib
import http.server
import json
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time

from harness import Skip, embedded_broker, equal, expect, folder, kbench, needs, rows, settings, table, test
from programs import JAVA_VERSIONS, java_tool, kafka_home

MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER")
WAYS = [("--tls",), ("--mutual-tls",), *(("--sasl", m) for m in MECHANISMS), *(("--tls", "--sasl", m) for m in MECHANISMS)]
COUNT = 500


@contextlib.contextmanager
def secured(*way):
    """A broker that wants this, and the folder of the files for its clients."""
    with folder() as where:
        with embedded_broker("--log", "memory:64MiB", "--security-dir", where + "/s", *way) as bootstrap:
            # The files are written before it listens.
            yield bootstrap, where + "/s"


def define_round_trip(way):
    @test(f"confluent-kafka writes and reads by librdkafka.conf with {' '.join(way)}")
    def round_trip():
        confluent = needs("confluent_kafka")
        with secured(*way) as (bootstrap, files):
            common = settings(files + "/librdkafka.conf") | {"bootstrap.servers": bootstrap}
            errors = []
            producer = confluent.Producer({**common, "acks": "all"})
            for i in range(COUNT):
                producer.produce("t", b"value-%d" % i, on_delivery=lambda error, _: errors.append(error) if error else None)
            equal((producer.flush(20), errors), (0, []), "records that were not delivered")
            consumer = confluent.Consumer({**common, "group.id": "g"})
            consumer.assign([confluent.TopicPartition("t", 0, 0)])
            values, deadline = [], time.monotonic() + 20
            while len(values) < COUNT and time.monotonic() < deadline:
                values += [message.value() for message in consumer.consume(COUNT, 0.5) if not message.error()]
            consumer.close()
            equal(values, [b"value-%d" % i for i in range(COUNT)], "values")

    @test(f"kbench writes and verifies by client.properties and by librdkafka.conf with {' '.join(way)}")
    def by_kbench():
        with secured(*way) as (bootstrap, files), folder() as output:
            for name in ("client.properties", "librdkafka.conf"):
                kbench("-b", bootstrap, "--command-config", f"{files}/{name}", "--records", "50k", "--rate", "100k", "--partitions", 4,
                       "--verify", "--output", f"{output}/{name}").must_end_with(0)
                row = rows(f"{output}/{name}")[0]
                equal((row["records_acked"], row["records_lost"], row["verdict"]), ("50000", "0", "ok"), "the row")
                protocol = "PLAINTEXT" if way[0] == "--sasl" else "SSL"
                wanted = ("SASL_" + protocol, way[-1]) if "--sasl" in way else (protocol, "")
                equal((row["security_protocol"], row["sasl_mechanism"]), wanted, "security")
            words = {row["event"] for row in table(output + "/client.properties/events.csv")}
            expect("--sasl" not in way or "authenticated" in words, f"events: {words}")
            expect(way[0] == "--sasl" or "secured" in words, f"events: {words}")


for each_way in WAYS:
    define_round_trip(each_way)


@test("kcat lists topics by librdkafka.conf, and can not without it")
def kcat():
    if not shutil.which("kcat"):
        raise Skip("kcat is not installed")
    with secured("--tls", "--sasl", "SCRAM-SHA-512") as (bootstrap, files):
        def run(*arguments):
            return subprocess.run(["kcat", *arguments], capture_output=True, text=True, input="a record\n", timeout=30)
        # kcat reads `sasl.mechanism` and all else by librdkafka's names.
        config = ("-F", files + "/librdkafka.conf", "-b", bootstrap)
        equal(run(*config, "-P", "-t", "t").returncode, 0, "kcat's status")
        listed = run(*config, "-L")
        expect('topic "t"' in listed.stdout, f"kcat said {listed.stdout} {listed.stderr}")
        expect(run("-b", bootstrap, "-L", "-m", "3").returncode != 0, "kcat needs no security")


def define_java(version, way):
    @test(f"Java {version} lists topics and writes by client.properties with {' '.join(way)}")
    def java():
        home = kafka_home(version)
        if not home:
            raise Skip(f"there is no Kafka {version}")
        with secured(*way) as (bootstrap, files), folder() as output:
            config = files + "/client.properties"
            kbench("-b", bootstrap, "--command-config", config, "--records", 1000, "--keep-topic", "--topic", "made",
                   "--output", output + "/out").must_end_with(0)
            listed = subprocess.run(
                [java_tool("java"), "-cp", os.path.join(home, "libs", "*"), "org.apache.kafka.tools.TopicCommand",
                 "--bootstrap-server", bootstrap, "--command-config", config, "--list"], capture_output=True, text=True, timeout=60)
            expect(listed.stdout.split() == ["made"], f"TopicCommand said {listed.stdout} {listed.stderr[-800:]}")
            written = subprocess.run(
                [java_tool("java"), "-cp", os.path.join(home, "libs", "*"), "org.apache.kafka.tools.ProducerPerformance",
                 "--topic", "made", "--num-records", "5000", "--record-size", "100", "--throughput", "-1",
                 "--producer.config", config, "--producer-props", f"bootstrap.servers={bootstrap}"],
                capture_output=True, text=True, timeout=60)
            expect("5000 records sent" in written.stdout, f"ProducerPerformance said {written.stdout} {written.stderr[-800:]}")


for each_version in JAVA_VERSIONS[:1]:
    for each_way in (("--mutual-tls",), *(("--tls", "--sasl", m) for m in MECHANISMS)):
        define_java(each_version, each_way)


@test("what cannot come in is told why by kbench, at once, and nothing secret is written down")
def refused():
    with secured("--tls", "--sasl", "PLAIN") as (bootstrap, files), secured("--mutual-tls") as (mutual, mutual_files), \
            folder() as output:
        password = settings(files + "/librdkafka.conf")["sasl.password"]

        def attempt(name, server, config, *words):
            path = f"{output}/{name}.properties"
            with open(path, "w") as f:
                f.writelines(f"{key}={value}\n" for key, value in config.items())
            os.chmod(path, 0o600)
            ended = kbench("-b", server, "--command-config", path, "--records", 1000, "--output", f"{output}/{name}", timeout=20)
            ended.must_end_with(1).must_say(*words)
            expect(ended.seconds < 8, f"{name} took {ended.seconds:.1f} s")
            expect(password not in ended.err + ended.out, f"the password is in the output of {name}")

        good, good_mutual = settings(files + "/librdkafka.conf"), settings(mutual_files + "/librdkafka.conf")
        attempt("wrong-password", bootstrap, good | {"sasl.password": "wrong"}, "refused kbench by PLAIN")
        attempt("wrong-user", bootstrap, good | {"sasl.username": "nobody"}, "refused nobody by PLAIN")
        attempt("wrong-mechanism", bootstrap, good | {"sasl.mechanism": "SCRAM-SHA-256"}, "does not offer", "it offers PLAIN")
        attempt("no-sasl", bootstrap, {"security.protocol": "SSL", "ssl.ca.location": good["ssl.ca.location"]}, "want SASL")
        attempt("foreign-authority", bootstrap, good | {"ssl.ca.location": mutual_files + "/ca.pem"}, "is not accepted")
        attempt("system-authorities", bootstrap, {k: v for k, v in good.items() if k != "ssl.ca.location"}, "is not accepted")
        attempt("in-the-clear", bootstrap, {"security.protocol": "PLAINTEXT"}, "TLS")
        attempt("no-certificate", mutual, {k: v for k, v in good_mutual.items() if "certificate" not in k and "key" not in k},
                "give this client a certificate")
        with secured("--mutual-tls") as (_, others):
            attempt("foreign-certificate", mutual, good_mutual | {
                "ssl.certificate.location": others + "/client.pem", "ssl.key.location": others + "/client.key"},
                "give this client a certificate")


@test("the password is in nothing that kbench leaves or says, and not accepted on its command line")
def secrets():
    with secured("--sasl", "SCRAM-SHA-256") as (bootstrap, files), folder() as output:
        password = settings(files + "/librdkafka.conf")["sasl.password"]
        ended = kbench("-b", bootstrap, "--command-config", files + "/client.properties", "--records", 5000, "--output",
                       output + "/out").must_end_with(0)
        for name in os.listdir(output + "/out"):
            with open(os.path.join(output, "out", name), errors="replace") as f:
                expect(password not in f.read(), f"the password is in {name}")
        expect(password not in ended.out + ended.err, "the password is in the output")
        os.chmod(files + "/client.properties", 0o644)
        kbench("-b", bootstrap, "--command-config", files + "/client.properties", "--records", 10, "--output",
               output + "/readable").must_end_with(0).must_say("chmod 600")
        kbench("-b", bootstrap, "-X", "sasl.password=" + password).must_end_with(64).must_say("is a secret")
        os.environ["KBENCH_TEST_PASSWORD"] = password
        try:
            kbench("-b", bootstrap, "-X", "security.protocol=SASL_PLAINTEXT", "-X", "sasl.mechanism=SCRAM-SHA-256", "-X",
                   "sasl.username=kbench", "-X", "sasl.password=${env:KBENCH_TEST_PASSWORD}", "--records", 10, "--output",
                   output + "/variable").must_end_with(0)
        finally:
            del os.environ["KBENCH_TEST_PASSWORD"]


@test("a run outlives many sessions: nothing is lost, and no connection")
def again_and_again():
    with secured("--tls", "--sasl", "SCRAM-SHA-256", "--reauthentication-time", "2s") as (bootstrap, files), folder() as output:
        kbench("-b", bootstrap, "--command-config", files + "/client.properties", "--duration", "7s", "--rate", "20k",
               "--verify", "--output", output + "/out").must_end_with(0)
        events = [row["event"] for row in table(output + "/out/events.csv")]
        expect(events.count("reauthenticated") >= 6, f"events: {events}")
        expect("disconnected" not in events and "retried" not in events, f"events: {events}")
        row = rows(output + "/out")[0]
        equal((row["records_lost"], row["records_duplicated"], row["records_failed"]), ("0", "0", "0"), "records")


class TokenServer:
    """Gives out tokens that nobody has signed, for one client's id and secret, over TLS where a certificate is given."""

    def __init__(self, lifetime, certificate=None, status=200):
        server = self
        self.requests = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                server.requests.append((self.headers["Authorization"], body))
                expected = base64.b64encode(b"my%20client:s%26cret").decode()
                if status != 200 or self.headers["Authorization"] != f"Basic {expected}":
                    self.answer(status if status != 200 else 401, {"error": "invalid_client", "error_description": "who is that?"})
                else:
                    self.answer(200, {"access_token": unsigned_token("alice", lifetime), "token_type": "Bearer", "expires_in": lifetime})

            def answer(self, code, content):
                data = json.dumps(content).encode()
                self.send_response(code)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"http{'s' if certificate else ''}://127.0.0.1:{self.server.server_port}/token"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def unsigned_token(subject, lifetime):
    def part(content):
        return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()
    now = int(time.time())
    return f"{part({'alg': 'none'})}.{part({'sub': subject, 'iat': now, 'exp': now + lifetime})}."


@test("tokens come from a server for a client's id and secret, one for all connections, and anew before they expire")
def tokens():
    with secured("--sasl", "OAUTHBEARER", "--reauthentication-time", "1h") as (bootstrap, _), folder() as output:
        java = ('sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required '
                'clientId="my client" clientSecret="s&cret" scope="kafka all";\n')
        librdkafka = ("sasl.oauthbearer.method=oidc\nsasl.oauthbearer.client.id=my client\n"
                      "sasl.oauthbearer.client.secret=s&cret\nsasl.oauthbearer.scope=kafka all\n")
        for name, credentials in (("java", java), ("librdkafka", librdkafka)):
            with TokenServer(4) as server:
                path = f"{output}/{name}.properties"
                with open(path, "w") as f:
                    f.write(f"security.protocol=SASL_PLAINTEXT\nsasl.mechanism=OAUTHBEARER\n{credentials}"
                            f"sasl.oauthbearer.token.endpoint.url={server.url}\n")
                os.chmod(path, 0o600)
                kbench("-b", bootstrap, "--command-config", path, "--duration", "6s", "--rate", "1k", "--verify", "--output",
                       f"{output}/{name}").must_end_with(0)
                events = [row["event"] for row in table(f"{output}/{name}/events.csv")]
                expect("reauthenticated" in events and "disconnected" not in events, f"events: {events}")
                # Three connections, four seconds for each token, six seconds.
                expect(2 <= len(server.requests) <= 3, f"{len(server.requests)} tokens were asked for")
                expect(all(body == "grant_type=client_credentials&scope=kafka%20all" for _, body in server.requests),
                       f"asked with {server.requests[0]}")


@test("a server that gives out no token is told with its words, and that of another authority with why")
def no_tokens():
    with secured("--tls", "--sasl", "OAUTHBEARER") as (bootstrap, files), secured("--mutual-tls") as (_, mutual), folder() as output:
        def attempt(name, url, *words, **more):
            path = f"{output}/{name}.properties"
            config = {"security.protocol": "SASL_SSL", "ssl.ca.location": files + "/ca.pem", "sasl.mechanism": "OAUTHBEARER",
                      "sasl.oauthbearer.client.id": "my client", "sasl.oauthbearer.client.secret": "topsecret",
                      "sasl.oauthbearer.token.endpoint.url": url, **more}
            with open(path, "w") as f:
                f.writelines(f"{key}={value}\n" for key, value in config.items())
            os.chmod(path, 0o600)
            ended = kbench("-b", bootstrap, "--command-config", path, "--records", 10, "--output", f"{output}/{name}", timeout=30)
            ended.must_end_with(1).must_say("no token of", *words)
            expect("topsecret" not in ended.err, "the secret is told")
        with TokenServer(60) as server:
            attempt("wrong-secret", server.url, "status 401", "invalid_client", "who is that?")
        with TokenServer(60, status=500) as server:
            attempt("broken", server.url, "status 500")
        with TokenServer(60, (mutual + "/client.pem", mutual + "/client.key")) as server:
            attempt("untrusted", server.url, "certificate")
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            attempt("nobody", f"http://127.0.0.1:{s.getsockname()[1]}/", "connect")

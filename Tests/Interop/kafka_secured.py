"""kbench, by way of the library, against a real Apache Kafka whose listener wants TLS, SASL or both (with-kafka --security)."""

import os
import time

from harness import Skip, equal, expect, folder, kbench, needs, rows, settings, table, test
from kafka_cluster import BOOTSTRAP

FOLDER = os.environ.get("SECURITY_DIR", "")
if not FOLDER:
    raise SystemExit("these tests need a Kafka that is secured: with-kafka --security")
CLIENT = settings(os.environ["CLIENT_PROPERTIES"])
CONF = settings(os.environ["LIBRDKAFKA_CONF"])
PROTOCOL, MECHANISM = CLIENT["security.protocol"], CLIENT.get("sasl.mechanism")
WAY = f"{PROTOCOL} {MECHANISM}" if MECHANISM else PROTOCOL
IS_TLS, HAS_USERS = PROTOCOL.endswith("SSL"), MECHANISM == "PLAIN" or (MECHANISM or "").startswith("SCRAM")


def with_properties(name, config, *arguments, output):
    path = os.path.join(output, name + ".properties")
    with open(path, "w") as f:
        f.writelines(f"{key}={value}\n" for key, value in config.items())
    os.chmod(path, 0o600)
    return kbench("-b", BOOTSTRAP, "--command-config", path, "--output", os.path.join(output, name), *arguments, timeout=90)


@test(f"{WAY}: records of every codec come back whole, by Java's settings and by librdkafka's")
def round_trip():
    with folder() as output:
        for name in ("CLIENT_PROPERTIES", "LIBRDKAFKA_CONF"):
            if name == "LIBRDKAFKA_CONF" and MECHANISM == "OAUTHBEARER":
                continue
            kbench("-b", BOOTSTRAP, "--command-config", os.environ[name], "--records", "50k", "--rate", "50k", "--codec",
                   "none,gzip,snappy,lz4,zstd", "--partitions", 4, "--verify", "--output", f"{output}/{name}", timeout=120).must_end_with(0)
            found = rows(f"{output}/{name}")
            # Whether a node that has just begun, on a machine with others, keeps the rate is not asked here.
            told = [row["verdict"] for row in found]
            expect(len(told) == 5 and set(told) <= {"ok", "noisy", "drifting", "saturated"}, f"verdicts: {told}")
            for column, value in (("acked", 50_000), ("read", 50_000), ("lost", 0), ("duplicated", 0), ("reordered", 0),
                                  ("corrupted", 0)):
                equal({row[f"records_{column}"] for row in found}, {str(value)}, f"records {column}")


@test(f"{WAY}: confluent-kafka reads what kbench wrote")
def read_by_others():
    confluent = needs("confluent_kafka")
    if MECHANISM in ("OAUTHBEARER", "GSSAPI"):
        raise Skip(f"confluent-kafka of PyPI has no {MECHANISM} for this")
    with folder() as output:
        kbench("-b", BOOTSTRAP, "--command-config", os.environ["CLIENT_PROPERTIES"], "--records", 5000, "--partitions", 1,
               "--topic", "others", "--keep-topic", "--output", output + "/out").must_end_with(0)
        consumer = confluent.Consumer({**CONF, "bootstrap.servers": BOOTSTRAP, "group.id": "g"})
        consumer.assign([confluent.TopicPartition("others", 0, 0)])
        count, deadline = 0, time.monotonic() + 30
        while count < 5000 and time.monotonic() < deadline:
            count += sum(1 for message in consumer.consume(5000, 0.5) if not message.error())
        consumer.close()
        equal(count, 5000, "records read")


@test(f"{WAY}: sessions that end every few seconds cost no record and no connection")
def again_and_again():
    if not MECHANISM:
        raise Skip("nobody shows who he is without SASL")
    with folder() as output:
        kbench("-b", BOOTSTRAP, "--command-config", os.environ["CLIENT_PROPERTIES"], "--duration", "10s", "--rate", "50k",
               "--partitions", 8, "--verify", "--output", output + "/out", timeout=90).must_end_with(0)
        events = [row["event"] for row in table(output + "/out/events.csv")]
        expect(events.count("reauthenticated") >= 4, f"events: {events}")
        expect("disconnected" not in events and "retried" not in events, f"events: {events}")
        row = rows(output + "/out")[0]
        equal((row["records_lost"], row["records_duplicated"], row["records_reordered"]), ("0", "0", "0"), "records")


@test(f"{WAY}: who is not known is told so at once")
def wrong_user():
    if not HAS_USERS:
        raise Skip(f"{WAY} has no passwords")
    with folder() as output:
        for name, change in (("password", {"sasl.password": "wrong"}), ("user", {"sasl.username": "mallory"})):
            ended = with_properties(name, CONF | change, "--records", 1000, output=output)
            ended.must_end_with(1).must_say(f"refused {(CONF | change)['sasl.username']} by {MECHANISM}", "check the credentials")
            expect(ended.seconds < 8, f"it took {ended.seconds:.1f} s")


@test(f"{WAY}: certificates that are not right are told with why")
def certificates():
    if not IS_TLS:
        raise Skip("there are no certificates without TLS")
    with folder() as output:
        foreign = CLIENT | {"ssl.truststore.location": FOLDER + "/foreign-ca.pem"}
        with_properties("foreign", foreign, "--records", 10, output=output).must_end_with(1).must_say("is not accepted")
        if "ssl.keystore.location" in CLIENT:
            without = {key: value for key, value in CLIENT.items() if "keystore" not in key}
            with_properties("without", without, "--records", 10, output=output).must_end_with(1).must_say(
                "give this client a certificate", "shown none")
            others = CLIENT | {"ssl.keystore.location": FOLDER + "/foreign-client-keystore.pem"}
            with_properties("others", others, "--records", 10, output=output).must_end_with(1).must_say(
                "give this client a certificate")


@test(f"{WAY}: each of both sides' mistakes about the listener is told")
def mistakes():
    with folder() as output:
        if IS_TLS:
            with_properties("clear", {"security.protocol": "PLAINTEXT"}, "--records", 10, output=output).must_end_with(1).must_say("TLS")
        else:
            secured = {"security.protocol": "SSL"}
            with_properties("secured", secured, "--records", 10, output=output).must_end_with(1).must_say("TLS handshake")
        if MECHANISM:
            bare = {key: value for key, value in CLIENT.items() if not key.startswith("sasl")}
            bare["security.protocol"] = "SSL" if IS_TLS else "PLAINTEXT"
            with_properties("bare", bare, "--records", 10, output=output).must_end_with(1).must_say("want SASL")
            other = "PLAIN" if MECHANISM != "PLAIN" else "SCRAM-SHA-256"
            lacking = {key: value for key, value in CLIENT.items() if key != "sasl.jaas.config"} | {
                "sasl.mechanism": other, "sasl.username": "alice", "sasl.password": "alice-secret"}
            with_properties("lacking", lacking, "--records", 10, output=output).must_end_with(1).must_say(
                f"does not offer the SASL mechanism {other}", f"it offers {MECHANISM}")

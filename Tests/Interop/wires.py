"""Clients that are far from their brokers: kbench --rtt, other people's clients on kbench broker --rtt, and scripts/wire-relay."""

import contextlib
import json
import os
import queue
import signal
import socket
import struct
import subprocess
import threading
import time

from clients import Confluent, KafkaPython, difference, records
from harness import ROOT, embedded_broker, equal, expect, folder, kbench, needs, rows, test


def seconds(function):
    begun = time.monotonic()
    function()
    return time.monotonic() - begun


@test("kbench --rtt is a sweep whose acknowledgements take that long, and its columns and labels say so")
def swept():
    with folder() as output:
        ended = kbench("--rtt", "0ms,5ms,20ms", "--rate", "500", "--duration", "1s", "--linger", "0ms", "--partitions", 1, "--output",
                       output + "/out")
        ended.must_end_with(0)
        found = rows(output + "/out")
        equal([row["rtt_ms"] for row in found], ["", "5", "20"], "rtt_ms")
        for row, least in zip(found, (0, 5, 20)):
            p50 = float(row["latency_ack_p50_us"]) / 1000
            expect(least <= p50 < least + 2, f"with an RTT of {least} ms an acknowledgement took {p50} ms")
        expect("rtt=5ms" in ended.out, ended.out)
        with open(output + "/out/manifest.json") as file:
            configurations = json.load(file)["configurations"]
        equal([c["rtt_ns"] for c in configurations], [0, 5_000_000, 20_000_000], "rtt_ns of the manifest")
        kbench("--resume", output + "/out").must_end_with(0)


@test("a long wire limits no rate: with enough in flight kbench sends through 5 ms what it sends through none")
def wide():
    # Through 20 ms the 32 MiB of the client's memory would be the limit: 1.6 GiB/s.
    with folder() as output:
        for rtt in ("0ms", "5ms"):
            kbench("--rtt", rtt, "--records", "2M", "--record-size", "1000", "--partitions", 512, "--concurrency", 512, "--batch-size",
                   "256KiB", "--output", f"{output}/{rtt}").must_end_with(0)
        near, far = (float(rows(f"{output}/{rtt}")[0]["throughput_bytes_per_s"]) for rtt in ("0ms", "5ms"))
        expect(far > near / 4, f"{far / 2**20:.0f} MiB/s through 5 ms, {near / 2**20:.0f} MiB/s through none")


@test("confluent-kafka measures the round trip time that its broker was given, in each of its calls")
def measured():
    needs("confluent_kafka")
    from confluent_kafka import Producer
    from confluent_kafka.admin import AdminClient, NewTopic
    with embedded_broker("--rtt", "50ms") as broker:
        heard, rtts = threading.Event(), []

        def listen(text):
            for node in json.loads(text)["brokers"].values():
                if node["rtt"]["cnt"] > 0 and node["nodeid"] > 0:
                    rtts.append(node["rtt"]["p50"] / 1000)
                    heard.set()

        admin = AdminClient({"bootstrap.servers": broker})
        admin.create_topics([NewTopic("t", 1)])["t"].result(10)
        producer = Producer({
            "bootstrap.servers": broker, "linger.ms": 0, "statistics.interval.ms": 200, "stats_cb": listen})
        expect(seconds(lambda: producer.list_topics("t", 10)) >= 0.05, "metadata came early")
        deadline = time.monotonic() + 10
        while not heard.is_set() and time.monotonic() < deadline:
            producer.produce("t", b"x")
            expect(seconds(lambda: producer.flush(10)) >= 0.05, "a record was acknowledged early")
        expect(rtts and 50 <= rtts[-1] < 60, f"librdkafka measured {rtts} ms")


@test("other clients write and read through a long wire what they do through a short one, idempotent ones too")
def exchanged():
    for client in (Confluent, KafkaPython):
        with embedded_broker("--rtt", "10ms", "--log", "memory:64MiB") as broker:
            given = [record for record in records(200) if client.can_write(record)]
            settings = {"enable.idempotence": True} if client is Confluent else {}
            client(broker).write("t", given, **settings)
            found = difference(client(broker).read("t", len(given)), given)
            expect(found is None, f"{client.name}: {found}")


class Server:
    """A server on a free port: `serve` gets each connection, on a thread of its own."""

    def __init__(self, serve):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, args=(serve,), daemon=True).start()

    def accept(self, serve):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=serve, args=(connection,), daemon=True).start()


def echo(connection):
    with connection, contextlib.suppress(OSError):
        while data := connection.recv(1 << 16):
            connection.sendall(data)


def reset(connection):
    """Closes a connection so that the other end sees a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def expect_reset(connection):
    """The next thing that comes is a reset."""
    try:
        equal(connection.recv(100), None, "what came instead of a reset")
    except ConnectionResetError:
        pass


@contextlib.contextmanager
def relayed(rtt, *servers):
    """A relay before servers; gives a function that connects to one of them, and has the relay's `pid`."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in servers]
    ports = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    process = subprocess.Popen(
        [os.path.join(ROOT, "scripts", "wire-relay"), rtt, *(f"{p}=127.0.0.1:{s.port}" for p, s in zip(ports, servers))],
        stdout=subprocess.PIPE, text=True, start_new_session=True)

    def connect(index=0):
        connection = socket.create_connection(("127.0.0.1", ports[index]), timeout=20)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    try:
        equal(process.stdout.readline(), "ready\n", "the relay's first line")
        connect.pid = process.pid
        yield connect
        expect(process.poll() is None, "the relay ended by itself")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@test("a ping through the relay takes its round trip time, and pings under way together take no longer")
def pinged():
    def fastest(connection, enough=1.0):
        # Until one is fast enough: on a busy machine most wake-ups are late.
        least = 0.99
        for number in range(400):
            least = min(least, seconds(lambda: (connection.sendall(b"x"), connection.recv(1))))
            if number >= 49 and least < enough:
                break
        return least

    # What the threads' wake-ups cost here, which are as many on a short wire.
    with relayed("1ms", Server(echo)) as connect, connect() as connection:
        overhead = fastest(connection) - 0.001
    with relayed("20ms", Server(echo), Server(echo)) as connect:
        for index in (0, 1):
            with connect(index) as connection:
                time = fastest(connection, 0.0205 + overhead)
                expect(time >= 0.02, f"a ping took {time * 1000:.2f} ms")
                expect(time < 0.0205 + overhead, f"no ping took less than {time * 1000:.2f} ms")
        with connect() as connection:
            def many():
                for _ in range(100):
                    connection.sendall(b"x" * 100)
                left = 10_000
                while left:
                    left -= len(connection.recv(left))
            took = seconds(many)
            expect(0.02 <= took < 0.5, f"a hundred pings together took {took * 1000:.0f} ms")


@test("the relay limits no rate: a gigabyte crosses 40 ms at more than a few windows of TCP's would allow")
def bulk():
    total = 1 << 30

    def swallow(connection):
        buffer, left = bytearray(1 << 20), total
        with connection:
            while left > 0:
                left -= connection.recv_into(buffer)
            connection.sendall(b"done")

    with relayed("40ms", Server(swallow)) as connect, connect() as connection:
        data = bytes(1 << 20)

        def send():
            for _ in range(total // len(data)):
                connection.sendall(data)
            equal(connection.recv(4), b"done", "the answer")

        took = seconds(send)
        expect(took < 8, f"a gigabyte took {took:.1f} s")


@test("what is under way arrives before the end of its connection, and a reset arrives as a reset, from either side")
def ended():
    def talk(connection):
        with connection:
            connection.sendall(b"bye")

    def hang_up(connection):
        connection.sendall(b"bye")
        connection.recv(1)
        reset(connection)

    seen, heard = [], threading.Event()

    def listen(connection):
        try:
            while data := connection.recv(100):
                seen.append(data)
            seen.append("closed")
        except ConnectionResetError:
            seen.append("reset")
        heard.set()

    with relayed("20ms", Server(talk), Server(hang_up), Server(listen)) as connect:
        with connect(0) as connection:
            equal(connection.recv(100) + connection.recv(100), b"bye", "what came before the end")
        with connect(1) as connection:
            equal(connection.recv(100), b"bye", "what came before the reset")
            connection.sendall(b"x")
            expect_reset(connection)
        for end, word in ((socket.socket.close, "closed"), (reset, "reset")):
            connection = connect(2)
            connection.sendall(b"bye")
            time.sleep(0.005)
            end(connection)
            expect(heard.wait(10), "the server did not hear of the end")
            equal(seen, [b"bye", word] if word == "closed" else seen[:1] + [word], "what the server heard")
            seen.clear(), heard.clear()


@test("SIGUSR1 resets both ends of all connections of a relay, which goes on for the next ones")
def reset_by_signal():
    heard = queue.Queue()

    def listen(connection):
        try:
            while data := connection.recv(100):
                connection.sendall(data)
            heard.put("closed")
        except ConnectionResetError:
            heard.put("reset")

    with relayed("1ms", Server(listen)) as connect:
        for _ in range(2):
            connections = [connect() for _ in range(3)]
            for connection in connections:
                connection.sendall(b"x")
                equal(connection.recv(1), b"x", "the echo")
            os.kill(connect.pid, signal.SIGUSR1)
            for connection in connections:
                with connection:
                    expect_reset(connection)
                equal(heard.get(timeout=10), "reset", "what the server heard")


@test("a relay whose server is not there resets its client, and one that was given nonsense says so")
def refused():
    gone = Server(echo)
    gone.listener.shutdown(socket.SHUT_RDWR)
    gone.listener.close()
    with relayed("1ms", gone) as connect, connect() as connection:
        try:
            connection.sendall(b"x")
            equal(connection.recv(1), None, "what came of a server that is not there")
        except ConnectionError:
            pass
    for words, said in ((["5", "1=127.0.0.1:1"], "no unit"), (["2m", "1=127.0.0.1:1"], "more than a minute"),
                        (["5ms", "x"], "PORT=HOST:PORT"), (["5ms"], "usage"), (["5ms", "1=127.0.0.1"], "no port")):
        answer = subprocess.run([os.path.join(ROOT, "scripts", "wire-relay"), *words], capture_output=True, text=True)
        equal(answer.returncode, 64, f"status of {words}")
        expect(said in answer.stderr, f"'{said}' is not in {answer.stderr}")

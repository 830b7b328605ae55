"""Brokers that are not there or not Kafka: kbench has to give up by itself, in time, and say why."""

import signal
import socket
import threading
import time

from harness import Running, embedded_broker, expect, folder, kbench, test

# A kbench that can't reach or understand its broker has to give up by itself within this.
PATIENCE_SECONDS = 25


def refuses(bootstrap, *words):
    with folder() as output:
        ended = kbench("-b", bootstrap, "--records", 1000, "--output", output + "/out", timeout=60).must_end_with(1)
        expect(ended.seconds <= PATIENCE_SECONDS, f"took {ended.seconds:.0f} s: {ended}")
        ended.must_say("kbench: ", *words)
        expect("Fatal error" not in ended.err, f"it crashed: {ended}")
        expect(ended.rss < 200 << 20, f"{ended.rss >> 20} MiB of memory were used by {ended}")


class FalseBroker:
    """A server that is not Kafka: `behave` gets each connection, on a thread of its own."""

    def __init__(self, behave):
        self.behave, self.ending, self.is_connected = behave, threading.Event(), threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.listener.close()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.is_connected.set()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            with connection:
                self.behave(connection, self.ending)
        except OSError:
            pass


def http(connection, ending):
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def garbage(connection, ending):
    connection.recv(4096)
    connection.sendall(bytes((i * 167 + 13) % 256 for i in range(65536)))
    ending.wait(60)


def close_at_once(connection, ending):
    pass


def close_after_request(connection, ending):
    connection.recv(4096)


def close_in_answer(connection, ending):
    request = connection.recv(4096)
    connection.sendall(b"\x00\x00\x01\x00" + request[8:12] + b"\x00\x00")


def silence(connection, ending):
    ending.wait(60)


def huge_length(connection, ending):
    connection.recv(4096)
    connection.sendall(b"\x7f\xff\xff\xff" + bytes(1000))
    ending.wait(60)


def negative_length(connection, ending):
    connection.recv(4096)
    connection.sendall(b"\xff\xff\xff\xff")
    ending.wait(60)


def other_correlation(connection, ending):
    connection.recv(4096)
    connection.sendall(b"\x00\x00\x00\x0a" + b"\x55" * 4 + bytes(6))
    ending.wait(60)


def truncated_body(connection, ending):
    request = connection.recv(4096)
    connection.sendall(b"\x00\x00\x00\x08" + request[8:12] + b"\x00\x00\x7f\xff")
    ending.wait(60)


def drip(connection, ending):
    connection.recv(4096)
    for byte in b"\x00\x00\x10\x00" + bytes(60):
        connection.sendall(bytes([byte]))
        if ending.wait(1):
            return


def define_false_broker(sentence, behave):
    @test(f"a server that {sentence} makes it fail in time, with a message", waits=True)
    def false_broker():
        with FalseBroker(behave) as broker:
            refuses(broker.address, broker.address)
            expect(broker.is_connected.is_set(), "nobody came to the server")


for each_sentence, each_behaviour in (
    ("answers in HTTP", http), ("sends garbage", garbage), ("closes at once", close_at_once),
    ("closes after the first request", close_after_request), ("closes in mid-answer", close_in_answer),
    ("says nothing", silence), ("announces 2 GiB", huge_length), ("announces a negative length", negative_length),
    ("answers another request", other_correlation), ("answers with a truncated message", truncated_body),
    ("sends a byte a second", drip),
):
    define_false_broker(each_sentence, each_behaviour)


@test("a broker that isn't there makes it fail in time, with its address", waits=True)
def absent_broker():
    refuses("127.0.0.1:1", "127.0.0.1:1")


@test("a broker whose name can't be looked up makes it fail in time, with its name", waits=True)
def unknown_name():
    refuses("no-such-host.invalid:9092", "no-such-host.invalid")


@test("one absent broker among two does no harm")
def one_absent():
    with embedded_broker() as bootstrap, folder() as output:
        kbench("-b", f"127.0.0.1:1,{bootstrap}", "--records", 1000, "--output", output + "/out").must_end_with(0)


@test("Ctrl-C while the broker does not answer ends with 130 within seconds", waits=True)
def ctrl_c_while_connecting():
    with FalseBroker(silence) as broker, folder() as output:
        running = Running("-b", broker.address, "--records", 1000, "--output", output + "/out")
        expect(broker.is_connected.wait(15), "nobody came to the server within 15 s")
        running.signal(signal.SIGINT)
        begun = time.monotonic()
        running.finish(30).must_end_with(130)
        expect(time.monotonic() - begun < 8, f"took {time.monotonic() - begun:.0f} s")

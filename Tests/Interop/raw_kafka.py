"""Requests as they stand on the wire, for what no client would send: batches with producer ids, epochs and sequences of choice."""

import socket
import struct

TABLE = []
for index in range(256):
    for _ in range(8):
        index = index >> 1 ^ (0x82F63B78 if index & 1 else 0)
    TABLE.append(index)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def varint(value):
    value = value << 1 ^ value >> 63
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def batch(count, producer=-1, epoch=-1, sequence=-1, timestamp=1_700_000_000_000):
    """A record batch (magic 2, no codec) of `count` records with the value x; the last one's time is `timestamp`."""
    records = b""
    for delta in range(count):
        record = b"\0" + varint(0) + varint(delta) + varint(-1) + varint(1) + b"x" + varint(0)
        records += varint(len(record)) + record
    body = struct.pack(">hiqqqhii", 0, count - 1, timestamp, timestamp, producer, epoch, sequence, count) + records
    checked = struct.pack(">ibI", -1, 2, crc32c(body)) + body
    return struct.pack(">qi", 0, len(checked)) + checked


def text(value):
    return struct.pack(">h", len(value)) + value.encode()


class RawKafka:
    """A connection to one broker; answers come in the order of the requests."""

    def __init__(self, bootstrap, seconds=10):
        host, port = bootstrap.split(",")[0].rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=seconds)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.stream.close()
        self.socket.close()

    def send(self, key, version, body, flexible=False):
        header = struct.pack(">hhih", key, version, 1, -1) + (b"\0" if flexible else b"")
        self.socket.sendall(struct.pack(">i", len(header) + len(body)) + header + body)

    def answer(self, flexible=False):
        """The next answer without its header; None when the broker has closed the connection."""
        try:
            size = self.stream.read(4)
            frame = self.stream.read(struct.unpack(">i", size)[0]) if len(size) == 4 else b""
        except ConnectionError:
            return None
        return frame[5 if flexible else 4:] if frame else None

    def send_produce(self, topic, partition, records, acks=-1):
        self.send(0, 8, struct.pack(">hhii", -1, acks, 10_000, 1) + text(topic)
                  + struct.pack(">iii", 1, partition, len(records)) + records)

    def produced(self):
        """(error code, base offset, log append time, log start offset) of one partition; None of a closed connection."""
        frame = self.answer()
        if frame is None:
            return None
        name = struct.unpack_from(">h", frame, 4)[0]
        return struct.unpack_from(">hqqq", frame, 4 + 2 + name + 4 + 4)

    def produce(self, topic, partition, records, acks=-1):
        self.send_produce(topic, partition, records, acks)
        return self.produced()

    def api_versions(self):
        self.send(18, 0, b"")
        return self.answer()

    def init_producer(self, transactional=None, producer=-1, epoch=-1, version=4):
        """(error code, producer id, epoch)."""
        flexible = version >= 2
        if flexible:
            name = b"\0" if transactional is None else bytes([len(transactional) + 1]) + transactional.encode()
        else:
            name = struct.pack(">h", -1) if transactional is None else text(transactional)
        kept = struct.pack(">qh", producer, epoch) if version >= 3 else b""
        self.send(22, version, name + struct.pack(">i", 60_000) + kept + (b"\0" if flexible else b""), flexible)
        return struct.unpack_from(">hqh", self.answer(flexible), 4)

"""Requests of groups as they stand on the wire, for members that do what no client would do."""

import socket
import struct

from raw_kafka import RawKafka


class Writer:
    """Fields of a request, in the old forms or in the compact ones (KIP-482)."""

    def __init__(self, flexible):
        self.flexible, self.bytes = flexible, b""

    def number(self, form, value):
        self.bytes += struct.pack(">" + form, value)
        return self

    def length(self, count, form="h"):
        """Of a string, of bytes ("i") or of an array ("i"); None is null."""
        if not self.flexible:
            return self.number(form, -1 if count is None else count)
        value = 0 if count is None else count + 1
        while value >= 0x80:
            self.bytes += bytes([value & 0x7F | 0x80])
            value >>= 7
        self.bytes += bytes([value])
        return self

    def text(self, value):
        return self.data(None if value is None else value.encode(), "h")

    def data(self, value, form="i"):
        self.length(None if value is None else len(value), form)
        self.bytes += value or b""
        return self

    def each(self, values, write):
        self.length(None if values is None else len(values), "i")
        for value in values or ():
            write(value)
        return self

    def tags(self):
        self.bytes += b"\0" if self.flexible else b""
        return self


class Reader:
    def __init__(self, data, flexible):
        self.data, self.flexible, self.at = data, flexible, 0

    def number(self, form):
        size = struct.calcsize(">" + form)
        self.at += size
        return struct.unpack(">" + form, self.data[self.at - size:self.at])[0]

    def length(self, form="h"):
        if not self.flexible:
            count = self.number(form)
            return None if count < 0 else count
        value = shift = 0
        while True:
            byte = self.number("B")
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value - 1 if value else None

    def data_of(self, form="i"):
        count = self.length(form)
        if count is None:
            return None
        self.at += count
        return self.data[self.at - count:self.at]

    def text(self):
        data = self.data_of("h")
        return None if data is None else data.decode()

    def each(self, read):
        return [read() for _ in range(self.length("i") or 0)]

    def tags(self):
        if self.flexible:
            assert self.number("B") == 0, "no tagged fields are expected"


def subscription(name):
    """What a member says for a protocol: that it reads no topics, and the protocol's name as its own data.

    It has to be right: Kafka 4.3 never answers a JoinGroup whose metadata claim more topics than there are bytes.
    """
    return struct.pack(">hii", 0, 0, len(name)) + name.encode()


class RawMember(RawKafka):
    """A connection of one member. A request that waits is asked for later."""

    def __init__(self, bootstrap, seconds=10):
        super().__init__(bootstrap, seconds)
        self.reading = None

    def call(self, key, version, writer, read):
        """Sends a request; `arrived` gives what `read` makes of its answer."""
        self.send(key, version, writer.bytes, writer.flexible)
        self.reading = lambda: read(Reader(self.answer(writer.flexible), writer.flexible))

    def arrived(self, seconds=10):
        """The answer; None when it does not come within a time."""
        self.socket.settimeout(seconds)
        try:
            first = self.socket.recv(1, socket.MSG_PEEK)
        except TimeoutError:
            return None
        finally:
            self.socket.settimeout(10)
        assert first, "the broker has closed the connection"
        reading, self.reading = self.reading, None
        return reading()

    def join(self, group, member="", protocols=("range",), instance=None, version=5, kind="consumer", session=30_000):
        """(code, generation, protocol, leader, member, skips, [member])."""
        w = Writer(version >= 6).text(group).number("i", session).number("i", 20_000).text(member)
        w.text(instance).text(kind)
        w.each(protocols, lambda name: w.text(name).data(subscription(name)).tags())
        if version >= 8:
            w.text(None)
        w.tags()

        def read(r):
            r.number("i")
            code, generation = r.number("h"), r.number("i")
            if version >= 7:
                r.text()
            name, leader = r.text(), r.text()
            skips = version >= 9 and bool(r.number("B"))
            own = r.text()

            def listed():
                found = r.text(), r.text(), r.data_of()
                r.tags()
                return found[0]
            return code, generation, name or "", leader, own, skips, sorted(r.each(listed))
        self.call(11, version, w, read)

    def sync(self, group, generation, member, assignments=(), instance=None):
        """(code, assignment)."""
        w = Writer(False).text(group).number("i", generation).text(member).text(instance)
        w.each(assignments, lambda pair: w.text(pair[0]).data(pair[1]))
        self.call(14, 3, w, lambda r: (r.number("i"), r.number("h"), r.data_of())[1:])

    def heartbeat(self, group, generation, member, instance=None):
        w = Writer(False).text(group).number("i", generation).text(member).text(instance)
        self.call(12, 3, w, lambda r: (r.number("i"), r.number("h"))[1])

    def leave(self, group, members):
        """Members as (id, instance id); (code, [code])."""
        w = Writer(False).text(group)
        w.each(members, lambda pair: w.text(pair[0]).text(pair[1]))

        def read(r):
            r.number("i")
            return r.number("h"), r.each(lambda: (r.text(), r.text(), r.number("h"))[2])
        self.call(13, 3, w, read)

    def commit(self, group, generation, member, topic, offsets, instance=None, metadata=""):
        """The codes of the partitions, in ascending order: Kafka answers those first that it refuses."""
        w = Writer(False).text(group).number("i", generation).text(member).text(instance).number("i", 1).text(topic)
        w.each(offsets, lambda pair: w.number("i", pair[0]).number("q", pair[1]).number("i", -1).text(metadata))

        def read(r):
            r.number("i")
            return sorted(r.each(lambda: (r.text(), r.each(lambda: (r.number("i"), r.number("h"))[1])))[0][1])
        self.call(8, 7, w, read)

    def offsets(self, group, topic, partitions):
        """(code, [(offset, metadata, code)])."""
        w = Writer(False).text(group).number("i", 1).text(topic)
        w.each(partitions, lambda index: w.number("i", index))

        def read(r):
            r.number("i")
            topics = r.each(lambda: (r.text(), r.each(
                lambda: (r.number("i"), r.number("q"), r.number("i"), r.text(), r.number("h")))))
            found = [(offset, text, code) for _, rows in topics for _, offset, _, text, code in rows]
            return r.number("h"), found
        self.call(9, 5, w, read)

    def describe(self, group):
        """(code, state, protocol type, protocol, [member])."""
        w = Writer(False).length(1, "i").text(group).number("B", 0)

        def read(r):
            r.number("i")

            def one():
                found = r.number("h"), r.text(), r.text(), r.text(), r.text()
                members = r.each(lambda: (r.text(), r.text(), r.text(), r.text(), r.data_of(), r.data_of()))
                r.number("i")
                return (found[0], *found[2:], sorted((member[0], member[4], member[5]) for member in members))
            return r.each(one)[0]
        self.call(15, 4, w, read)

    def find_coordinator(self, group):
        """Its code; Kafka makes the topic of offsets when this is asked first."""
        self.call(10, 0, Writer(False).text(group), lambda r: r.number("h"))

    def delete(self, group):
        w = Writer(False).length(1, "i").text(group)
        self.call(42, 1, w, lambda r: (r.number("i"), r.each(lambda: (r.text(), r.number("h"))[1]))[1])

    def beat(self, group, member, epoch, names=None, owned=None, timeout=-1, regex=None, assignor=None, instance=None):
        """A heartbeat of KIP-848; owned as [(topic id, [partition])]. (code, epoch, assignment)."""
        w = Writer(True).text(group).text(member).number("i", epoch).text(instance).text(None).number("i", timeout)
        w.each(names, lambda name: w.text(name)).text(regex).text(assignor)

        def write(pair):
            w.bytes += pair[0]
            w.each(pair[1], lambda index: w.number("i", index)).tags()
        w.each(owned, write).tags()

        def read(r):
            r.number("i")
            code, _, _, told = r.number("h"), r.text(), r.text(), r.number("i")
            r.number("i")
            assignment = None
            if r.number("b") >= 0:
                def topic():
                    r.at += 16
                    found = r.data[r.at - 16:r.at], sorted(r.each(lambda: r.number("i")))
                    r.tags()
                    return found
                assignment = r.each(topic)
                r.tags()
            r.tags()
            return code, told, assignment
        self.call(68, 1, w, read)

"""Requests of a member of a share group as they stand on the wire, for what no client would send."""

from raw_groups import RawMember, Writer

ACCEPT = 1


def read_partitions(r, partition):
    """What `partition` reads of each partition of each topic."""
    def topic():
        r.at += 16
        found = r.each(partition)
        r.tags()
        return found

    return [one for found in r.each(topic) for one in found]


class RawShareMember(RawMember):
    """A member of a share group, at one broker (KIP-932)."""

    def __init__(self, address, group, member, topic_id):
        super().__init__(address)
        self.group, self.member, self.topic_id = group, member, topic_id

    def ask(self, key, writer, read):
        self.call(key, 1, writer, read)
        return self.arrived()

    def heartbeat(self, topic):
        """Joins the group. The error code."""
        writer = Writer(True).text(self.group).text(self.member).number("i", 0).text(None)
        writer.each([topic], writer.text).tags()
        return self.ask(76, writer, lambda r: (r.number("i"), r.number("h"))[1])

    def topics(self, writer, partitions, batches):
        def write_batch(batch):
            writer.number("q", batch[0]).number("q", batch[1]).each([ACCEPT], lambda kind: writer.number("b", kind)).tags()

        def write_partition(index):
            writer.number("i", index).each(batches, write_batch).tags()

        def write_topic(topic_id):
            writer.bytes += topic_id
            writer.each(partitions, write_partition).tags()

        return writer.each([self.topic_id] if partitions else [], write_topic)

    def fetch(self, epoch, partitions, count, wait_ms=0, batches=()):
        """(error code, [(partition's error code, code of its acknowledgements, acquired ranges)])."""
        writer = Writer(True).text(self.group).text(self.member)
        for number in (epoch, wait_ms, 1 if wait_ms else 0, 1 << 20, count, count):
            writer.number("i", number)
        self.topics(writer, partitions, batches).each([], None).tags()

        def read(r):
            def acquired():
                found = r.number("q"), r.number("q"), r.number("h")
                r.tags()
                return found[:2]

            def partition():
                r.number("i")
                code, _, told, _ = r.number("h"), r.text(), r.number("h"), r.text()
                r.number("i"), r.number("i"), r.tags(), r.data_of()
                found = r.each(acquired)
                r.tags()
                return code, told, found

            r.number("i")
            code, _, _ = r.number("h"), r.text(), r.number("i")
            return code, read_partitions(r, partition)

        return self.ask(78, writer, read)

    def acknowledge(self, epoch, partition, batches):
        """(error code, [error code of each partition])."""
        writer = Writer(True).text(self.group).text(self.member).number("i", epoch)
        self.topics(writer, [partition], batches).tags()

        def read(r):
            def partition():
                r.number("i")
                code, _ = r.number("h"), r.text()
                r.number("i"), r.number("i"), r.tags(), r.tags()
                return code

            r.number("i")
            code, _ = r.number("h"), r.text()
            return code, read_partitions(r, partition)

        return self.ask(79, writer, read)

/// The framing that snappy-java's `SnappyOutputStream` puts around blocks of raw snappy, and Kafka's Java client with it.
///
/// ```
///  0        8         12         16
/// +--------+---------+----------+--------------+-------+--------------+-------+--
/// | magic  | version | oldest   | byte count   | raw   | byte count   | raw   | …
/// | 8 bytes| int32 1 | reader 1 | int32        | block | int32        | block |
/// +--------+---------+----------+--------------+-------+--------------+-------+--
/// ```
/// All integers are big-endian. A block decompresses to any size its writer likes. Readers that know the framing (Java,
/// librdkafka, kafka-python, Sarama, franz-go) take what lacks the magic for one raw block.
enum XerialFraming {
    static let magic: [UInt8] = [0x82, 0x53, 0x4E, 0x41, 0x50, 0x50, 0x59, 0x00]
    static let header: [UInt8] = magic + [0, 0, 0, 1, 0, 0, 0, 1]

    /// The uncompressed bytes of a block as written: snappy-java's default, 32 KiB.
    static let blockByteCount = 32 * 1024

    /// The byte count before each block.
    static let lengthByteCount = 4

    /// Whether the framing's magic, of a complete header, is at `offset`.
    ///
    /// The versions are not compared: only 1 was ever written, and librdkafka does not look at them either.
    static func isHeader(_ source: RawSpan, at offset: Int) -> Bool {
        guard source.byteCount - offset >= header.count else { return false }
        for (index, byte) in magic.enumerated() where source.byte(at: offset + index) != byte { return false }
        return true
    }
}

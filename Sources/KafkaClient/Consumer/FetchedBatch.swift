public import KafkaProtocol
public import KafkaTransport

/// A record batch as a broker has sent it: its header, its bytes, and how it came.
///
/// The bytes are those that were read from the connection; nothing was copied. They stay as long as any batch of the same answer
/// does, and count against ``ConsumerConfiguration/bufferByteCountMax`` until then. Its checksum is right. ``RecordReader`` reads
/// its records.
public struct FetchedBatch: Sendable {
    /// The fields before the records.
    public let header: RecordBatchHeader
    /// The offset of the first record that is wanted: a broker sends whole batches, and the first one may begin before it.
    public let firstOffset: Int64
    let source: FetchSource
    let answer: FetchedAnswer
    /// Where the batch begins in the answer's frame.
    let position: Int

    /// The topic.
    public var topic: String { source.topic }
    /// The partition, from 0 on.
    public var partition: Int32 { source.partition }
    /// The offset behind the last record: from here on reading goes on.
    public var nextOffset: Int64 { header.nextOffset }
    /// The bytes of the batch as it is stored, its header included.
    public var byteCount: Int { header.batchByteCount }
    /// The request and the answer that brought it.
    public var exchange: FetchExchange { answer.exchange }

    /// How the records are compressed.
    public var compression: CompressionType { header.attributes.compression ?? .none }

    /// The batch's bytes, its header included.
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        get {
            // The batch has the answer, and the answer its frame.
            let frame = answer.buffer.frame
            return _overrideLifetime(
                frame.bytes.extracting(position..<position + header.batchByteCount), borrowing: self)
        }
    }
}

extension FetchedBatch {
    /// The error of a batch that can't be read.
    func corrupt(_ error: any KafkaError) -> KafkaClientError {
        KafkaClientError(
            error.code, "the batch at offset \(header.baseOffset) of partition \(partition) of topic '\(topic)'",
            underlying: error)
    }
}

/// A fetch request and its answer: what all batches of the answer have in common.
public struct FetchExchange: Sendable {
    /// The node id of the broker.
    public let broker: Int32
    /// When the request was written.
    public let began: MonotonicInstant
    /// When the whole answer was there.
    public let ended: MonotonicInstant
    /// The bytes of the answer.
    public let byteCount: Int
}

/// An answer, kept as long as somebody has a batch of it.
final class FetchedAnswer: Sendable {
    let buffer: FrameBuffer
    let exchange: FetchExchange

    init(_ buffer: FrameBuffer, _ exchange: FetchExchange) {
        self.buffer = buffer
        self.exchange = exchange
    }
}

/// Where batches are from: one for each partition that is read, shared by its batches.
final class FetchSource: Sendable {
    let topic: String
    let partition: Int32
    /// The lane's number for the partition.
    let slot: Int

    init(topic: String, partition: Int32, slot: Int) {
        self.topic = topic
        self.partition = partition
        self.slot = slot
    }
}

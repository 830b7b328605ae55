public import KafkaCompression
public import KafkaProtocol

/// A record that a ``Consumer`` has read, for programs that take them one by one.
///
/// It may be kept and sent to other tasks. Its bytes stay those of its batch, which it keeps; ``keyBytes`` and ``valueBytes`` are
/// copies that don't.
public struct ConsumedRecord: Sendable {
    /// The batch that the record is from.
    public var batch: FetchedBatch { source.batch }
    /// The record's offset in its partition.
    public let offset: Int64
    /// Milliseconds since 1970. The producer has set it, or the broker if the topic says so
    /// (`message.timestamp.type=LogAppendTime`).
    public let timestampMs: Int64
    private let fields: RecordFields
    private let source: ReadableBatch

    init(_ record: borrowing Record, of source: ReadableBatch) {
        offset = record.offset
        timestampMs = record.timestampMs
        fields = record.fields
        self.source = source
    }

    /// The topic.
    public var topic: String { source.batch.topic }
    /// The partition, from 0 on.
    public var partition: Int32 { source.batch.partition }

    /// The record, as ``RecordReader`` has it.
    public var record: Record {
        @_lifetime(borrow self)
        get {
            // The fields were read from these bytes, which stay as long as the source does.
            _overrideLifetime(
                Record(fields, offset: offset, timestampMs: timestampMs, source.recordBytes), borrowing: self)
        }
    }

    /// The key; nil for a record without one.
    public var key: RawSpan? {
        @_lifetime(borrow self)
        get { _overrideLifetime(record.key, borrowing: self) }
    }

    /// The value; nil for a tombstone.
    public var value: RawSpan? {
        @_lifetime(borrow self)
        get { _overrideLifetime(record.value, borrowing: self) }
    }

    /// A copy of the key; nil for a record without one.
    public var keyBytes: [UInt8]? { record.keyBytes }

    /// A copy of the value; nil for a tombstone.
    public var valueBytes: [UInt8]? { record.valueBytes }

    /// Copies of the headers, in order (KIP-82). Each call reads all of them.
    public var headers: [RecordHeader] { record.headers }
}

/// A batch with the bytes of its records, decompressed. It never changes, and its records keep it.
final class ReadableBatch: Sendable {
    let batch: FetchedBatch
    /// nil for a batch that is not compressed. It changes when nobody has it any more.
    private nonisolated(unsafe) var decompressed: [UInt8]?
    /// Where its memory goes back to.
    private let memory: DecodedMemory?

    init(_ batch: FetchedBatch, decompressed: [UInt8]?, of memory: DecodedMemory? = nil) {
        self.batch = batch
        self.decompressed = decompressed
        self.memory = memory
    }

    deinit {
        if let memory, var bytes = decompressed.take() { memory.giveBack(&bytes) }
    }

    /// The records, one behind the other.
    var recordBytes: RawSpan {
        @_lifetime(borrow self)
        get {
            if let decompressed { return _overrideLifetime(decompressed.span.bytes, borrowing: self) }
            let frame = batch.answer.buffer.frame
            let range = batch.position + RecordBatchHeader.byteCount..<batch.position + batch.byteCount
            return _overrideLifetime(frame.bytes.extracting(range), borrowing: self)
        }
    }
}

/// The records that a consumer reads, one by one: those of each partition in order.
///
/// A record costs some tens of nanoseconds more than it does by batches, and a batch that is compressed memory of its own. For
/// millions of records a second use ``Consumer/forEachBatch(codecs:_:)``.
public struct ConsumedRecords: AsyncSequence {
    let consumer: Consumer
    let codecs: CodecTable
    let decompressedByteCountMax: Int

    /// Takes records, one after the other.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private var batches: Consumer.AsyncIterator
        private let reader: RecordReader
        private var source: ReadableBatch?
        private var place = RecordCursor.Place()

        init(_ batches: Consumer.AsyncIterator, _ reader: RecordReader) {
            self.batches = batches
            self.reader = reader
        }

        /// The next record: at once when it was read, otherwise when one comes.
        ///
        /// A batch counts as handled when the record behind its last one is asked for.
        ///
        /// - Returns: nil when the consumer was closed.
        /// - Throws: `KafkaClientError`: why the consumer has ended, see ``ConsumerConfiguration/onProblem``; `.corruptBatch` and
        ///   `.codecFailed` for a batch that can't be read, after its records before that. `CancellationError` when the task is
        ///   cancelled.
        public mutating nonisolated(nonsending) func next() async throws -> ConsumedRecord? {
            while true {
                // What lies behind a seek is not the rest of a batch from before.
                if batches.isLastOutdated { source = nil }
                if let source {
                    if let record = try reader.nextRecord(of: source, &place) { return record }
                    self.source = nil
                }
                guard let batch = try await batches.next() else { return nil }
                source = try reader.open(batch, &place)
            }
        }
    }

    /// Takes the records of batches of all lanes.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(
            consumer.makeAsyncIterator(),
            RecordReader(codecs: codecs, decompressedByteCountMax: decompressedByteCountMax))
    }
}

extension Consumer {
    /// The records, one by one.
    ///
    /// ```swift
    /// for try await record in consumer.records() { print(record.partition, record.offset, record.valueBytes ?? []) }
    /// ```
    ///
    /// - Parameters:
    ///   - codecs: decompress batches. By default these are the codecs of the library.
    ///   - decompressedByteCountMax: the most bytes that a batch may have after decompression. A longer one is an error.
    public func records(codecs: CodecTable = CodecTable(), decompressedByteCountMax: Int = 64 << 20) -> ConsumedRecords
    {
        ConsumedRecords(consumer: self, codecs: codecs, decompressedByteCountMax: decompressedByteCountMax)
    }
}

extension RecordReader {
    /// Makes a batch readable: decompresses it into memory of its own.
    ///
    /// - Parameter place: is set to its first record.
    func open(_ batch: FetchedBatch, _ place: inout RecordCursor.Place) throws -> ReadableBatch {
        place = RecordCursor.Place(of: batch.header)
        let view = try view(of: batch)
        if view.compression == .none { return ReadableBatch(batch, decompressed: nil) }
        var decompressed: [UInt8] = []
        try decompress(view, of: batch, into: &decompressed)
        return ReadableBatch(batch, decompressed: decompressed)
    }

    /// The next record of a batch that is wanted; nil after the last.
    func nextRecord(of source: ReadableBatch, _ place: inout RecordCursor.Place) throws -> ConsumedRecord? {
        let bytes = source.recordBytes
        var cursor = RecordCursor(bytes, of: source.batch.header, at: place)
        defer { place = cursor.place }
        while true {
            let record: Record?
            do throws(RecordBatchError) {
                record = try cursor.next()
            } catch {
                throw source.batch.corrupt(error)
            }
            guard let record else { return nil }
            if record.offset >= source.batch.firstOffset { return ConsumedRecord(record, of: source) }
        }
    }
}

import KafkaCompression
public import KafkaProtocol

/// A batch that a consumer has read, decompressed by one of its decoders; see ``Consumer/withDecoders(_:codecs:limits:_:)``.
public struct DecodedBatch: Sendable {
    private let source: ReadableBatch
    private let failure: KafkaClientError?
    /// The CPU time that decompressing took, in ns; nil where it was not measured.
    package let decompressionNs: Int64?

    init(_ source: ReadableBatch, failure: KafkaClientError?, decompressionNs: Int64?) {
        self.source = source
        self.failure = failure
        self.decompressionNs = decompressionNs
    }

    /// The batch as it was read.
    public var batch: FetchedBatch { source.batch }

    /// The bytes of its records, without the batch's header.
    package var recordByteCount: Int { source.recordBytes.byteCount }

    /// Calls `body` for each record that is wanted, in order.
    ///
    /// - Parameter body: gets each record, whose bytes are valid during the call.
    /// - Throws: `KafkaClientError`: `.corruptBatch` when the batch can't be decompressed, or a length or a count is wrong;
    ///   `.codecFailed` when it decompresses to more bytes than are allowed; `.systemResources` when a decompressor gets no memory.
    ///   Otherwise what `body` throws. `body` has been called for the records before the failure.
    ///
    /// Source: record batch v2, KIP-98.
    public func forEachRecord(_ body: (_ record: borrowing Record) throws -> Void) throws {
        if let failure { throw failure }
        do {
            let cursor = RecordCursor(
                source.recordBytes, of: batch.header, at: RecordCursor.Place(of: batch.header))
            try cursor.forEach(from: batch.firstOffset, body)
        } catch let error as RecordBatchError {
            throw batch.corrupt(error)
        }
    }
}

/// What decoders may use of memory.
public struct DecoderLimits: Sendable {
    /// The most bytes that a batch may have after decompression: 1 KiB to 2 GiB. A longer one is an error.
    public var batchByteCountMax: Int
    /// The most decompressed bytes that wait, or that somebody has: 64 KiB to 64 GiB. When there are so many, nothing more is
    /// decompressed; so each decoder may go beyond it by the batches that it takes at once, eight at most.
    public var byteCountMax: Int

    /// Creates limits. Parameters that are left out have the defaults; the properties say units and bounds.
    public init(batchByteCountMax: Int = 64 << 20, byteCountMax: Int = 64 << 20) {
        self.batchByteCountMax = batchByteCountMax
        self.byteCountMax = byteCountMax
    }

    func problems(decoders count: Int) -> [ConfigurationProblem] {
        var check = ConfigurationCheck("withDecoders")
        check.expect("count", count, in: 1...1024)
        check.expect("limits.batchByteCountMax", batchByteCountMax, in: (1 << 10)...Int(Int32.max))
        check.expect("limits.byteCountMax", byteCountMax, in: (64 << 10)...(64 << 30))
        return check.problems
    }
}

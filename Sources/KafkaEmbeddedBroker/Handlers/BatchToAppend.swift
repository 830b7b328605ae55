import KafkaProtocol

/// The records of one partition in a produce request, to be checked before they are appended.
struct BatchToAppend {
    let index: Int32
    let records: UnsafeRawBufferPointer?
    let version: Int16
    let acks: Int16
    /// Of the request.
    let transactionalID: String?

    struct Refusal: Error {
        let code: KafkaErrorCode
        var isChecksumMismatch = false
        /// Whether Kafka's log refuses it, and not the broker before it looks for the log: only then the answer has the
        /// partition's start offset.
        var isOfLog = false
    }

    /// The batch's bytes and header, when it is one batch and whole.
    ///
    /// Source: `ProduceRequest.validateRecords`, `UnifiedLog.analyzeAndValidateRecords` and `LogValidator` of Kafka.
    func check(messageByteCountMax: Int) throws(Refusal) -> (UnsafeRawBufferPointer, RecordBatchHeader) {
        guard acks >= -1, acks <= 1 else { throw Refusal(code: .invalidRequiredAcks) }
        guard let records, !records.isEmpty else { throw Refusal(code: .invalidRecord) }
        guard records.count <= messageByteCountMax else { throw Refusal(code: .messageTooLarge) }
        let header: RecordBatchHeader
        let compression: CompressionType
        do throws(RecordBatchError) {
            let view = try RecordBatchView(records.bytes)
            header = view.header
            compression = view.compression
        } catch {
            throw Self.refusal(error)
        }
        guard compression != .zstd || version >= 7 else { throw Refusal(code: .unsupportedCompressionType) }
        // One batch, of a client's, with an offset for each record.
        guard header.batchByteCount == records.count else { throw Refusal(code: .invalidRecord) }
        guard header.baseOffset == 0, !header.attributes.isControl, header.recordCount > 0,
            Int(header.lastOffsetDelta) + 1 == Int(header.recordCount),
            header.producerID < 0 || header.baseSequence >= 0
        else { throw Refusal(code: .invalidRecord, isOfLog: true) }
        if header.attributes.isTransactional {
            guard transactionalID != nil else { throw Refusal(code: .transactionalIdAuthorizationFailed) }
            guard header.producerID >= 0 else { throw Refusal(code: .invalidRecord, isOfLog: true) }
        }
        return (records, header)
    }

    private static func refusal(_ error: RecordBatchError) -> Refusal {
        switch error.kind {
        case .checksumMismatch: Refusal(code: .corruptMessage, isChecksumMismatch: true)
        case .malformed, .unknownCompression: Refusal(code: .corruptMessage)
        // Kafka does not take bytes that are fewer than a batch for a damaged one.
        case .truncated, .unsupportedMagic: Refusal(code: .invalidRecord)
        }
    }
}

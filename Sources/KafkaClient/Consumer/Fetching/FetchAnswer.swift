// An answer is walked twice: first from header to header, which tells where to go on, so that the next request can leave; then
// the checksums are computed, while the broker works.

import KafkaProtocol

/// What the answer of one partition holds: where its batches lie, and where to go on.
package struct PartitionBatches {
    /// Stretches of batches that are handed out, as ranges of the frame.
    package private(set) var runs: [(range: Range<Int>, firstOffset: Int64)] = []
    package private(set) var next: FetchPosition
    /// Why the batches behind those are not read.
    package private(set) var problem: ConsumerProblem.Kind?
    package private(set) var error: RecordBatchError?
    /// The bytes of the first batch, where the broker has cut it.
    package private(set) var cutByteCount: Int?

    /// Walks the headers.
    ///
    /// - Parameters:
    ///   - records: the range of the partition's records in the frame.
    ///   - position: where the partition was read to.
    ///   - aborted: nil when batches of all transactions are read.
    package init(
        _ records: Range<Int>, in frame: RawSpan, from position: FetchPosition, aborted: AbortedTransactions?
    ) {
        var aborted = aborted
        next = position
        var at = records.lowerBound
        var run: (begin: Int, firstOffset: Int64)?
        while at < records.upperBound {
            let header: RecordBatchHeader
            let isUnwanted: Bool
            do throws(RecordBatchError) {
                let view = try RecordBatchView(frame.extracting(at..<records.upperBound), verifyingChecksum: false)
                header = view.header
                let isAborted = aborted?.isAborted(header, isAbort: view.isAbortMarker) ?? false
                isUnwanted = isAborted || header.attributes.isControl || header.recordCount == 0
            } catch {
                if error.kind == .truncated {
                    if at == records.lowerBound { cutByteCount = Self.statedByteCount(frame, at, records.upperBound) }
                } else {
                    problem = .corruptBatch(next: Self.offset(behind: at..<records.upperBound, of: frame, error.kind))
                    self.error = error
                }
                break
            }
            // A broker begins with the batch that holds the offset that was asked for.
            let isRead = header.nextOffset <= next.offset
            if isRead || isUnwanted {
                if let begun = run { runs.append((begun.begin..<at, begun.firstOffset)) }
                run = nil
            } else if run == nil {
                run = (at, next.offset)
            }
            if !isRead { next = FetchPosition(offset: header.nextOffset, epoch: header.partitionLeaderEpoch) }
            at += header.batchByteCount
        }
        if let run { runs.append((run.begin..<at, run.firstOffset)) }
    }

    /// The offset behind a batch that is not understood, if its checksum is right.
    private static func offset(
        behind range: Range<Int>, of frame: RawSpan, _ reason: RecordBatchError.Kind
    ) -> Int64? {
        // Other formats have other headers.
        if case .unsupportedMagic = reason { return nil }
        guard range.count >= RecordBatchHeader.byteCount else { return nil }
        let bytes = frame.extracting(range)
        let header = RecordBatchHeader(unchecked: bytes)
        guard header.batchByteCount >= RecordBatchHeader.byteCount, header.batchByteCount <= range.count,
            header.matches(bytes.extracting(0..<header.batchByteCount))
        else { return nil }
        return header.nextOffset
    }

    /// The bytes of a batch that was cut, as far as its length is there.
    private static func statedByteCount(_ frame: RawSpan, _ begin: Int, _ end: Int) -> Int? {
        guard end - begin >= 12 else { return nil }
        let length = Int32(bigEndian: frame.unsafeLoadUnaligned(fromByteOffset: begin + 8, as: Int32.self))
        return length < 0 ? nil : Int(length) + 12
    }
}

extension FetchedRun {
    /// Checks the checksums of all batches. When one is wrong, the run ends before it.
    ///
    /// - Returns: the header of the batch that is damaged.
    mutating func verify() -> RecordBatchHeader? {
        let frame = answer.buffer.frame
        let bytes = frame.bytes
        var at = position
        while at < end {
            let header = RecordBatchHeader(unchecked: bytes.extracting(at...))
            let next = at + header.batchByteCount
            guard header.matches(bytes.extracting(at..<next)) else {
                end = at
                return header
            }
            at = next
        }
        return nil
    }
}

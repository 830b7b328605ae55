import KafkaProtocol

// A broker that lies: what it stores is not what it answers. See `StorageFault`.
extension Session {
    /// Does to a checked batch what the fault says, and answers as if it was stored.
    func pretend(
        _ fault: StorageFault, _ records: UnsafeRawBufferPointer, _ header: RecordBatchHeader,
        in partition: PartitionLog
    ) -> PartitionLog.Appended {
        switch fault {
        case .lose: return partition.pretendToAppend(header, node: node.id)
        case .double:
            let result = store(records, header, in: partition)
            // Without a producer id, or it would be known as a duplicate.
            if result.isNew { _ = store(records, header.withoutProducer, in: partition) }
            return result
        case .swap:
            let held = HeldBatches.Held(bytes: Array(records), header: header)
            // The batch behind which it is to be stored waits itself: then this one is the next of that.
            guard shard.faults.heldBatches.hold(held, of: partition) else {
                return store(records, header, in: partition)
            }
            return partition.pretendToAppend(header, node: node.id)
        case .corrupt:
            var copy = Array(records)
            header.corrupt(&copy)
            return copy.withUnsafeBytes { store($0, header, in: partition) }
        case .damage:
            var copy = Array(records)
            copy[copy.count - 1] ^= 0xFF
            return copy.withUnsafeBytes { store($0, header, in: partition) }
        }
    }

    /// Stores what was to be stored behind the batch that the partition just got.
    func storeHeldBatches(of partition: PartitionLog) {
        if shard.faults.heldBatches.isEmpty { return }
        guard let held = shard.faults.heldBatches.take(of: partition) else { return }
        _ = held.bytes.withUnsafeBytes { store($0, held.header.withoutProducer, in: partition) }
    }
}

extension PartitionLog {
    /// Answers as if the batch was appended at the end, and appends nothing. An idempotent producer's next batch is the next
    /// in sequence all the same.
    fileprivate func pretendToAppend(_ header: RecordBatchHeader, node: Int32) -> Appended {
        state.withLock { state in
            var result = Appended(leadership: state.leadership)
            if let code = state.refusal(node: node, epoch: -1) {
                result.errorCode = code
                return result
            }
            if header.producerID >= 0, state.producers.check(header) == .next {
                state.producers.append(header, at: state.endOffset)
            }
            result.baseOffset = state.endOffset
            result.startOffset = state.startOffset
            return result
        }
    }
}

extension RecordBatchHeader {
    /// As that of a producer that is not idempotent.
    fileprivate var withoutProducer: RecordBatchHeader {
        var header = self
        (header.producerID, header.producerEpoch, header.baseSequence) = (-1, -1, -1)
        return header
    }

    /// Flips the last byte of the first value that has any, and mends the checksum of the batch.
    fileprivate func corrupt(_ batch: inout [UInt8]) {
        guard let offset = Self.offsetOfValueByte(in: batch) else { return }
        batch[offset] ^= 0xFF
        batch.withUnsafeMutableBytes { seal($0) }
    }

    private static func offsetOfValueByte(in batch: [UInt8]) -> Int? {
        batch.withUnsafeBytes { bytes in
            guard let view = try? RecordBatchView(bytes.bytes, verifyingChecksum: false), view.compression == .none,
                let base = bytes.baseAddress
            else { return nil }
            var cursor = view.cursor(over: view.recordBytes)
            while let record = try? cursor.next() {
                guard let value = record.value, value.byteCount > 0 else { continue }
                return value.withUnsafeBytes { $0.baseAddress.map { $0 - base + value.byteCount - 1 } }
            }
            return nil
        }
    }
}

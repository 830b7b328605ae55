/// What an idempotent or transactional producer writes into the header of a batch when it sends it.
///
/// Source: record batch v2, KIP-98.
package struct ProducerStamp: Equatable, Sendable {
    /// The producer's id, which a broker has given out.
    package var producerID: Int64
    /// The producer's epoch: 0 or more.
    package var producerEpoch: Int16
    /// The sequence number of the first record: 0 or more. The number after `Int32.max` is 0.
    package var baseSequence: Int32
    /// Whether the batch belongs to a transaction.
    package var isTransactional: Bool

    package init(producerID: Int64, producerEpoch: Int16, baseSequence: Int32, isTransactional: Bool = false) {
        self.producerID = producerID
        self.producerEpoch = producerEpoch
        self.baseSequence = baseSequence
        self.isTransactional = isTransactional
    }
}

extension RecordBatchHeader {
    /// Where the producer's fields begin and end.
    private static let stampRange = 43..<57
    /// Where those of a transactional one do: the attributes say that it is one.
    private static let transactionalRange = 22..<57

    /// Writes the header of a sealed batch with a producer's stamp. The batch stays as it is: its checksum and the
    /// difference that the stamp makes give the new one.
    ///
    /// - Parameters:
    ///   - sealed: the whole batch, as `seal` left it.
    ///   - stamp: nil leaves the header as it is.
    ///   - target: 61 bytes.
    package static func write(
        of sealed: UnsafeRawBufferPointer, _ stamp: ProducerStamp?, to target: UnsafeMutableRawBufferPointer
    ) {
        precondition(sealed.count >= byteCount && target.count == byteCount)
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: sealed[0..<byteCount]))
        guard let stamp else { return }
        target.storeBigEndian(stamp.producerID, at: 43)
        target.storeBigEndian(stamp.producerEpoch, at: 51)
        target.storeBigEndian(stamp.baseSequence, at: 53)
        // The low byte of the attributes.
        if stamp.isTransactional { target[22] |= 1 << 4 }
        let range = stamp.isTransactional ? transactionalRange : stampRange
        withUnsafeTemporaryAllocation(byteCount: range.count, alignment: 8) { difference in
            for (index, position) in range.enumerated() {
                difference[index] = sealed[position] ^ target[position]
            }
            let change = CRC32C.change(
                UnsafeRawBufferPointer(difference), followedBy: sealed.count - range.upperBound)
            let crc = UInt32(bigEndian: sealed.loadUnaligned(fromByteOffset: 17, as: UInt32.self))
            target.storeBigEndian(crc ^ change, at: 17)
        }
    }
}

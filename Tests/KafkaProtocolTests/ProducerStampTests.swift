import TestSupport
import Testing

@testable import KafkaProtocol

/// The header that an idempotent producer sends in front of a sealed batch.
@Suite struct ProducerStampTests {
    /// The whole batch, sealed with a producer's fields in its header from the beginning.
    private func sealed(_ byteCount: Int, _ stamp: ProducerStamp?, seed: UInt64) -> [UInt8] {
        var random = SeededGenerator(seed: seed)
        var bytes = (0..<byteCount).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        var header = RecordBatchHeader()
        header.batchByteCount = byteCount
        header.recordCount = 7
        if let stamp {
            header.producerID = stamp.producerID
            header.producerEpoch = stamp.producerEpoch
            header.baseSequence = stamp.baseSequence
            header.attributes.isTransactional = stamp.isTransactional
        }
        bytes.withUnsafeMutableBytes { header.seal($0) }
        return bytes
    }

    @Test(arguments: [62, 63, 100, 1080, 1081, 4096, 65_536, 1 << 20, (1 << 20) + 57, 2_200_001])
    func `a stamp changes the checksum as sealing anew would`(byteCount: Int) {
        let stamps = [
            ProducerStamp(producerID: 0, producerEpoch: 0, baseSequence: 0),
            ProducerStamp(producerID: .max, producerEpoch: .max, baseSequence: .max),
            ProducerStamp(producerID: 4711, producerEpoch: 3, baseSequence: 123_456_789), nil,
            ProducerStamp(producerID: 4711, producerEpoch: 3, baseSequence: 123_456_789, isTransactional: true),
        ]
        let plain = sealed(byteCount, nil, seed: UInt64(byteCount))
        for stamp in stamps {
            var head = [UInt8](repeating: 0, count: RecordBatchHeader.byteCount)
            plain.withUnsafeBytes { plain in
                head.withUnsafeMutableBytes { RecordBatchHeader.write(of: plain, stamp, to: $0) }
            }
            let expected = sealed(byteCount, stamp, seed: UInt64(byteCount)).prefix(RecordBatchHeader.byteCount)
            #expect(head == Array(expected))
        }
    }
}

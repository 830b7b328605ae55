import KafkaProtocol
import Testing

@testable import KafkaClient

@Suite struct FetchedQueueTests {
    private let batch: [UInt8] = {
        var bytes = [UInt8](repeating: 0, count: RecordBatchHeader.byteCount + 7)
        var header = RecordBatchHeader()
        header.batchByteCount = bytes.count
        header.recordCount = 1
        bytes.withUnsafeMutableBytes { header.seal($0) }
        return bytes
    }()

    @Test func `a partition is held until its lane knows that more may be asked for`() throws {
        let queue = FetchedQueue(partitionByteCountMax: 2 * batch.count, tracks: false)
        let run = FetchedRun(
            answer: try .of(batch + batch + batch), source: FetchSource(topic: "t", partition: 0, slot: 0), position: 0,
            end: 3 * batch.count, firstOffset: 0)
        #expect(queue.push([run]) == [0])
        for waiting in [2, 1, 0] {
            guard case .batch = queue.take() else {
                Issue.record("no batch where \(waiting + 1) should be")
                return
            }
            #expect(queue.waitingByteCount == waiting * batch.count && queue.isAnyHeld)
        }
        #expect(queue.takeReleased() == [0])
        #expect(!queue.isAnyHeld)
    }
}

import KafkaCompression
import KafkaProtocol
import KafkaQueues
import KafkaTransport

/// Decompresses one batch after another, on a thread of its own.
final class Decoder {
    private let queue: DecodedQueue
    private let reader: RecordReader
    /// Of so many batches the time of one is measured; 0 for none.
    private let batchesPerMeasurement: Int
    private var compressedCount = 0

    init(_ queue: DecodedQueue, _ reader: RecordReader, batchesPerMeasurement: Int) {
        self.queue = queue
        self.reader = reader
        self.batchesPerMeasurement = batchesPerMeasurement
    }

    /// Works until nothing more comes, or the task is cancelled.
    nonisolated(nonsending) func run() async {
        while true {
            switch queue.takeWork() {
            case .batches(let batches, let ticket):
                for (index, batch) in batches.enumerated() {
                    queue.put(decode(batch), as: ticket + index, isLast: index == batches.count - 1)
                }
            case .nothing: if (try? await wait()) == nil { return }
            case .ended: return
            }
        }
    }

    private nonisolated(nonsending) func wait() async throws {
        let waiter = Waiter<Void>()
        defer { queue.leave(waiter) }
        if queue.join(waiter) { try await waiter.wait() }
    }

    private func decode(_ batch: FetchedBatch) -> DecodedBatch {
        if batch.compression == .none {
            return DecodedBatch(ReadableBatch(batch, decompressed: nil), failure: nil, decompressionNs: nil)
        }
        var bytes = queue.memory.take()
        var failure: KafkaClientError?
        compressedCount += 1
        let isMeasured = batchesPerMeasurement > 0 && compressedCount % batchesPerMeasurement == 0
        let before = isMeasured ? ThreadCPU.nowNs() : 0
        do throws(KafkaClientError) {
            try reader.decompress(reader.view(of: batch), of: batch, into: &bytes)
        } catch {
            failure = error
        }
        let spentNs = isMeasured ? ThreadCPU.nowNs() - before : nil
        queue.memory.count(bytes)
        return DecodedBatch(
            ReadableBatch(batch, decompressed: bytes, of: queue.memory), failure: failure, decompressionNs: spentNs)
    }
}

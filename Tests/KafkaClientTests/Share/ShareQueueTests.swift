import Synchronization
import Testing

@testable import KafkaClient

@Suite struct ShareQueueTests {
    @Test func `telling the lane costs the same however often it was told`() {
        let queue = ShareQueue(lowCount: 1)
        let places = Mutex<[UInt]>([])
        queue.setOnChange {
            var here: UInt8 = 0
            let place = withUnsafePointer(to: &here) { UInt(bitPattern: $0) }
            places.withLock { $0.append(place) }
        }
        let source = FetchSource(topic: "t", partition: 0, slot: 0)
        let records = AcquiredRecords(offsets: [], others: [], lockedUntil: .now)
        let acquisition = Acquisition(source, broker: 1, memberID: "m", records)
        for _ in 0..<1000 {
            queue.note(acquisition)
            _ = queue.look()
        }
        // Each call would lie deeper in the stack than the one before.
        let all = places.withLock { $0 }
        #expect(all.count == 1000 && (all.max() ?? 0) - (all.min() ?? 0) < 1000)
    }
}

import Testing

@testable import KafkaClient

struct PendingEpochsTests {
    @Test func `an epoch ends when all that was pending has ended, in whatever order, and newcomers don't count`() {
        var epochs = PendingEpochs()
        #expect(epochs.beginNext() == nil)
        let old = [epochs.begin(), epochs.begin()]
        let end = epochs.beginNext()!
        let newer = epochs.begin()
        let laterEnd = epochs.beginNext()!
        #expect(epochs.beginNext() == laterEnd)
        #expect(newer > end && laterEnd >= newer)
        epochs.end(newer)
        epochs.end(old[1])
        #expect(epochs.first <= end)
        epochs.end(old[0])
        #expect(epochs.first > laterEnd)
        #expect(epochs.beginNext() == nil)
        for _ in 0..<100 {
            let one = epochs.begin()
            #expect(epochs.beginNext() == one)
            epochs.end(one)
            #expect(epochs.first > one)
        }
    }
}

import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaClient

/// The records that are not yet with the builder, as a value.
@Suite struct GatheredRecordsTests {
    @Test func `a record that its chunk refuses leaves nothing behind`() throws {
        var gathered = GatheredRecords(byteCountMax: 1000)
        let destination = GatheredRecords.Destination(topic: "t", partition: nil)
        let isReserved = gathered.room.reserve(100)
        #expect(isReserved)
        do throws(KafkaClientError) {
            _ = try gathered.add(to: destination, byteCount: 100, now: .now) { _ throws(KafkaClientError) in
                throw KafkaClientError(.recordTooLarge, "refused")
            }
            Issue.record("it was added")
        } catch {
            #expect(error.code == .recordTooLarge)
        }
        #expect(gathered.room.byteCount == 0)
        let handovers = gathered.handOverAll()
        #expect(handovers.isEmpty)
    }
}

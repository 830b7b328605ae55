import Testing

@testable import KafkaProtocol

@Suite("KafkaUUID")
struct KafkaUUIDTests {
    @Test("is written as Kafka writes it, and read back")
    func text() {
        // org.apache.kafka.common.Uuid of Kafka 4.3.1: new Uuid(0x0123456789abcdefL, 0xfedcba9876543210L).toString()
        let id = KafkaUUID(high: 0x0123_4567_89ab_cdef, low: 0xfedc_ba98_7654_3210)
        #expect(id.description == "ASNFZ4mrze_-3LqYdlQyEA")
        #expect(KafkaUUID("ASNFZ4mrze_-3LqYdlQyEA") == id)
        #expect(KafkaUUID.zero.description == "AAAAAAAAAAAAAAAAAAAAAA")
    }

    @Test("refuses other lengths, other characters and stray bits", arguments: ["", "AAAA", "AAAAAAAAAAAAAAAAAAAAA+"])
    func refused(text: String) {
        #expect(KafkaUUID(text) == nil)
        #expect(KafkaUUID("AAAAAAAAAAAAAAAAAAAAAB") == nil)
    }
}

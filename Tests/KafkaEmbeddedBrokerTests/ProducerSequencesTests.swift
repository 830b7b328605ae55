import KafkaProtocol
import Testing

@testable import KafkaEmbeddedBroker

@Suite struct ProducerSequencesTests {
    private func header(_ sequence: Int32, count: Int32 = 1, epoch: Int16 = 0, id: Int64 = 1) -> RecordBatchHeader {
        var header = RecordBatchHeader()
        header.producerID = id
        header.producerEpoch = epoch
        header.baseSequence = sequence
        header.recordCount = count
        header.lastOffsetDelta = count - 1
        return header
    }

    @Test func `five batches are remembered, the sixth last is out of order`() {
        var sequences = ProducerSequences()
        for sequence in 0..<7 as Range<Int32> {
            #expect(sequences.check(header(sequence)) == .next)
            sequences.append(header(sequence), at: Int64(sequence) * 10)
        }
        for sequence in 2..<7 as Range<Int32> {
            #expect(sequences.check(header(sequence)) == .duplicate(baseOffset: Int64(sequence) * 10))
        }
        #expect(sequences.check(header(1)) == .refused(.outOfOrderSequenceNumber))
    }

    @Test func `sequences go on with zero after the largest`() {
        #expect(ProducerSequences.advance(.max, by: 1) == 0)
        #expect(ProducerSequences.advance(.max - 1, by: 5) == 3)
        var sequences = ProducerSequences()
        sequences.append(header(.max - 2, count: 5), at: 0)
        #expect(sequences.check(header(2)) == .next)
        #expect(sequences.check(header(.max - 2, count: 5)) == .duplicate(baseOffset: 0))
    }

    @Test func `a batch of other length at the same sequence is no duplicate`() {
        var sequences = ProducerSequences()
        sequences.append(header(0, count: 5), at: 0)
        #expect(sequences.check(header(0, count: 4)) == .refused(.outOfOrderSequenceNumber))
    }

    @Test func `an unknown producer may begin anywhere`() {
        #expect(ProducerSequences().check(header(42)) == .next)
    }

    @Test func `the producer that came first is forgotten first`() {
        var sequences = ProducerSequences()
        for id in 0...Int64(ProducerSequences.producerCountMax) { sequences.append(header(0, id: id), at: 0) }
        #expect(sequences.check(header(9, id: 0)) == .next)
        #expect(sequences.check(header(9, id: 1)) == .refused(.outOfOrderSequenceNumber))
    }
}

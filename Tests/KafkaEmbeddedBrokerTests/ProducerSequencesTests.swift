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
        header.maxTimestampMs = 7
        return header
    }

    @Test func `five batches are remembered, the sixth last is out of order`() {
        var sequences = ProducerSequences()
        for sequence in 0..<7 as Range<Int32> {
            #expect(sequences.check(header(sequence)) == .next)
            sequences.append(header(sequence), at: Int64(sequence) * 10)
        }
        for sequence in 2..<7 as Range<Int32> {
            #expect(
                sequences.check(header(sequence)) == .duplicate(baseOffset: Int64(sequence) * 10, maxTimestampMs: 7))
        }
        #expect(sequences.check(header(1)) == .refused(.outOfOrderSequenceNumber))
    }

    @Test func `sequences go on with zero after the largest`() {
        #expect(ProducerSequences.advance(.max, by: 1) == 0)
        #expect(ProducerSequences.advance(.max - 1, by: 5) == 3)
        var sequences = ProducerSequences()
        sequences.append(header(.max - 2, count: 5), at: 0)
        #expect(sequences.check(header(2)) == .next)
        #expect(sequences.check(header(.max - 2, count: 5)) == .duplicate(baseOffset: 0, maxTimestampMs: 7))
    }

    @Test func `a batch of other length at the same sequence is no duplicate`() {
        var sequences = ProducerSequences()
        sequences.append(header(0, count: 5), at: 0)
        #expect(sequences.check(header(0, count: 4)) == .refused(.outOfOrderSequenceNumber))
    }

    @Test func `an unknown producer may begin anywhere`() {
        #expect(ProducerSequences().check(header(42)) == .next)
    }

    @Test func `a new epoch begins with zero, and an old one is refused, also its repetitions`() {
        var sequences = ProducerSequences()
        sequences.append(header(0, epoch: 1), at: 0)
        #expect(sequences.check(header(0, epoch: 0)) == .refused(.invalidProducerEpoch))
        #expect(sequences.check(header(1, epoch: 2)) == .refused(.outOfOrderSequenceNumber))
        #expect(sequences.check(header(0, epoch: 2)) == .next)
        sequences.append(header(0, epoch: 2), at: 1)
        #expect(sequences.check(header(0, epoch: 1)) == .refused(.invalidProducerEpoch))
        #expect(sequences.check(header(1, epoch: 2)) == .next)
    }

    @Test func `a producer with an id and no epoch may do anything, until it has one`() {
        var sequences = ProducerSequences()
        #expect(sequences.check(header(0, epoch: -2)) == .refused(.invalidProducerEpoch))
        sequences.append(header(5, epoch: -1), at: 0)
        #expect(sequences.check(header(9, epoch: -1)) == .next)
        #expect(sequences.check(header(5, epoch: -1)) == .duplicate(baseOffset: 0, maxTimestampMs: 7))
        #expect(sequences.check(header(9, epoch: 0)) == .next)
        sequences.append(header(9, epoch: 0), at: 1)
        #expect(sequences.check(header(10, epoch: -1)) == .refused(.invalidProducerEpoch))
    }

    @Test func `the producers that were silent longest are forgotten first, and not those that came first`() {
        var sequences = ProducerSequences()
        for id in 0..<Int64(ProducerSequences.producerCountMax) { sequences.append(header(0, id: id), at: 0) }
        sequences.append(header(1, id: 0), at: 0)
        #expect(sequences.check(header(9, id: 1)) == .refused(.outOfOrderSequenceNumber))
        sequences.append(header(0, id: 1 << 40), at: 0)
        #expect(sequences.check(header(9, id: 1)) == .next)
        for id in [0, Int64(ProducerSequences.producerCountMax) - 1] {
            #expect(sequences.check(header(9, id: id)) == .refused(.outOfOrderSequenceNumber))
        }
    }

    @Test func `what was forgotten may go on anywhere, and is not known to be repeated`() {
        var sequences = ProducerSequences()
        sequences.append(header(0), at: 0)
        sequences.forgetAll()
        #expect(sequences.check(header(0)) == .next)
        #expect(sequences.check(header(42)) == .next)
    }
}

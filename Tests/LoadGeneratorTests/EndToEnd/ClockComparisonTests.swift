import KafkaTransport
import Testing

@testable import LoadGenerator

struct ClockComparisonTests {
    private func at(_ us: Int64) -> MonotonicInstant { MonotonicInstant(nanoseconds: us * 1000) }

    /// An answer from a clock that is ahead, with the times that the ways take.
    private func answer(
        asked us: Int64, ahead: Int64, there: Int64, thinking: Int64 = 10, back: Int64
    ) -> (answer: ClockAnswer, heard: MonotonicInstant) {
        let question = ClockQuestion(number: 1, asker: 7, asked: at(us))
        let received = us + there + ahead
        return (
            ClockAnswer(
                question: question, answerer: 8, received: at(received), answered: at(received + thinking)),
            at(us + there + thinking + back)
        )
    }

    private func read(_ bytes: [UInt8]) -> ClockMessage? { ClockMessage(bytes.span.bytes) }

    @Test func `messages are read as they were written, and nothing else is`() {
        let question = ClockQuestion(number: 5, asker: 77, asked: at(123))
        let answer = ClockAnswer(question: question, answerer: 9, received: at(-4), answered: at(1 << 40))
        for message in [ClockMessage.question(question), .answer(answer)] {
            #expect(read(message.bytes) == message)
            #expect(read(Array(message.bytes.dropLast())) == nil)
            #expect(read([0] + message.bytes.dropFirst()) == nil)
        }
    }

    @Test(arguments: [0, 5_000_000, -3_000_000]) func `with ways of one length the offset is exact`(ahead: Int64) {
        var comparison = ClockComparison()
        #expect(comparison.estimate(at: at(0)) == nil)
        let (answer, heard) = answer(asked: 1000, ahead: ahead, there: 200, back: 200)
        comparison.add(answer, heard: heard)
        let estimate = comparison.estimate(at: heard)
        #expect(estimate?.offsetNs == ahead * 1000)
        #expect(estimate?.errorNs == 200_001)
    }

    @Test func `whatever the ways take, the truth is within the error, and the shortest way counts`() throws {
        var comparison = ClockComparison()
        var random = SystemRandomNumberGenerator()
        var shortest = Int64.max
        for round in 0..<40 {
            let (there, back) = (
                Int64.random(in: 50...5000, using: &random), Int64.random(in: 50...5000, using: &random)
            )
            shortest = min(shortest, there + back)
            let (answer, heard) = answer(asked: Int64(round) * 20_000, ahead: 1_234_567, there: there, back: back)
            comparison.add(answer, heard: heard)
            let estimate = try #require(comparison.estimate(at: heard))
            #expect(abs(estimate.offsetNs - 1_234_567_000) <= estimate.errorNs)
        }
        let end = comparison.estimate(at: at(800_000))
        #expect(end.map { $0.errorNs <= shortest * 500 + 100_000 } == true)
    }

    @Test func `an estimate gets worse with time, and a newer one takes its place`() {
        var comparison = ClockComparison()
        let first = answer(asked: 0, ahead: 100, there: 100, back: 100)
        comparison.add(first.answer, heard: first.heard)
        let later = at(10_000_000)
        #expect(comparison.estimate(at: later).map { $0.errorNs > 1_000_000 } == true)
        let second = answer(asked: 10_000_000, ahead: 400, there: 300, back: 300)
        comparison.add(second.answer, heard: second.heard)
        #expect(comparison.estimate(at: second.heard)?.offsetNs == 400_000)
    }

    @Test func `an answer that can't be is none`() {
        var comparison = ClockComparison()
        let (answer, heard) = answer(asked: 1000, ahead: 0, there: 100, thinking: 1000, back: 100)
        // Heard before it could have been given.
        comparison.add(answer, heard: at(1500))
        #expect(comparison.answerCount == 0 && comparison.estimate(at: heard) == nil)
    }
}

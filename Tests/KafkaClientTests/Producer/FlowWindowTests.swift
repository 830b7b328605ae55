import KafkaTransport
import Testing

@testable import KafkaClient

@Suite struct FlowWindowTests {
    @Test func `one quick answer does not make a far broker near`() {
        var flow = FlowWindow()
        let start = MonotonicInstant.now
        flow.didAnswer(100, began: start, ended: start + .microseconds(300), wasAlone: true)
        // From now on: two requests of 512 KiB for each round trip of 100 ms, all that the window allows.
        for round in 1...200 {
            let began = start + .milliseconds(100 * round)
            let count = flow.mustMeasure ? 1 : 2
            for index in 0..<count {
                flow.didAnswer(512 << 10, began: began, ended: began + .milliseconds(100), wasAlone: index == 0)
            }
        }
        #expect(flow.requestCount > 2)
        #expect(flow.byteCount(atLeast: 1 << 20) > 1 << 20)
    }

    @Test func `a near broker whose requests wait for each other stays near`() {
        var flow = FlowWindow()
        var now = MonotonicInstant.now
        var measuredCount = 0
        flow.didAnswer(100, began: now, ended: now + .microseconds(200), wasAlone: true)
        for _ in 0..<20_000 {
            let isAlone = flow.mustMeasure
            measuredCount += isAlone ? 1 : 0
            let took: Duration = isAlone ? .microseconds(200) : .milliseconds(2)
            flow.didAnswer(512 << 10, began: now, ended: now + took, wasAlone: isAlone)
            now = now + took
            #expect(flow.byteCount(atLeast: 0) == 0 && flow.requestCount == 2)
        }
        // Once in a while, and no more often.
        #expect((1...10).contains(measuredCount))
    }

    @Test func `a far broker gets more with each round trip until the rate grows no more`() {
        var flow = FlowWindow()
        var now = MonotonicInstant.now
        var rates: [Int] = []
        for _ in 0..<40 {
            // 100 MB/s at most.
            let count = min(flow.requestCount, 20)
            now = now + .milliseconds(100)
            for index in 0..<count {
                flow.didAnswer(500_000, began: now + .milliseconds(-100), ended: now, wasAlone: index == 0)
            }
            rates.append(count)
        }
        #expect(rates[0] == 2 && rates.last == 20)
        #expect(zip(rates, rates.dropFirst()).allSatisfy { $0 <= $1 && $1 <= 4 * $0 })
        #expect((15_000_000...20_000_000).contains(flow.byteCount(atLeast: 0)))
    }

    @Test func `small requests are spread over a round trip, and not over minutes`() {
        func interval(_ roundTrip: Duration) -> Duration {
            var flow = FlowWindow()
            let now = MonotonicInstant.now
            flow.didAnswer(100, began: now, ended: now + roundTrip, wasAlone: true)
            return flow.interval(5)
        }
        #expect(interval(.milliseconds(20)) == .microseconds(3500))
        #expect(interval(.microseconds(200)) <= .zero)
        #expect(interval(.seconds(30)) == .milliseconds(100))
    }

    @Test func `a broker that has never answered is not silent before it could be far away`() {
        var flow = FlowWindow()
        let start = MonotonicInstant(nanoseconds: 0)
        #expect(!flow.isMeasured && flow.silenceNs == 500_000_000)
        flow.didAnswer(100, began: start, ended: start + .milliseconds(20), wasAlone: true)
        #expect(flow.isMeasured && flow.silenceNs == 90_000_000)
    }
}

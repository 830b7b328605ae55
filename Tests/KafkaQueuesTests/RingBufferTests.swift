import TestSupport
import Testing

@testable import KafkaQueues

@Suite struct RingBufferTests {
    @Test func `elements come out in the order in which they went in, across growth and wrap-around`() {
        var ring = RingBuffer<Int>()
        var next = 0
        var expected = 0
        // Taking more slowly than adding moves the head through every slot at every capacity.
        for _ in 0..<1000 {
            for _ in 0..<3 {
                ring.append(next)
                next += 1
            }
            for _ in 0..<2 {
                #expect(ring.popFirst() == expected)
                expected += 1
            }
        }
        #expect(ring.count == 1000)
        #expect(ring.takeAll() == Array(2000..<3000))
        #expect(ring.isEmpty && ring.first == nil && ring.popFirst() == nil)
    }

    @Test func `what is put in front comes first, also when the ring is full`() {
        var ring = RingBuffer<Int>()
        for element in 0..<8 { ring.append(element) }
        ring.prepend(-1)
        ring.prepend(-2)
        #expect(ring.count == 10)
        #expect(ring.first == -2)
        #expect((0..<ring.count).map { ring[$0] } == Array(-2..<8))
        ring[0] = 7
        #expect(ring.takeAll() == [7, -1, 0, 1, 2, 3, 4, 5, 6, 7])
    }

    @Test func `removing keeps the order of the rest`() {
        var ring = RingBuffer<Int>()
        for element in 0..<5 { ring.append(element) }
        for element in 0..<3 {
            #expect(ring.popFirst() == element)
            ring.append(element + 5)
        }
        ring.removeAll { $0 % 2 == 0 }
        var rest: [Int] = []
        ring.forEach { rest.append($0) }
        #expect(rest == [3, 5, 7])
    }

    private final class Tracked {}

    @Test func `an element that was taken out is let go of at once`() {
        var ring = RingBuffer<Tracked>()
        for _ in 0..<100 { ring.append(Tracked()) }
        for _ in 0..<99 {
            weak let taken = ring.popFirst()
            #expect(taken == nil)
        }
        #expect(ring.count == 1)
    }

    @Test func `it does what an array does`() {
        var random = SeededGenerator()
        var ring = RingBuffer<Int>()
        var model: [Int] = []
        for step in 0..<20_000 {
            switch Int.random(in: 0..<6, using: &random) {
            case 0, 1:
                ring.append(step)
                model.append(step)
            case 2:
                ring.prepend(step)
                model.insert(step, at: 0)
            case 3 where Int.random(in: 0..<50, using: &random) == 0:
                ring.removeAll { $0 % 3 == 0 }
                model.removeAll { $0 % 3 == 0 }
            default:
                #expect(
                    ring.popFirst() == (model.isEmpty ? nil : model.removeFirst()), "step \(step), \(TestSeed.hint)")
            }
            #expect(ring.count == model.count && ring.first == model.first, "step \(step), \(TestSeed.hint)")
        }
        #expect(ring.takeAll() == model)
    }
}

import Testing

@testable import KafkaTransport

extension FrameAccumulator {
    /// Copies bytes in as a socket would, as many as there is space for at a time.
    mutating func receive(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let space = freeSpace()
            let count = min(space.count, rest.count)
            space.copyBytes(from: rest.prefix(count))
            didReceive(count)
            rest = rest.dropFirst(count)
        }
    }

    /// The next frame, copied; nil when it is not there yet or can't be.
    mutating func copiedFrame() -> [UInt8]? {
        if case .frame(let frame) = takeFrame() { [UInt8](frame) } else { nil }
    }
}

@Suite(.timeLimit(.minutes(1))) struct FrameAccumulatorTests {
    private func framed(_ content: [UInt8]) -> [UInt8] {
        withUnsafeBytes(of: Int32(content.count).bigEndian) { [UInt8]($0) } + content
    }

    private func content(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ count) } }

    @Test func `frames that drip in byte by byte come out whole`() {
        var accumulator = FrameAccumulator(capacity: 64, frameBytesMax: 1000)
        for count in [0, 1, 3, 59, 60, 61, 64, 200, 1000, 5] {
            let bytes = framed(content(count))
            for byte in bytes.dropLast() {
                accumulator.receive([byte])
                #expect(accumulator.takeFrame() == .incomplete)
            }
            accumulator.receive([bytes.last!])
            #expect(accumulator.copiedFrame() == content(count))
            #expect(accumulator.bufferedByteCount == 0)
        }
    }

    @Test func `many frames of one read come out in order`() {
        var accumulator = FrameAccumulator(capacity: 4096, frameBytesMax: 1000)
        let counts = Array(0..<60)
        accumulator.receive(counts.flatMap { framed(content($0)) })
        for count in counts { #expect(accumulator.copiedFrame() == content(count)) }
        #expect(accumulator.takeFrame() == .incomplete)
    }

    @Test(arguments: [1, 2, 3, 4, 5, 7, 63, 64, 65, 127]) func `reads of any size find the same frames`(step: Int) {
        var accumulator = FrameAccumulator(capacity: 64, frameBytesMax: 300)
        let counts = (0..<200).map { $0 * 37 % 301 }
        let bytes = counts.flatMap { framed(content($0)) }
        var found: [[UInt8]] = []
        for start in stride(from: 0, to: bytes.count, by: step) {
            accumulator.receive(Array(bytes[start..<min(bytes.count, start + step)]))
            while let frame = accumulator.copiedFrame() { found.append(frame) }
        }
        #expect(found == counts.map(content))
    }

    @Test func `a length that promises much costs no memory before the bytes come`() {
        var accumulator = FrameAccumulator(capacity: 64, frameBytesMax: .max >> 33)
        accumulator.receive([0x3F, 0xFF, 0xFF, 0xFF])
        var received = 4
        while received < 10_000 {
            let space = accumulator.freeSpace()
            #expect(space.count > 0)
            // Never more than as much again as has come.
            #expect(received + space.count <= max(64, 2 * received))
            let count = min(space.count, 100)
            accumulator.didReceive(count)
            received += count
            #expect(accumulator.takeFrame() == .incomplete)
        }
    }

    @Test func `a frame longer than the buffer takes no more room than it needs, and the room is given back`() {
        var accumulator = FrameAccumulator(capacity: 64, frameBytesMax: 10_000)
        let bytes = framed(content(100))
        accumulator.receive(Array(bytes.prefix(64)))
        #expect(accumulator.freeSpace().count == 40)
        accumulator.receive(Array(bytes.dropFirst(64)))
        #expect(accumulator.copiedFrame() == content(100))
        #expect(accumulator.freeSpace().count == 64)
    }

    @Test(arguments: [Int32(-1), .min, 101, .max]) func `a length that can't be is told and not believed`(length: Int32)
    {
        var accumulator = FrameAccumulator(capacity: 64, frameBytesMax: 100)
        accumulator.receive(withUnsafeBytes(of: length.bigEndian) { [UInt8]($0) })
        #expect(accumulator.takeFrame() == .badLength(length))
        // Whoever reads on in spite of it gets space and no trap.
        for _ in 0..<5 { accumulator.didReceive(accumulator.freeSpace().count) }
        #expect(accumulator.takeFrame() == .badLength(length))
    }

    @Test func `a frame of the greatest length is taken`() {
        var accumulator = FrameAccumulator(capacity: 64, frameBytesMax: 100)
        accumulator.receive(framed(content(100)))
        #expect(accumulator.copiedFrame() == content(100))
    }

    @Test func `whole frames that nobody takes don't stop the reading`() {
        var accumulator = FrameAccumulator(capacity: 64, frameBytesMax: 100)
        for count in 0..<100 { accumulator.receive(framed(content(count))) }
        for count in 0..<100 { #expect(accumulator.copiedFrame() == content(count)) }
    }

    @Test func `the buffer stays where it is while frames fit`() {
        var accumulator = FrameAccumulator(capacity: 64, frameBytesMax: 100)
        let base = accumulator.freeSpace().baseAddress
        for count in 0..<60 {
            accumulator.receive(framed(content(count)))
            #expect(accumulator.copiedFrame()?.count == count)
            #expect(accumulator.freeSpace().baseAddress == base)
        }
    }
}

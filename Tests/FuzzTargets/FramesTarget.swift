import KafkaTransport

/// A stream of frames that arrives in pieces: behind a byte for the buffer's size, one for the longest frame and one
/// for the pieces. What comes out is what a reader of the whole stream would see.
enum FramesTarget {
    private enum Event: Equatable {
        case frame([UInt8])
        case badLength(Int32)
    }

    static func run(_ bytes: [UInt8]) throws(FuzzTarget.Finding) -> Bool {
        guard bytes.count >= 3 else { return false }
        let frameBytesMax = 1 + Int(bytes[1]) * 8
        let stream = Array(bytes.dropFirst(3))
        let expected = whole(stream, frameBytesMax)
        let found = try inPieces(stream, capacity: 64 + Int(bytes[0]), frameBytesMax, UInt32(bytes[2]))
        try expect(found == expected, "\(found.count) frames came out, \(expected.count) went in, or others")
        return !expected.isEmpty
    }

    private static func whole(_ stream: [UInt8], _ frameBytesMax: Int) -> [Event] {
        var events: [Event] = []
        var position = 0
        while stream.count - position >= 4 {
            let length = Int32(bitPattern: stream[position..<position + 4].reduce(0) { $0 << 8 | UInt32($1) })
            if length < 0 || Int(length) > frameBytesMax { return events + [.badLength(length)] }
            let end = position + 4 + Int(length)
            if end > stream.count { break }
            events.append(.frame(Array(stream[position + 4..<end])))
            position = end
        }
        return events
    }

    private static func inPieces(
        _ stream: [UInt8], capacity: Int, _ frameBytesMax: Int, _ seed: UInt32
    ) throws(FuzzTarget.Finding) -> [Event] {
        var accumulator = FrameAccumulator(capacity: capacity, frameBytesMax: frameBytesMax)
        var events: [Event] = []
        var position = 0
        var random = seed
        while position < stream.count {
            let space = accumulator.freeSpace()
            try expect(!space.isEmpty, "there is no space for the next bytes")
            try expect(
                space.count <= 2 * (capacity + frameBytesMax + 4), "\(space.count) bytes of space for small frames")
            random = random &* 1_664_525 &+ 1_013_904_223
            let count = min(space.count, stream.count - position, 1 + Int(random >> 24) % 100)
            space.copyBytes(from: stream[position..<position + count])
            accumulator.didReceive(count)
            position += count
            loop: while true {
                switch accumulator.takeFrame() {
                case .incomplete: break loop
                case .frame(let frame): events.append(.frame(Array(frame)))
                case .badLength(let length): return events + [.badLength(length)]
                }
            }
        }
        return events
    }

    static var seeds: [[UInt8]] {
        let frames: [UInt8] = [0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 100] + Array(repeating: 7, count: 100)
        return [[0, 20, 1] + frames, [200, 0, 3] + frames, [0, 255, 9] + frames + [0xff, 0xff, 0xff, 0xff]]
    }
}

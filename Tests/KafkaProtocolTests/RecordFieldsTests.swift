import TestSupport
import Testing

@testable import KafkaProtocol

/// The short way to read a record gives what the long way gives.
@Suite struct RecordFieldsTests {
    private func zigZag(_ value: Int64) -> [UInt8] {
        var rest = UInt64(bitPattern: value << 1 ^ value >> 63)
        var bytes: [UInt8] = []
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    private func field(_ byteCount: Int) -> [UInt8] {
        byteCount < 0 ? zigZag(-1) : zigZag(Int64(byteCount)) + [UInt8](repeating: 7, count: byteCount)
    }

    private func record(
        key: Int, value: Int, timestampDelta: Int64, offsetDelta: Int64, headers: [UInt8] = [0], length: Int64 = 0
    ) -> [UInt8] {
        let body = [0] + zigZag(timestampDelta) + zigZag(offsetDelta) + field(key) + field(value) + headers
        return zigZag(Int64(body.count) + length) + body
    }

    /// What both ways make of bytes, as text; with the position behind.
    private func read(_ bytes: [UInt8], at begin: Int) -> (short: String, any: String) {
        func text(_ read: (UnsafeRawBufferPointer, inout Int, inout RecordDeltas) throws -> RecordFields) -> String {
            bytes.withUnsafeBytes { buffer in
                var position = begin
                var deltas = RecordDeltas()
                do {
                    let fields = try read(buffer, &position, &deltas)
                    return "\(fields) \(deltas) \(position)"
                } catch {
                    return "\(error)"
                }
            }
        }
        // What was read before must not show.
        var fields = RecordFields()
        fields.keyCount = 9
        return (
            text {
                try fields.read($0, &$1, &$2)
                return fields
            }, text { try RecordFields.readAny($0, &$1, &$2) }
        )
    }

    private func check(_ bytes: [UInt8], at begin: Int = 0, _ what: Comment) {
        let (short, any) = read(bytes, at: begin)
        #expect(short == any, what)
    }

    @Test func `records of every shape are read alike, with little and with much behind them`() {
        let counts = [-1, 0, 1, 5, 62, 63, 64, 65, 100, 8191, 8192, 9000]
        for key in counts {
            for value in counts {
                for (timestampDelta, offsetDelta) in [
                    (0, 0), (-1, 1), (63, 64), (-64, 8191), (-8193, 8192), (1 << 40, 1 << 31),
                ] {
                    let bytes = record(
                        key: key, value: value, timestampDelta: Int64(timestampDelta), offsetDelta: Int64(offsetDelta))
                    for tail in [0, 1, 7, 8, 40] {
                        check(
                            bytes + [UInt8](repeating: 0xFF, count: tail),
                            "key \(key), value \(value), \(tail) bytes behind")
                    }
                }
            }
        }
    }

    @Test func `headers, and lengths that contradict each other, are read alike`() {
        let headers: [UInt8] = zigZag(1) + field(3) + field(4)
        for length in Int64(-20)...20 {
            for ends in [[0], headers, [2], [1], [], [0, 0]] as [[UInt8]] {
                let bytes = record(
                    key: 3, value: 9, timestampDelta: 0, offsetDelta: 1, headers: ends, length: length)
                check(bytes + [UInt8](repeating: 0, count: 30), "length off by \(length), headers \(ends)")
                check(bytes, "length off by \(length), headers \(ends), nothing behind")
            }
        }
    }

    @Test func `bytes at random, and records with some of theirs changed, are read alike`() {
        var random = SeededGenerator()
        for _ in 0..<20_000 {
            var bytes = record(
                key: .random(in: -1...20, using: &random), value: .random(in: -1...90, using: &random),
                timestampDelta: .random(in: -100...100, using: &random),
                offsetDelta: .random(in: -2...300, using: &random))
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                bytes[.random(in: bytes.indices, using: &random)] = .random(in: 0...255, using: &random)
            }
            bytes.removeLast(.random(in: 0...2, using: &random))
            check(
                bytes + (0..<Int.random(in: 0...20, using: &random)).map { _ in .random(in: 0...255, using: &random) },
                "\(bytes)")
            check(bytes, at: .random(in: 0...2, using: &random), "\(bytes)")
        }
    }
}

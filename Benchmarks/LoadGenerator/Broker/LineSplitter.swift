/// Cuts bytes into lines.
struct LineSplitter {
    /// Longer lines are not kept.
    static let byteCountMax = 64 << 10

    enum Line: Equatable {
        /// Without its end. What is not UTF-8 is replaced.
        case text(String)
        case tooLong
    }

    private var bytes: [UInt8] = []
    private var isTooLong = false

    /// The lines that end in `more`.
    mutating func add(_ more: some Sequence<UInt8>) -> [Line] {
        var lines: [Line] = []
        for byte in more {
            if byte == UInt8(ascii: "\n") {
                lines += finish()
            } else if bytes.count < Self.byteCountMax {
                bytes.append(byte)
            } else {
                isTooLong = true
            }
        }
        return lines
    }

    /// The line that has no end, if there is one.
    mutating func finishLast() -> [Line] { bytes.isEmpty ? [] : finish() }

    private mutating func finish() -> [Line] {
        defer {
            bytes.removeAll(keepingCapacity: true)
            isTooLong = false
        }
        return [isTooLong ? .tooLong : .text(String(decoding: bytes, as: UTF8.self))]
    }
}

/// Buffers one after the other, cut into pieces that one record of TLS can protect.
struct PieceCursor {
    private let buffers: UnsafeBufferPointer<UnsafeRawBufferPointer>
    private var index = 0
    private var offset = 0

    init(_ buffers: UnsafeBufferPointer<UnsafeRawBufferPointer>) {
        self.buffers = buffers
        skipEmpty()
    }

    var isAtEnd: Bool { index == buffers.count }

    /// What is left.
    var rest: [UnsafeRawBufferPointer] {
        if isAtEnd { return [] }
        var rest = Array(buffers[index...])
        rest[0] = UnsafeRawBufferPointer(rebasing: rest[0][offset...])
        return rest
    }

    private mutating func skipEmpty() {
        while index < buffers.count, offset == buffers[index].count {
            index += 1
            offset = 0
        }
    }

    /// The bytes of the next record. They lie where they are when the buffer holds enough of them; short ones are gathered in
    /// `space`, so that they don't cost a record each.
    mutating func next(_ space: UnsafeMutableRawBufferPointer) -> UnsafeRawBufferPointer {
        let first = take(upTo: space.count)
        if first.count >= Self.shortByteCount || isAtEnd { return first }
        space.copyMemory(from: first)
        var count = first.count
        // A long one is cheaper where it lies.
        while !isAtEnd, count < space.count, left < Self.shortByteCount {
            let more = take(upTo: space.count - count)
            UnsafeMutableRawBufferPointer(rebasing: space[count...]).copyMemory(from: more)
            count += more.count
        }
        return UnsafeRawBufferPointer(rebasing: space[..<count])
    }

    /// A record costs about as much as to copy so many bytes.
    private static let shortByteCount = 4 << 10

    private var left: Int { buffers[index].count - offset }

    private mutating func take(upTo limit: Int) -> UnsafeRawBufferPointer {
        let count = min(limit, left)
        let taken = UnsafeRawBufferPointer(rebasing: buffers[index][offset..<offset + count])
        offset += count
        skipEmpty()
        return taken
    }
}

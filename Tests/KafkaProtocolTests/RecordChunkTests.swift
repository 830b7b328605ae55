import KafkaProtocol
import Testing

/// What a program sees of a chunk without a builder.
@Suite struct RecordChunkTests {
    /// Copies of the keys that `forEachKey` gives.
    private func keys(of chunk: RecordChunk) -> [[UInt8]?] {
        var indices: [Int] = []
        var keys: [[UInt8]?] = []
        chunk.forEachKey { index, key in
            indices.append(index)
            keys.append(key.map { [UInt8]($0) })
        }
        #expect(indices == Array(0..<chunk.count))
        return keys
    }

    @Test func `a text alone is the value of a record without a key`() throws {
        var chunk = RecordChunk()
        try chunk.append(value: "text")
        try chunk.append(value: "text", headers: [RecordHeader(key: "h", value: nil)], timestampMs: 5)
        #expect(chunk.count == 2)
        #expect(keys(of: chunk) == [nil, nil])
        #expect(chunk.byteCount == 2 * 4 + RecordChunk.encoded([RecordHeader(key: "h", value: nil)]).count)
    }

    @Test func `a value of nil, of bytes or of text needs no type beside it`() throws {
        var chunk = RecordChunk()
        try chunk.append(value: NullBytes())
        try chunk.append(value: [1, 2, 3])
        try chunk.append(value: [1, 2, 3], key: nil)
        try chunk.append(value: "text")
        try chunk.append(value: nil, key: "key")
        try chunk.append(value: nil, key: [1])
        #expect(chunk.count == 6)
        #expect(keys(of: chunk) == [nil, nil, nil, nil, Array("key".utf8), [1]])
    }

    @Test func `each record's key is seen in order, an empty one too`() throws {
        var chunk = RecordChunk()
        try chunk.append(value: "1", key: "a")
        try chunk.append(value: "2")
        try chunk.append(value: "3", key: "")
        try chunk.append(value: nil, key: "bcd")
        #expect(keys(of: chunk) == [[97], nil, [], [98, 99, 100]])
    }

    @Test func `keys in a shared arena are seen where they lie`() throws {
        let bytes: [UInt8] = [10, 20, 30, 40]
        var chunk = RecordChunk(sharing: try RecordArena(bytes: bytes.span.bytes))
        try chunk.append(keyAt: 1..<3, valueAt: 0..<1)
        try chunk.append(keyAt: nil, valueAt: 3..<4)
        #expect(keys(of: chunk) == [[20, 30], nil])
    }

    @Test func `a time before 1970 is refused, and the chunk stays as it was`() throws {
        var chunk = RecordChunk()
        for time in [-1, Int64.min] {
            #expect(throws: KafkaClientError.self) { try chunk.append(value: "a", timestampMs: time) }
            #expect(throws: KafkaClientError.self) { try chunk.append(keyAt: nil, valueAt: nil, timestampMs: time) }
        }
        #expect(chunk.isEmpty && chunk.byteCount == 0)
    }

    @Test func `keys and values of any type of bytes stand side by side`() throws {
        var chunk = RecordChunk()
        let bytes: [UInt8] = [1, 2, 3]
        try chunk.append(value: bytes, key: "text")
        try chunk.append(value: bytes[1...], key: "sub".dropFirst())
        try chunk.append(value: bytes.span.bytes, key: bytes.span)
        try bytes.withUnsafeBytes { try chunk.append(value: $0, key: ContiguousArray(bytes)) }
        try chunk.append(value: Optional("text"), key: [UInt8]?.none)
        #expect(keys(of: chunk) == [Array("text".utf8), Array("ub".utf8), bytes, bytes, nil])
        #expect(chunk.byteCount == 3 + 4 + 2 + 2 + 6 + 6 + 4)
    }

    @Test func `a chunk that grows keeps what it has, and so do its copies`() throws {
        var chunk = RecordChunk(capacity: 1, byteCapacity: 1)
        var copies: [RecordChunk] = []
        for number in 0..<100 {
            try chunk.append(value: "value \(number)", key: "\(number)")
            if number % 10 == 0 { copies.append(chunk) }
        }
        for (tens, copy) in copies.enumerated() {
            #expect(keys(of: copy) == (0...tens * 10).map { Array("\($0)".utf8) })
        }
        #expect(keys(of: chunk) == (0..<100).map { Array("\($0)".utf8) })
    }

    @Test func `memory that comes back is used again, and only when nobody reads it`() throws {
        var chunk = RecordChunk(capacity: 4, byteCapacity: 64)
        var kept: [RecordChunk] = []
        for round in 0..<50 {
            chunk.removeAll()
            for number in 0..<6 { try chunk.append(value: "value", key: "\(round * 10 + number)") }
            kept.append(round % 2 == 0 ? chunk : chunk.selecting([0, 5]))
            if kept.count > 3 { kept.removeFirst() }
            for (age, copy) in kept.reversed().enumerated() {
                let first = (round - age) * 10
                let numbers = (round - age) % 2 == 0 ? Array(first..<first + 6) : [first, first + 5]
                #expect(keys(of: copy) == numbers.map { Array("\($0)".utf8) })
            }
        }
    }
}

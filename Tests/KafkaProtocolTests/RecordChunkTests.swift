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
        try chunk.append(value: nil)
        try chunk.append(value: [1, 2, 3])
        try chunk.append(key: nil, value: [1, 2, 3])
        try chunk.append(key: nil, value: "text")
        try chunk.append(key: "key", value: nil)
        try chunk.append(key: [1], value: nil)
        #expect(chunk.count == 6)
        #expect(keys(of: chunk) == [nil, nil, nil, nil, Array("key".utf8), [1]])
    }

    @Test func `each record's key is seen in order, an empty one too`() throws {
        var chunk = RecordChunk()
        try chunk.append(key: "a", value: "1")
        try chunk.append(value: "2")
        try chunk.append(key: "", value: "3")
        try chunk.append(key: "bcd", value: nil)
        #expect(keys(of: chunk) == [[97], nil, [], [98, 99, 100]])
    }

    @Test func `keys in a shared arena are seen where they lie`() throws {
        let bytes: [UInt8] = [10, 20, 30, 40]
        var chunk = RecordChunk(sharing: try RecordArena(bytes: bytes.span.bytes))
        try chunk.append(keyAt: 1..<3, valueAt: 0..<1)
        try chunk.append(keyAt: nil, valueAt: 3..<4)
        #expect(keys(of: chunk) == [[20, 30], nil])
    }
}

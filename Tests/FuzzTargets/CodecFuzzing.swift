import KafkaCompression
import KafkaProtocol

/// One codec: bytes behind an even byte are decompressed, bytes behind an odd one compressed and decompressed again.
struct CodecFuzzing {
    private static let byteCountMax = 1 << 18
    let type: CompressionType

    init(_ type: CompressionType) { self.type = type }

    func run(_ bytes: [UInt8]) throws(FuzzTarget.Finding) -> Bool {
        guard let kind = bytes.first else { return false }
        if kind % 2 == 0 { return try decompress(Array(bytes.dropFirst())) }
        try roundTrip(Array(bytes.dropFirst()), level: Int(kind / 2))
        return true
    }

    private func decompress(_ source: [UInt8]) throws(FuzzTarget.Finding) -> Bool {
        let decompressor = made()
        guard let content = try decompressed(source, decompressor, byteCountMax: Self.byteCountMax) else {
            return false
        }
        let exact = try decompressed(source, decompressor, byteCountMax: content.count)
        try expect(exact == content, "\(content.count) bytes are not read again where exactly as many are allowed")
        guard !content.isEmpty else { return true }
        let less = try decompressed(source, decompressor, byteCountMax: content.count - 1)
        try expect(less == nil, "\(content.count) bytes are read where fewer are allowed")
        return true
    }

    private func roundTrip(_ source: [UInt8], level: Int) throws(FuzzTarget.Finding) {
        let levels = Codec.levels(of: type).map { max($0.lowerBound, -100)...$0.upperBound }
        // Of zstd's levels the highest ask for memory by the gigabyte.
        let chosen = levels.map { min($0.lowerBound + level % $0.count, 12) }
        guard let codec = try? Codec(type, level: chosen) else {
            throw FuzzTarget.Finding("\(type) has no level \(chosen ?? 0)")
        }
        let bytes = compressed(source, codec)
        let back = try decompressed(bytes, made(), byteCountMax: source.count)
        try expect(back == source, "\(codec): \(source.count) bytes do not come back")
    }

    private func made() -> any BatchDecompressor {
        // Only memory can be missing here, which is no finding about the bytes.
        guard let made = try? Codec(defaultOf: type).makeDecompressor() else { fatalError("no memory for \(type)") }
        return made
    }

    /// nil when the bytes are refused.
    private func decompressed(
        _ source: [UInt8], _ decompressor: any BatchDecompressor, byteCountMax: Int
    ) throws(FuzzTarget.Finding) -> [UInt8]? {
        var output: [UInt8] = [1, 2, 3]
        let isRead = withExactCopy(of: source) { bytes in
            (try? decompressor.decompress(bytes.bytes, into: &output, maxByteCount: byteCountMax)) != nil
        }
        try expect(isRead || output.isEmpty, "after an error the output is not empty")
        try expect(output.count <= byteCountMax, "\(output.count) bytes came out, \(byteCountMax) were allowed")
        return isRead ? output : nil
    }

    /// Traps when the codec refuses: no bytes that it is given can be at fault.
    func compressed(_ source: [UInt8], _ codec: Codec) -> [UInt8] {
        // As above.
        guard let compressor = try? codec.makeCompressor() else { fatalError("no memory for \(codec)") }
        let room = compressor.maxCompressedByteCount(for: source.count)
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: room, alignment: 1)
        defer { memory.deallocate() }
        var target = OutputRawSpan(buffer: memory, initializedCount: 0)
        do {
            try withExactCopy(of: source) { bytes throws(CodecError) in
                try compressor.compress(bytes.bytes, into: &target)
            }
        } catch {
            fatalError("\(codec) refuses \(source.count) bytes with room for \(room): \(error)")
        }
        return Array(memory[..<target.finalize(for: memory)])
    }

    var seeds: [[UInt8]] {
        let text = Array(String(repeating: "a line of text, 0123456789\n", count: 20).utf8)
        let codec = Codec(defaultOf: type)
        let compressed = [[], [7], text, text + Array(0...255) + text].map { self.compressed($0, codec) }
        return compressed.map { [0] + $0 } + [[0] + compressed[1] + compressed[2], [1] + text, [9] + text]
    }
}

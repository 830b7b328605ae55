import KafkaCompression

/// Array-to-array forms of the span-based calls.
extension BatchCompressor {
    /// What is in the target after compressing behind `prefix`, with `room` bytes left for it: the bound unless told.
    ///
    /// Behind the target lie bytes that must not be touched.
    func compressed(_ source: [UInt8], after prefix: [UInt8] = [], room: Int? = nil) throws(CodecError) -> [UInt8] {
        let byteCount = prefix.count + (room ?? maxCompressedByteCount(for: source.count))
        let guardByteCount = 64
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount + guardByteCount, alignment: 1)
        defer { memory.deallocate() }
        memory.initializeMemory(as: UInt8.self, repeating: 0xA5)
        let buffer = UnsafeMutableRawBufferPointer(rebasing: memory[..<byteCount])

        var target = OutputRawSpan(buffer: buffer, initializedCount: 0)
        for byte in prefix { target.append(byte) }
        var failure: CodecError?
        do { try compress(source.span.bytes, into: &target) } catch { failure = error }
        let written = target.finalize(for: buffer)

        precondition(memory[byteCount...].allSatisfy { $0 == 0xA5 }, "written behind the target")
        if let failure {
            precondition(written == prefix.count, "after an error the target holds more than before")
            throw failure
        }
        return Array(buffer[..<written])
    }
}

extension BatchDecompressor {
    func decompressed(_ source: [UInt8], maxByteCount: Int = 1 << 24) throws(CodecError) -> [UInt8] {
        var output: [UInt8] = [1, 2, 3]
        try decompress(source.span.bytes, into: &output, maxByteCount: maxByteCount)
        return output
    }

    /// The kind of the error that decompressing must end in, with the output emptied; nil when it succeeds.
    func failure(_ source: [UInt8], maxByteCount: Int = 1 << 24) -> CodecError.Kind? {
        failure(source, maxByteCount: maxByteCount).kind
    }

    /// As `failure`, together with the capacity that the output then has.
    func failure(_ source: [UInt8], maxByteCount: Int) -> (kind: CodecError.Kind?, capacity: Int) {
        var output: [UInt8] = []
        do {
            try decompress(source.span.bytes, into: &output, maxByteCount: maxByteCount)
            return (nil, output.capacity)
        } catch {
            precondition(output.isEmpty, "after an error the output is not empty")
            return (error.kind, output.capacity)
        }
    }
}

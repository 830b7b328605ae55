/// Memory that bytes are read into and stay in until they are written.
final class Chunk {
    let memory: UnsafeMutableRawBufferPointer
    /// Parcels with bytes of it, and who reads into it.
    var holders = 0

    init(byteCount: Int) { memory = .allocate(byteCount: byteCount, alignment: 4096) }

    deinit { memory.deallocate() }
}

/// Chunks that are used again and again, the one released last first: it may still be in the cache.
final class ChunkPool {
    private static let chunkByteCount = 512 << 10
    private static let spareCountMax = 256
    private var spares: [Chunk] = []

    /// A chunk with one holder.
    func take() -> Chunk {
        let chunk = spares.popLast() ?? Chunk(byteCount: Self.chunkByteCount)
        chunk.holders = 1
        return chunk
    }

    /// Takes one holder away; a chunk without any is used again.
    func release(_ chunk: Chunk) {
        chunk.holders -= 1
        if chunk.holders == 0, spares.count < Self.spareCountMax { spares.append(chunk) }
    }
}

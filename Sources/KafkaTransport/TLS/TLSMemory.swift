/// Memory of a loop that its secured channels use one after the other. Nothing stays in it when a callback of the loop returns,
/// except what the system has not taken yet: that has an output for itself until then.
final class TLSMemory {
    static let recordByteCount = TLSEngine.recordByteCountMax + TLSEngine.recordOverheadMax
    /// What is encrypted before it is sent. The other end goes to sleep while this one encrypts, and each write wakes it, which
    /// costs more than that this leaves the nearest caches.
    static let outputByteCount = 64 * recordByteCount
    private static let spareCountMax = 4

    /// What is read of the wire at once.
    let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
    /// Where short buffers are gathered.
    let record = UnsafeMutableRawBufferPointer.allocate(byteCount: TLSEngine.recordByteCountMax, alignment: 64)
    private(set) var output = TLSMemory.makeOutput()
    private var spares: [UnsafeMutableRawBufferPointer] = []

    deinit {
        input.deallocate()
        record.deallocate()
        output.deallocate()
        for spare in spares { spare.deallocate() }
    }

    private static func makeOutput() -> UnsafeMutableRawBufferPointer {
        .allocate(byteCount: outputByteCount, alignment: 64)
    }

    /// Gives the output away in which `bytes` lie, and takes another one; nil when they lie elsewhere. It comes back by `recycle`.
    func takeOutput(holding bytes: UnsafeRawBufferPointer) -> UnsafeMutableRawBufferPointer? {
        let begin = UnsafeRawPointer(output.baseAddress!)
        guard let address = bytes.baseAddress, address >= begin, address < begin + output.count else { return nil }
        defer { output = spares.popLast() ?? Self.makeOutput() }
        return output
    }

    func recycle(_ taken: UnsafeMutableRawBufferPointer) {
        if spares.count < Self.spareCountMax { spares.append(taken) } else { taken.deallocate() }
    }
}

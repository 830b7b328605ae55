/// How decompressors write into an array without clearing it first.
extension [UInt8] {
    /// The bytes that can be appended before the array has to move or `limit` bytes are reached.
    func room(upTo limit: Int) -> Int {
        Swift.min(capacity, limit) - count
    }

    /// Lets `body` write at the end of the array, into exactly `byteCount` bytes that are not initialised.
    ///
    /// `body` returns its result and how many bytes it wrote from the start on. The count is trusted: a C library
    /// returns it, which was given the size.
    mutating func append<Result>(
        upTo byteCount: Int, _ body: (UnsafeMutableRawBufferPointer) -> (Result, written: Int)
    ) -> Result {
        var result: Result?
        append(addingCapacity: byteCount) { span in
            span.withUnsafeMutableBufferPointer { buffer, initializedCount in
                let (value, written) = body(UnsafeMutableRawBufferPointer(buffer))
                precondition(written <= byteCount)
                initializedCount = written
                result = value
            }
        }
        return result!
    }
}

/// The record batches of one partition in a produce request or a fetch response: bytes that are never copied on the way
/// through a message.
package enum RecordsField: Equatable, Sendable {
    case null
    /// Decoded: the range of the bytes in the buffer given to the reader.
    case located(Range<Int>)
    /// To be encoded: so many bytes of the caller's, spliced into the frame (`WireWriter.splices`).
    case external(byteCount: Int)
    /// To be encoded: so many bytes, of which the first `own` are the writer's and written afterwards
    /// (`WireWriter.withRoom`). The others are spliced.
    case headed(byteCount: Int, own: Int)
    /// To be encoded: the bytes themselves, for small ones and tests.
    case bytes([UInt8])

    /// Zero for null.
    package var byteCount: Int {
        switch self {
        case .null: 0
        case .located(let range): range.count
        case .external(let byteCount), .headed(let byteCount, _): byteCount
        case .bytes(let bytes): bytes.count
        }
    }
}

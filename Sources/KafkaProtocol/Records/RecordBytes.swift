/// Bytes that can be the key or the value of a record: `[UInt8]`, `ArraySlice<UInt8>`, `ContiguousArray<UInt8>`, `String`
/// and `Substring` (as UTF-8), `RawSpan`, `Span<UInt8>`, `UnsafeRawBufferPointer`, an optional of any of these (nil is null),
/// and types of your own. `KafkaClientFoundation` adds `Data`.
///
/// The bytes are copied once, into the chunk that the record is gathered in.
public protocol RecordBytes: ~Copyable, ~Escapable {
    /// Calls `body` with the bytes, which are valid during the call; with nil for null.
    borrowing func withRecordBytes<Result, Failure: Error>(
        _ body: (RawSpan?) throws(Failure) -> Result
    ) throws(Failure) -> Result
}

/// Null: the key of a record that has none, or the value of a tombstone, which makes a compacted topic forget the key. What
/// `nil` is where the type of key or value is not known otherwise.
@frozen public struct NullBytes: RecordBytes, ExpressibleByNilLiteral, Sendable {
    /// Null.
    @inlinable public init() {}

    /// Null.
    @inlinable public init(nilLiteral: ()) {}

    /// Calls `body` with nil.
    @inlinable public borrowing func withRecordBytes<Result, Failure: Error>(
        _ body: (RawSpan?) throws(Failure) -> Result
    ) throws(Failure) -> Result { try body(nil) }
}

extension RawSpan: RecordBytes {
    /// Calls `body` with this span.
    @inlinable public borrowing func withRecordBytes<Result, Failure: Error>(
        _ body: (RawSpan?) throws(Failure) -> Result
    ) throws(Failure) -> Result { try body(copy self) }
}

extension Span: RecordBytes where Element == UInt8 {
    /// Calls `body` with this span's bytes.
    @inlinable public borrowing func withRecordBytes<Result, Failure: Error>(
        _ body: (RawSpan?) throws(Failure) -> Result
    ) throws(Failure) -> Result { try body(bytes) }
}

extension Array: RecordBytes where Element == UInt8 {
    /// Calls `body` with the array's bytes.
    @inlinable public borrowing func withRecordBytes<Result, Failure: Error>(
        _ body: (RawSpan?) throws(Failure) -> Result
    ) throws(Failure) -> Result { try body(span.bytes) }
}

extension ArraySlice: RecordBytes where Element == UInt8 {
    /// Calls `body` with the slice's bytes.
    @inlinable public borrowing func withRecordBytes<Result, Failure: Error>(
        _ body: (RawSpan?) throws(Failure) -> Result
    ) throws(Failure) -> Result { try body(span.bytes) }
}

extension ContiguousArray: RecordBytes where Element == UInt8 {
    /// Calls `body` with the array's bytes.
    @inlinable public borrowing func withRecordBytes<Result, Failure: Error>(
        _ body: (RawSpan?) throws(Failure) -> Result
    ) throws(Failure) -> Result { try body(span.bytes) }
}

extension UnsafeRawBufferPointer: RecordBytes {
    /// Calls `body` with the buffer's bytes.
    @inlinable public borrowing func withRecordBytes<Result, Failure: Error>(
        _ body: (RawSpan?) throws(Failure) -> Result
    ) throws(Failure) -> Result { try body(bytes) }
}

extension String: RecordBytes {
    /// Calls `body` with the text as UTF-8.
    @inlinable public borrowing func withRecordBytes<Result, Failure: Error>(
        _ body: (RawSpan?) throws(Failure) -> Result
    ) throws(Failure) -> Result { try body(utf8Span.span.bytes) }
}

extension Substring: RecordBytes {
    /// Calls `body` with the text as UTF-8.
    @inlinable public borrowing func withRecordBytes<Result, Failure: Error>(
        _ body: (RawSpan?) throws(Failure) -> Result
    ) throws(Failure) -> Result { try body(utf8Span.span.bytes) }
}

extension Optional: RecordBytes where Wrapped: RecordBytes & ~Copyable & ~Escapable {
    /// Calls `body` with the wrapped bytes; with nil when there are none.
    @inlinable public borrowing func withRecordBytes<Result, Failure: Error>(
        _ body: (RawSpan?) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch self {
        case .none: try body(nil)
        case .some(let bytes): try bytes.withRecordBytes(body)
        }
    }
}

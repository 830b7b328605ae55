import COpenSSL

/// A password, a token or a private key: bytes that no description, log or dump shows, and that are overwritten when nobody
/// needs them any more.
///
/// What a program itself keeps of it, such as the `String` that it was made of, is the program's own to forget.
public struct Secret: Sendable, ExpressibleByStringLiteral, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    private let storage: Storage

    private final class Storage: @unchecked Sendable {
        // Unchecked: written by `init` only.
        let bytes: UnsafeMutableRawBufferPointer

        init(_ source: UnsafeRawBufferPointer) {
            bytes = .allocate(byteCount: source.count, alignment: 1)
            bytes.copyMemory(from: source)
        }

        deinit {
            // The compiler may leave out a write to memory that is freed, but not this call.
            OPENSSL_cleanse(bytes.baseAddress, bytes.count)
            bytes.deallocate()
        }
    }

    /// A secret of a text's UTF-8.
    public init(_ text: String) {
        var text = text
        storage = text.withUTF8 { Storage(UnsafeRawBufferPointer($0)) }
    }

    /// A secret of bytes.
    public init(_ bytes: [UInt8]) { storage = bytes.withUnsafeBytes { Storage($0) } }

    /// A secret of a literal, for tests and examples.
    public init(stringLiteral value: String) { self.init(value) }

    /// Calls `body` with the bytes, which are valid during the call.
    public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try body(UnsafeRawBufferPointer(storage.bytes))
    }

    /// The number of bytes.
    public var byteCount: Int { storage.bytes.count }

    /// The bytes as a text that is made anew each time. The caller must not keep it.
    package var text: String { String(decoding: storage.bytes, as: UTF8.self) }

    /// The bytes as an array that is made anew each time.
    package var bytes: [UInt8] { Array(storage.bytes) }

    /// The same for all secrets.
    public var description: String { "(secret)" }
    /// The same for all secrets.
    public var debugDescription: String { "(secret)" }
    /// Shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension [UInt8] {
    /// Overwrites bytes that were part of a secret.
    package mutating func erase() {
        withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
        removeAll()
    }
}

/// What a codec could not do, and what can be done about it.
public struct CodecError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong, for code.
    public enum Kind: Sendable, Hashable {
        /// The bytes are not, or not wholly, what the format asks for.
        case corrupt
        /// Decompressing would yield more than this many bytes.
        case tooLarge(limit: Int)
        /// The compressed bytes do not fit the room they were given.
        case targetTooSmall
        /// The library could not allocate its context or its buffers.
        case outOfMemory
        /// The codec has no such level.
        case invalidLevel
        /// There is no such codec.
        case unknownCodec
    }

    /// The codec's name: "zstd".
    public let codec: String
    public let kind: Kind
    /// What happened and what to do, for people.
    public let message: String

    public init(codec: String, kind: Kind, message: String) {
        self.codec = codec
        self.kind = kind
        self.message = message
    }

    public var description: String { "\(codec): \(message)" }
}

extension CodecError {
    static func corrupt(_ codec: String, _ what: String) -> CodecError {
        CodecError(
            codec: codec, kind: .corrupt,
            message: "\(what); the batch was damaged on its way or written by something that is not \(codec)")
    }

    static func tooLarge(_ codec: String, limit: Int) -> CodecError {
        CodecError(
            codec: codec, kind: .tooLarge(limit: limit),
            message:
                "decompressing yields more than the \(limit) bytes allowed; raise the limit if such batches are meant")
    }

    static func targetTooSmall(_ codec: String, byteCount: Int, room: Int) -> CodecError {
        CodecError(
            codec: codec, kind: .targetTooSmall,
            message: "\(byteCount) bytes compress to more than the \(room) bytes of room; "
                + "give the target maxCompressedByteCount bytes, or compress less at once")
    }

    static func outOfMemory(_ codec: String, _ what: String) -> CodecError {
        CodecError(
            codec: codec, kind: .outOfMemory,
            message: "no memory for \(what); use fewer workers or a lower level")
    }
}

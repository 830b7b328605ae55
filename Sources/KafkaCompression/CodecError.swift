public import KafkaProtocol

/// Why a codec could not compress, decompress or be created.
public struct CodecError: KafkaError, Hashable {
    /// What went wrong in a codec. It is finer than the error's ``CodecError/code``.
    ///
    /// This is not an enumeration, so that codecs of your own can have kinds of their own.
    public struct Kind: Sendable, Hashable {
        /// The kind's name. In ``tooLarge(limit:)`` the limit is part of it.
        public let rawValue: String
        /// The ``CodecError/code`` of errors of this kind.
        public let code: KafkaClientError.Code

        /// A kind of your own.
        ///
        /// - Parameters:
        ///   - rawValue: the kind's name.
        ///   - code: the code of errors of this kind.
        public init(_ rawValue: String, code: KafkaClientError.Code = .codecFailed) {
            self.rawValue = rawValue
            self.code = code
        }

        /// The compressed bytes are damaged, cut short, or of another format.
        public static let corrupt = Kind("corrupt", code: .corruptBatch)
        /// Decompressing would yield more than `limit` bytes, which is what the caller allowed.
        public static func tooLarge(limit: Int) -> Kind { Kind("tooLarge(\(limit))") }
        /// The compressed bytes do not fit the target.
        public static let targetTooSmall = Kind("targetTooSmall")
        /// The codec's library got no memory for its context or its buffers.
        public static let outOfMemory = Kind("outOfMemory", code: .systemResources)
        /// The codec has no such level.
        public static let invalidLevel = Kind("invalidLevel", code: .invalidConfiguration)
        /// There is no such codec.
        public static let unknownCodec = Kind("unknownCodec", code: .invalidConfiguration)
    }

    /// The codec's name, such as `zstd`.
    public let codec: String
    /// What went wrong.
    public let kind: Kind
    /// What happened and what to do about it, for people.
    public let message: String

    /// Creates an error. Codecs of your own throw it too.
    public init(codec: String, kind: Kind, message: String) {
        self.codec = codec
        self.kind = kind
        self.message = message
    }

    /// The code of the error's kind.
    public var code: KafkaClientError.Code { kind.code }
    /// The codec's name and the message.
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

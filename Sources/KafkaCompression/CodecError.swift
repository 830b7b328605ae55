public import KafkaProtocol

/// What a codec could not do, and what can be done about it.
public struct CodecError: KafkaError, Hashable {
    /// What went wrong, in the words of codecs.
    ///
    /// A value and not an enumeration: a codec of yours may have kinds of its own.
    public struct Kind: Sendable, Hashable {
        /// The kind's name, and the limit that was exceeded where there is one.
        public let rawValue: String
        /// What ``code`` says for this kind.
        public let code: KafkaClientError.Code

        /// - Parameters:
        ///   - rawValue: a name for it.
        ///   - code: what it is among the errors of the client.
        public init(_ rawValue: String, code: KafkaClientError.Code = .codecFailed) {
            self.rawValue = rawValue
            self.code = code
        }

        /// The bytes are not, or not wholly, what the format asks for.
        public static let corrupt = Kind("corrupt", code: .corruptBatch)
        /// Decompressing would yield more than this many bytes.
        public static func tooLarge(limit: Int) -> Kind { Kind("tooLarge(\(limit))") }
        /// The compressed bytes do not fit the room they were given.
        public static let targetTooSmall = Kind("targetTooSmall")
        /// The library could not allocate its context or its buffers.
        public static let outOfMemory = Kind("outOfMemory", code: .systemResources)
        /// The codec has no such level.
        public static let invalidLevel = Kind("invalidLevel", code: .invalidConfiguration)
        /// There is no such codec.
        public static let unknownCodec = Kind("unknownCodec", code: .invalidConfiguration)
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

    public var code: KafkaClientError.Code { kind.code }
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

public import KafkaProtocol

/// Which codec reads which compression type: the shipped ones, unless a user's own replaces them.
public struct CodecTable: Sendable {
    private var codecs: [CompressionType: any CompressionCodec]

    /// - Parameter overriding: users' codecs. Each replaces the shipped one of its type; of two with the same type the
    ///   later one counts.
    public init(overriding: [any CompressionCodec] = []) {
        codecs = [:]
        for type in CompressionType.allCases {
            codecs[type] = Codec(defaultOf: type)
        }
        for codec in overriding {
            codecs[codec.type] = codec
        }
    }

    /// The codec of a type. Setting it replaces the one that was there.
    public subscript(type: CompressionType) -> any CompressionCodec {
        get { codecs[type]! }  // every type has one from init on
        set { codecs[type] = newValue }
    }
}

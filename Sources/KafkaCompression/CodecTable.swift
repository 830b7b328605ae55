public import KafkaProtocol

/// The codec for each compression type, for reading batches: those of the library, unless codecs of your own replace them.
public struct CodecTable: Sendable {
    private var codecs: [CompressionType: any CompressionCodec]

    /// Creates a table.
    ///
    /// - Parameter overriding: codecs of your own. Each replaces the library's codec of its type; of two with the same type
    ///   the later one counts.
    public init(overriding: [any CompressionCodec] = []) {
        codecs = [:]
        for type in CompressionType.allCases {
            codecs[type] = Codec(defaultOf: type)
        }
        for codec in overriding {
            codecs[codec.type] = codec
        }
    }

    /// The codec of a compression type.
    public subscript(type: CompressionType) -> any CompressionCodec {
        get { codecs[type]! }  // every type has one from init on
        set { codecs[type] = newValue }
    }
}

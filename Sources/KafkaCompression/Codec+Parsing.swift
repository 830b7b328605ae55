import KafkaProtocol

extension Codec {
    /// Reads a codec from a text: a name, or a name, a colon and a level.
    ///
    /// Examples are `none`, `gzip`, `gzip:6`, `snappy`, `lz4:9` and `zstd:-5`.
    ///
    /// - Throws: `CodecError` of kind `unknownCodec` or `invalidLevel`. Its message says what is accepted and, when a name
    ///   is similar to a codec's, which codec was probably meant.
    public init(parsing text: String) throws(CodecError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        guard let type = CompressionType.allCases.first(where: { $0.description == name }) else {
            throw Codec.unknown(name)
        }
        guard parts.count == 2 else {
            try self.init(type)
            return
        }
        guard let level = Int(parts[1]) else {
            let expected =
                Codec.levels(of: type).map { "a number from \($0.lowerBound) to \($0.upperBound) after the colon" }
                ?? "no colon: it has no levels"
            throw CodecError(
                codec: name, kind: .invalidLevel, message: "\"\(parts[1])\" is not a level; use \(expected)")
        }
        try self.init(type, level: level)
    }

    /// What ``init(parsing:)`` accepts, for help texts: `none, gzip[:1…9], …`.
    package static var acceptedForms: String {
        CompressionType.allCases.map { type in
            levels(of: type).map { "\(type)[:\($0.lowerBound)…\($0.upperBound)]" } ?? "\(type)"
        }.joined(separator: ", ")
    }

    private static func unknown(_ name: String) -> CodecError {
        let names = CompressionType.allCases.map(\.description)
        let suggestion = Suggestion.words(for: name.lowercased(), among: names) ?? ""
        return CodecError(
            codec: name, kind: .unknownCodec,
            message: "there is no such codec; accepted are \(acceptedForms)\(suggestion)")
    }
}

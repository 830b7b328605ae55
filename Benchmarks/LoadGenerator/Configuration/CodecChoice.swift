import KafkaClient

/// A codec, and the level that was asked for: results say which one was chosen, and nothing where none was.
package struct CodecChoice: Sendable, Hashable, CustomStringConvertible {
    package let codec: Codec
    /// Nil: the codec's own default.
    package let level: Int?

    package static let none = CodecChoice(.uncompressed)

    /// A codec at its default level.
    private init(_ codec: Codec) {
        self.codec = codec
        level = nil
    }

    /// Reads `NAME` or `NAME:LEVEL`.
    package init(parsing text: String) throws(ValueError) {
        do throws(CodecError) {
            codec = try Codec(parsing: text)
        } catch {
            throw ValueError("'\(text)': \(error.message)")
        }
        level = text.contains(":") ? codec.level : nil
    }

    package var description: String { level == nil ? codec.name : codec.description }
}

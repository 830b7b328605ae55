import KafkaClient
import KafkaProtocol

/// A codec by its name, with the level it is to work at.
package struct CodecChoice: Sendable, Hashable, CustomStringConvertible {
    /// The codecs that Kafka knows.
    package enum Name: String, Sendable, CaseIterable {
        case none, gzip, snappy, lz4, zstd

        /// The levels this codec has; nil when there is nothing to choose.
        package var levels: ClosedRange<Int>? {
            // Kafka's words are the codec's own.
            CompressionType.allCases.first { $0.description == rawValue }.flatMap { Codec.levels(of: $0) }
        }
    }

    package let name: Name
    /// Nil: the codec's own default.
    package let level: Int?

    package static let none = CodecChoice(name: .none, level: nil)

    package init(name: Name, level: Int?) {
        self.name = name
        self.level = level
    }

    /// The names, with the levels of those that have some.
    static var accepted: String {
        let forms = Name.allCases.map { name in
            name.rawValue + (name.levels.map { ":\($0.lowerBound)…\($0.upperBound)" } ?? "")
        }
        return forms.asAlternatives + " (the level may be left out)"
    }

    /// Reads `NAME` or `NAME:LEVEL`.
    package init(parsing text: String) throws(ValueError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = Name(rawValue: String(parts[0])) else {
            let suggestion = Suggestion.words(for: String(parts[0]), among: Name.allCases.map(\.rawValue)) ?? ""
            throw ValueError("'\(text)' is not a codec; accepted is \(Self.accepted)\(suggestion)")
        }
        guard parts.count == 2 else {
            self.init(name: name, level: nil)
            return
        }
        guard let levels = name.levels else { throw ValueError("'\(text)': \(name.rawValue) has no levels") }
        guard let level = Int(parts[1]), levels.contains(level) else {
            throw ValueError(
                "'\(text)': the levels of \(name.rawValue) are \(levels.lowerBound) … \(levels.upperBound)")
        }
        self.init(name: name, level: level)
    }

    package var description: String { level.map { "\(name.rawValue):\($0)" } ?? name.rawValue }
}

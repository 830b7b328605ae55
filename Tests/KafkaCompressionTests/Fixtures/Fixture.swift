import KafkaCompression
import KafkaProtocol
import Testing

/// Bytes that another program wrote, and what they hold.
struct Fixture: Sendable, CustomTestStringConvertible {
    enum Content: Sendable {
        /// "line 0 of the fixture\n" to line 99: 2290 bytes.
        case lines
        /// The lines over and over, 150 000 bytes.
        case longLines
    }

    let name: String
    let codec: Codec
    let bytes: [UInt8]
    private let content: Content

    init(_ name: String, _ codec: Codec, content: Content, _ hex: String) {
        self.name = name
        self.codec = codec
        self.content = content
        bytes = Fixture.bytes(hex: hex)
    }

    var contentBytes: [UInt8] {
        let lines = (0..<100).flatMap { "line \($0) of the fixture\n".utf8 }
        switch content {
        case .lines: return lines
        case .longLines: return Array((0..<66).flatMap { _ in lines }.prefix(150_000))
        }
    }

    var testDescription: String { "\(codec.name): \(name)" }

    static let all = gzip + snappy + lz4 + zstd

    static func bytes(hex: String) -> [UInt8] {
        let digits = hex.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}

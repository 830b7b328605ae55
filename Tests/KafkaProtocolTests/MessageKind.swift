import FuzzTargets
import Testing

@testable import KafkaProtocol

/// A message, as the argument of a test that holds for all of them.
struct MessageKind: Sendable, CustomTestStringConvertible {
    let type: any KafkaMessage.Type

    var testDescription: String { "\(type)" }

    static let all = spokenRequests.flatMap { [MessageKind(type: $0), MessageKind(type: $0.responseType)] }
}

extension KafkaMessage {
    /// Kafka writes "Id" and "Sasl" where Swift writes "ID" and "SASL".
    static var javaName: String {
        [("ID", "Id"), ("SASL", "Sasl")].reduce("\(Self.self)") { name, words in
            name.split(separator: words.0, omittingEmptySubsequences: false).joined(separator: words.1)
        }
    }

    static func decoded(_ bytes: [UInt8], version: Int16) throws(WireError) -> Self {
        try withExactCopy(of: bytes) { copy throws(WireError) in
            var reader = WireReader(copy)
            return try RecordsResolver.resolved(
                decode(version: version, from: &reader), version: version, in: bytes)
        }
    }

    func isEqual(to other: any KafkaMessage) -> Bool {
        (other as? Self) == self
    }

    func encoded(version: Int16) throws(WireError) -> [UInt8] {
        var writer = WireWriter()
        encodeBody(version: version, to: &writer)
        if let error = writer.error {
            throw error
        }
        return writer.content
    }
}

/// Reads `bytes` with a reader.
func read<R>(_ bytes: [UInt8], _ body: (inout WireReader) throws -> R) rethrows -> R {
    try bytes.withUnsafeBytes { buffer in
        var reader = WireReader(buffer)
        return try body(&reader)
    }
}

import Testing

@testable import KafkaProtocol

/// A message, as the argument of a test that holds for all of them.
struct MessageKind: Sendable, CustomTestStringConvertible {
    let type: any KafkaMessage.Type

    var testDescription: String { "\(type)" }

    static let all = [
        MessageKind(type: ApiVersionsRequest.self), MessageKind(type: ApiVersionsResponse.self),
        MessageKind(type: MetadataRequest.self), MessageKind(type: MetadataResponse.self),
        MessageKind(type: ProduceRequest.self), MessageKind(type: ProduceResponse.self),
        MessageKind(type: FetchRequest.self), MessageKind(type: FetchResponse.self),
        MessageKind(type: ListOffsetsRequest.self), MessageKind(type: ListOffsetsResponse.self),
        MessageKind(type: CreateTopicsRequest.self), MessageKind(type: CreateTopicsResponse.self),
        MessageKind(type: DeleteTopicsRequest.self), MessageKind(type: DeleteTopicsResponse.self),
        MessageKind(type: InitProducerIDRequest.self), MessageKind(type: InitProducerIDResponse.self),
        MessageKind(type: FindCoordinatorRequest.self), MessageKind(type: FindCoordinatorResponse.self),
    ]
}

extension KafkaMessage {
    /// Kafka writes "Id" where Swift writes "ID".
    static var javaName: String {
        "\(Self.self)".split(separator: "ID", omittingEmptySubsequences: false).joined(separator: "Id")
    }

    static func decoded(_ bytes: [UInt8], version: Int16) throws(WireError) -> Self {
        // A copy of its own, so that the address sanitizer sees every read past the end.
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        defer { copy.deallocate() }
        copy.copyBytes(from: bytes)
        var reader = WireReader(UnsafeRawBufferPointer(copy))
        return try RecordsResolver.resolved(
            decode(version: version, from: &reader), version: version, in: bytes)
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

extension WireWriter {
    var content: [UInt8] { withUnsafeBytes { Array($0) } }
}

/// Reads `bytes` with a reader.
func read<R>(_ bytes: [UInt8], _ body: (inout WireReader) throws -> R) rethrows -> R {
    try bytes.withUnsafeBytes { buffer in
        var reader = WireReader(buffer)
        return try body(&reader)
    }
}

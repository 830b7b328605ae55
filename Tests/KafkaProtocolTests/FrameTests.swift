import Testing

@testable import KafkaProtocol

@Suite("Frames")
struct FrameTests {
    @Test(
        "A produce frame counts its external batches and decodes when they are put in place", arguments: [3, 8, 9, 13])
    func externalBatches(version: Int16) throws {
        let batches: [[UInt8]] = [Array(repeating: 0xaa, count: 300), [1, 2, 3]]
        let request = ProduceRequest(
            acks: -1, timeoutMs: 1000,
            topics: [
                .init(
                    name: "events", topicID: KafkaUUID(high: 1, low: 2),
                    partitions: [
                        .init(index: 4, records: .external(byteCount: 300)),
                        .init(index: 5, records: .external(byteCount: 3)),
                        .init(index: 6, records: .null),
                    ])
            ])
        var writer = WireWriter()
        writer.int8(0x55)
        try RequestFrame.encode(request, version: version, correlationID: 7, clientID: "c", into: &writer)
        let stream = gathered(writer, batches)
        #expect(stream.count == writer.frameByteCount)
        let frame = Array(stream[5...])
        #expect(read(Array(stream[1...])) { $0.int32() } == Int32(frame.count))

        try read(frame) { reader in
            let header = try RequestHeader.decode(from: &reader)
            #expect(
                header == RequestHeader(apiKey: .produce, apiVersion: version, correlationID: 7, clientID: "c"))
            let decoded = try ProduceRequest.decode(version: version, from: &reader)
            let partitions = decoded.topics.flatMap(\.partitions)
            #expect(partitions.map(\.index) == [4, 5, 6])
            guard case .located(let first) = partitions[0].records, case .located(let second) = partitions[1].records
            else {
                Issue.record("records are not located")
                return
            }
            #expect(Array(frame[first]) == batches[0] && Array(frame[second]) == batches[1])
            #expect(partitions[2].records == .null)
        }
    }

    @Test("A request begins with the bytes of header version 1 before, 2 after its first flexible version")
    func headerVersions() throws {
        var writer = WireWriter()
        try RequestFrame.encode(
            InitProducerIDRequest(transactionalID: nil, transactionTimeoutMs: 5), version: 1, correlationID: 3,
            clientID: "kb", into: &writer)
        #expect(
            writer.content == hex("00000012 0016 0001 00000003 0002 6b62 ffff 00000005"))
        writer.reset()
        try RequestFrame.encode(
            InitProducerIDRequest(transactionalID: nil, transactionTimeoutMs: 5), version: 2, correlationID: 3,
            clientID: nil, into: &writer)
        #expect(writer.content == hex("00000011 0016 0002 00000003 ffff 00 00 00000005 00"))
    }

    @Test("A response of ApiVersions keeps header version 0, others have tagged fields when flexible")
    func responseHeaders() throws {
        var writer = WireWriter()
        try ResponseFrame.encode(ApiVersionsResponse(), version: 3, correlationID: 9, into: &writer)
        #expect(writer.content == hex("0000000c 00000009 0000 01 00000000 00"))
        writer.reset()
        try ResponseFrame.encode(DeleteTopicsResponse(), version: 4, correlationID: 9, into: &writer)
        #expect(writer.content == hex("0000000b 00000009 00 00000000 01 00"))
        try read(Array(writer.content[4...])) { reader in
            let (correlationID, response) = try ResponseFrame.decode(
                DeleteTopicsResponse.self, version: 4, from: &reader)
            #expect(correlationID == 9 && response == DeleteTopicsResponse())
        }
    }

    @Test("UNSUPPORTED_VERSION to a newer ApiVersions request is read in version 0")
    func unsupportedApiVersions() throws {
        var answer = ApiVersionsResponse()
        answer.errorCode = .unsupportedVersion
        answer.apiKeys = [.init(.apiVersions, 0...2)]
        var writer = WireWriter()
        try ResponseFrame.encode(answer, version: 0, correlationID: 1, into: &writer)
        let decoded = try read(Array(writer.content[4...])) { reader in
            try ResponseFrame.decode(ApiVersionsResponse.self, version: 4, from: &reader).response
        }
        #expect(decoded == answer)
        #expect(answer.versions(of: .apiVersions) == 0...2 && answer.versions(of: .fetch) == nil)
    }

    @Test("A field that the version lacks is refused unless it is ignorable, and the writer keeps nothing of the frame")
    func missingField() throws {
        var request = MetadataRequest(topicNames: ["a"])
        request.allowAutoTopicCreation = false
        var writer = WireWriter()
        writer.int8(1)
        let error = #expect(throws: WireError.self) {
            try RequestFrame.encode(request, version: 3, correlationID: 1, clientID: nil, into: &writer)
        }
        #expect(error?.field == "allow_auto_topic_creation" && error?.message == "MetadataRequest v3")
        #expect(writer.content == [1] && writer.error == nil)
        try RequestFrame.encode(request, version: 4, correlationID: 1, clientID: nil, into: &writer)

        var ignorable = ListOffsetsRequest()
        ignorable.timeoutMs = 5
        #expect(throws: Never.self) { try ignorable.encoded(version: 9) }
        var tagged = ProduceResponse()
        tagged.nodeEndpoints = [NodeEndpoint(nodeID: 1, host: "h", port: 2)]
        #expect(throws: WireError.self) { try tagged.encoded(version: 9) }
        #expect(throws: WireError.self) { try tagged.encoded(version: 8) }
    }

    @Test("A null is refused in the versions that do not allow it, both ways")
    func nulls() throws {
        let byID = MetadataRequest.Topic(topicID: KafkaUUID(high: 1, low: 1))
        var request = MetadataRequest()
        request.topics = [byID]
        #expect(try MetadataRequest.decoded(request.encoded(version: 12), version: 12) == request)
        let error = #expect(throws: WireError.self) { try request.encoded(version: 9) }
        #expect(error?.field == "topics[0].name")
        #expect(throws: WireError.self) {
            try MetadataRequest.decoded(hex("02 00 00 01 00 00 00"), version: 9)
        }
        request.topics = nil
        for version in MetadataRequest.versions {
            #expect(try MetadataRequest.decoded(request.encoded(version: version), version: version).topics == nil)
        }
    }

    @Test("Unknown tagged fields are skipped, wherever they are")
    func unknownTags() throws {
        // InitProducerId v2 with tag 9 of three bytes.
        let decoded = try InitProducerIDRequest.decoded(
            hex("00 00000005 01 09 03 aabbcc"), version: 2)
        #expect(decoded.transactionTimeoutMs == 5)
        let header = hex("0016 0002 00000003 ffff 01 07 01 ee")
        #expect(try read(header) { try RequestHeader.decode(from: &$0) }.correlationID == 3)
    }

    @Test("The header of an API or version unknown here is still read")
    func unknownApi() throws {
        try read(hex("7fff 0001 00000003 0001 61 dead")) { reader in
            let header = try RequestHeader.decode(from: &reader)
            #expect(header.apiKey.rawValue == 0x7fff && header.apiKey.name == "ApiKey 32767" && header.clientID == "a")
            #expect(reader.remainingByteCount == 2)
        }
        for byteCount in 0..<10 {
            #expect(throws: WireError.self) {
                try read(Array(hex("0000 0003 00000003 ffff")[..<byteCount])) { reader in
                    try RequestHeader.decode(from: &reader)
                }
            }
        }
    }

    @Test("The correlation id is read before anything is known of the response")
    func correlationID() {
        let frame = hex("00000102 ff")
        #expect(frame.withUnsafeBytes { ResponseFrame.correlationID(of: $0) } == 258)
        #expect(frame[..<3].withUnsafeBytes { ResponseFrame.correlationID(of: $0) } == nil)
    }

    /// The writer's bytes with the external ones in their places.
    private func gathered(_ writer: borrowing WireWriter, _ externals: [[UInt8]]) -> [UInt8] {
        var stream: [UInt8] = []
        var externals = externals[...]
        writer.forEachPiece {
            stream += $0
        } external: { _ in
            stream += externals.removeFirst()
        }
        return stream
    }
}

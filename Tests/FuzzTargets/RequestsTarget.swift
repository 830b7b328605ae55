import KafkaEmbeddedBroker
import KafkaProtocol

/// A request without its size, as a broker gets it. What is understood can be said again, and means the same.
enum RequestsTarget {
    static func run(_ bytes: [UInt8]) throws(FuzzTarget.Finding) -> Bool {
        guard let header = try? decodeHeader(bytes) else { return false }
        var isUnderstood = false
        for type in spokenRequests where type.apiKey == header.apiKey {
            isUnderstood = try run(type, header, bytes)
        }
        if header.apiKey == .produce, ProduceRequest.versions.contains(header.apiVersion) {
            try compareWalker(header, bytes)
        }
        return isUnderstood
    }

    private static func decodeHeader(_ bytes: [UInt8]) throws(WireError) -> RequestHeader {
        try withExactCopy(of: bytes) { frame throws(WireError) in
            var reader = WireReader(frame)
            return try RequestHeader.decode(from: &reader)
        }
    }

    private static func decode<Request: KafkaRequest>(
        _ type: Request.Type, _ bytes: [UInt8]
    ) throws(WireError) -> (Request, writtenVersion: Int16) {
        try withExactCopy(of: bytes) { frame throws(WireError) in
            var reader = WireReader(frame)
            let header = try RequestHeader.decode(from: &reader)
            let version =
                Request.versions.contains(header.apiVersion)
                ? Request.versionOnWire(requested: header.apiVersion, body: reader) : header.apiVersion
            let request = try Request.decode(version: header.apiVersion, from: &reader)
            return (RecordsResolver.resolved(request, version: version, in: bytes), version)
        }
    }

    private static func run<Request: KafkaRequest>(
        _ type: Request.Type, _ header: RequestHeader, _ bytes: [UInt8]
    ) throws(FuzzTarget.Finding) -> Bool {
        guard let (request, version) = try? decode(type, bytes) else { return false }
        try expectSame("\(type) v\(version)") { () throws(WireError) in
            try decode(type, encode(request, version, header)).0 == request
        }
        return true
    }

    private static func encode<Request: KafkaRequest>(
        _ request: Request, _ version: Int16, _ header: RequestHeader
    ) throws(WireError) -> [UInt8] {
        var writer = WireWriter()
        try RequestFrame.encode(
            request, version: version, correlationID: header.correlationID, clientID: header.clientID, into: &writer)
        return Array(writer.content.dropFirst(4))
    }

    /// The broker walks produce requests by other code than the one that decodes them.
    private static func compareWalker(_ header: RequestHeader, _ bytes: [UInt8]) throws(FuzzTarget.Finding) {
        let isRequest = (try? decode(ProduceRequest.self, bytes)) != nil
        let isWalked = withExactCopy(of: bytes) { frame in
            var reader = WireReader(frame)
            _ = try? RequestHeader.decode(from: &reader)
            let walker = ProduceWalker(frame, body: reader, version: header.apiVersion)
            return !walker.hasFailed && walker.isWellFormed { _ in false }
        }
        try expect(
            isRequest == isWalked,
            "v\(header.apiVersion): decoded as a request: \(isRequest), walked as one: \(isWalked)")
    }

    static var seeds: [[UInt8]] {
        spokenRequests.flatMap { type in type.versions.flatMap { version in seeds(type, version) } }
    }

    private static func seeds<Request: KafkaRequest>(_ type: Request.Type, _ version: Int16) -> [[UInt8]] {
        let header = RequestHeader(apiKey: Request.apiKey, apiVersion: version, correlationID: 7, clientID: "client")
        return [Request(), FieldFiller.filled(type, version: version)].map { request in
            do { return try encode(request, version, header) } catch { fatalError("\(type) v\(version): \(error)") }
        }
    }
}

import KafkaProtocol

/// A response without its size, behind two bytes that say which: the API's index in `spokenRequests`, and the version.
/// What is understood can be said again, and means the same.
enum ResponsesTarget {
    static func run(_ bytes: [UInt8]) throws(FuzzTarget.Finding) -> Bool {
        guard bytes.count >= 2 else { return false }
        let type = spokenRequests[Int(bytes[0]) % spokenRequests.count]
        let versions = Array(type.versions)
        return try run(type.responseType, version: versions[Int(bytes[1]) % versions.count], Array(bytes.dropFirst(2)))
    }

    private static func decode<Response: KafkaResponse>(
        _ type: Response.Type, version requested: Int16, _ bytes: [UInt8]
    ) throws(WireError) -> (correlationID: Int32, response: Response, writtenVersion: Int16) {
        try withExactCopy(of: bytes) { frame throws(WireError) in
            var reader = WireReader(frame)
            _ = try ResponseHeader.decode(apiKey: Response.apiKey, version: requested, from: &reader)
            let version = Response.versionOnWire(requested: requested, body: reader)
            reader = WireReader(frame)
            let (correlationID, response) = try ResponseFrame.decode(type, version: requested, from: &reader)
            return (correlationID, RecordsResolver.resolved(response, version: version, in: bytes), version)
        }
    }

    private static func run<Response: KafkaResponse>(
        _ type: Response.Type, version requested: Int16, _ bytes: [UInt8]
    ) throws(FuzzTarget.Finding) -> Bool {
        guard let (correlationID, response, version) = try? decode(type, version: requested, bytes) else {
            return false
        }
        try expectSame("\(type) v\(version)") { () throws(WireError) in
            let again = try decode(type, version: requested, encode(response, version, correlationID))
            return again.response == response && again.correlationID == correlationID
        }
        return true
    }

    private static func encode<Response: KafkaResponse>(
        _ response: Response, _ version: Int16, _ correlationID: Int32
    ) throws(WireError) -> [UInt8] {
        var writer = WireWriter()
        try ResponseFrame.encode(response, version: version, correlationID: correlationID, into: &writer)
        return Array(writer.content.dropFirst(4))
    }

    static var seeds: [[UInt8]] {
        spokenRequests.indices.flatMap { index in
            let type = spokenRequests[index]
            return type.versions.enumerated().flatMap { versionIndex, version in
                seeds(type.responseType, version).map { [UInt8(index), UInt8(versionIndex)] + $0 }
            }
        }
    }

    private static func seeds<Response: KafkaResponse>(_ type: Response.Type, _ version: Int16) -> [[UInt8]] {
        [Response(), FieldFiller.filled(type, version: version)].map { response in
            do { return try encode(response, version, 7) } catch { fatalError("\(type) v\(version): \(error)") }
        }
    }
}

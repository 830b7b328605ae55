/// The body of a request or a response.
package protocol KafkaMessage: WireStruct {
    static var apiKey: ApiKey { get }
    /// The versions spoken here.
    static var versions: ClosedRange<Int16> { get }

    /// The version of a body that was asked for in `requested`. The two differ for `ApiVersionsResponse` only.
    static func versionOnWire(requested: Int16, body: WireReader) -> Int16

    // Requirements, so that callers in other modules reach code specialised for the message in this one.
    mutating func encodeFields(_ encoder: inout FieldEncoder)
    mutating func decodeFields(_ decoder: inout FieldDecoder)
}

/// A request, and what answers it.
package protocol KafkaRequest: KafkaMessage {
    associatedtype Response: KafkaResponse where Response.Request == Self
}

/// A response; key and versions are those of its request.
package protocol KafkaResponse: KafkaMessage {
    associatedtype Request: KafkaRequest where Request.Response == Self
}

extension KafkaResponse {
    package static var apiKey: ApiKey { Request.apiKey }
    package static var versions: ClosedRange<Int16> { Request.versions }
}

extension KafkaMessage {
    package static func versionOnWire(requested: Int16, body: WireReader) -> Int16 { requested }

    package mutating func encodeFields(_ encoder: inout FieldEncoder) { code(&encoder) }
    package mutating func decodeFields(_ decoder: inout FieldDecoder) { code(&decoder) }

    package static func isFlexible(version: Int16) -> Bool { apiKey.isFlexible(version: version) }

    /// The body of the given version, which must end where the reader's bytes end.
    package static func decode(version requested: Int16, from reader: inout WireReader) throws(WireError) -> Self {
        var version = requested
        var message = Self()
        if versions.contains(requested) {
            version = versionOnWire(requested: requested, body: reader)
            var decoder = FieldDecoder(reader, version: version, isFlexible: isFlexible(version: version))
            message.decodeFields(&decoder)
            reader = decoder.reader
            if reader.remainingByteCount > 0 {
                let count = reader.remainingByteCount
                reader.fail(expected: "the end of the message, \(count) bytes are left")
            }
        } else {
            reader.fail(expected: "a version of \(versions.lowerBound) to \(versions.upperBound)")
        }
        if var error = reader.error {
            error.message = "\(Self.self) v\(version)"
            throw error
        }
        return message
    }

    /// Appends the body; on failure the writer may keep a part of it.
    func encodeBody(version: Int16, to writer: inout WireWriter) {
        guard Self.versions.contains(version) else {
            writer.fail(expected: "a version of \(Self.versions.lowerBound) to \(Self.versions.upperBound)")
            return
        }
        var message = self
        withUnsafeMutablePointer(to: &writer) { pointer in
            var encoder = FieldEncoder(pointer, version: version, isFlexible: Self.isFlexible(version: version))
            message.encodeFields(&encoder)
        }
    }
}

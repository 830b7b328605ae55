/// What stands before the body of every response: header version 0, or 1 (with tagged fields) before a flexible body.
///
/// Source: `ResponseHeader.json`. ApiVersions keeps version 0, so that a client can read the answer of any broker.
package struct ResponseHeader: Equatable, Sendable {
    package var correlationID: Int32

    package init(correlationID: Int32) {
        self.correlationID = correlationID
    }

    /// The header of a response to `apiKey` at `version`; the reader then stands at the body.
    package static func decode(
        apiKey: ApiKey, version: Int16, from reader: inout WireReader
    ) throws(WireError) -> ResponseHeader {
        let header = ResponseHeader(correlationID: reader.int32())
        if hasTags(apiKey: apiKey, version: version) {
            reader.skipTaggedFields()
        }
        if var error = reader.error {
            error.message = "ResponseHeader"
            throw error
        }
        return header
    }

    func encode(apiKey: ApiKey, version: Int16, to writer: inout WireWriter) {
        writer.int32(correlationID)
        if Self.hasTags(apiKey: apiKey, version: version) {
            writer.unsignedVarint(0)
        }
    }

    private static func hasTags(apiKey: ApiKey, version: Int16) -> Bool {
        apiKey != .apiVersions && apiKey.isFlexible(version: version)
    }
}

/// What stands before the body of every request: header version 1, or 2 (with tagged fields) before a flexible body.
///
/// Source: `RequestHeader.json`. The client id keeps its old form in every version, so that a broker can read the header
/// of an ApiVersions request newer than itself.
package struct RequestHeader: Equatable, Sendable {
    package var apiKey: ApiKey
    package var apiVersion: Int16
    package var correlationID: Int32
    package var clientID: String?

    package init(apiKey: ApiKey, apiVersion: Int16, correlationID: Int32, clientID: String?) {
        self.apiKey = apiKey
        self.apiVersion = apiVersion
        self.correlationID = correlationID
        self.clientID = clientID
    }

    /// The header at the begin of a frame without its size; the reader then stands at the body.
    package static func decode(from reader: inout WireReader) throws(WireError) -> RequestHeader {
        let header = RequestHeader(
            apiKey: ApiKey(rawValue: reader.int16()), apiVersion: reader.int16(), correlationID: reader.int32(),
            clientID: reader.nullableString(compact: false))
        if header.apiKey.isFlexible(version: header.apiVersion) {
            reader.skipTaggedFields()
        }
        if var error = reader.error {
            error.message = "RequestHeader"
            throw error
        }
        return header
    }

    func encode(to writer: inout WireWriter) {
        writer.int16(apiKey.rawValue)
        writer.int16(apiVersion)
        writer.int32(correlationID)
        writer.nullableString(clientID, compact: false)
        if apiKey.isFlexible(version: apiVersion) {
            writer.unsignedVarint(0)
        }
    }
}

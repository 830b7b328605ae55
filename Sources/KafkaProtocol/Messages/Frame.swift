/// A whole request as it goes on the wire: size, header, body.
package enum RequestFrame {
    /// Appends a request to the writer. Several may follow each other in one writer.
    ///
    /// The size counts the external bytes that the body's records splice in. On failure nothing is appended.
    package static func encode<Request: KafkaRequest>(
        _ request: Request, version: Int16, correlationID: Int32, clientID: String?, into writer: inout WireWriter
    ) throws(WireError) {
        let header = RequestHeader(
            apiKey: Request.apiKey, apiVersion: version, correlationID: correlationID, clientID: clientID)
        let mark = writer.beginFrame()
        header.encode(to: &writer)
        request.encodeBody(version: version, to: &writer)
        try writer.endFrame(mark, message: "\(Request.self) v\(version)")
    }
}

/// A whole response as it goes on the wire: size, header, body.
package enum ResponseFrame {
    /// Appends a response to the writer. On failure nothing is appended.
    package static func encode<Response: KafkaResponse>(
        _ response: Response, version: Int16, correlationID: Int32, into writer: inout WireWriter
    ) throws(WireError) {
        let mark = writer.beginFrame()
        ResponseHeader(correlationID: correlationID).encode(apiKey: Response.apiKey, version: version, to: &writer)
        response.encodeBody(version: version, to: &writer)
        try writer.endFrame(mark, message: "\(Response.self) v\(version)")
    }

    /// The correlation id of a frame without its size. It identifies the request, and so the version of the rest.
    ///
    /// Nil when the frame has fewer than four bytes.
    package static func correlationID(of frame: UnsafeRawBufferPointer) -> Int32? {
        var reader = WireReader(frame)
        let correlationID = reader.int32()
        return reader.hasFailed ? nil : correlationID
    }

    /// The body of a frame without its size, answering a request of `version`.
    package static func decode<Response: KafkaResponse>(
        _ type: Response.Type = Response.self, version: Int16, _ frame: UnsafeRawBufferPointer
    ) throws(WireError) -> Response {
        var reader = WireReader(frame)
        return try decode(type, version: version, from: &reader).response
    }

    /// Header and body of a frame without its size, answering a request of `version`.
    package static func decode<Response: KafkaResponse>(
        _ type: Response.Type = Response.self, version: Int16, from reader: inout WireReader
    ) throws(WireError) -> (correlationID: Int32, response: Response) {
        let header = try ResponseHeader.decode(apiKey: Response.apiKey, version: version, from: &reader)
        return (header.correlationID, try Response.decode(version: version, from: &reader))
    }
}

extension WireWriter {
    fileprivate mutating func beginFrame() -> Mark {
        let mark = mark()
        int32(0)
        return mark
    }

    /// Writes the size over its placeholder; after a failure, drops the frame and throws the error.
    fileprivate mutating func endFrame(_ mark: Mark, message: @autoclosure () -> String) throws(WireError) {
        let byteCount = frameByteCount - mark.byteCount - mark.externalByteCount - 4
        if byteCount > Int(Int32.max) {
            fail(expected: "a frame of at most \(Int32.max) bytes, got \(byteCount)")
        }
        guard !hasFailed else {
            if var error = rewind(to: mark) {
                error.message = message()
                throw error
            }
            return
        }
        patch(Int32(byteCount), at: mark.byteCount)
    }
}

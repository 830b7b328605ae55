import CUV

/// A failure of the network, of name look-up or of a child process, with the reason that the system gave.
package struct TransportError: Error, Sendable, Equatable, CustomStringConvertible {
    /// libuv's code: a negative errno, or one of its own (`UV_EOF`, `UV_EAI_NONAME`, …).
    package let code: Int32
    /// What failed: `cannot listen on 127.0.0.1:9092`.
    package let action: String
    /// What TLS has against the connection, when that is the reason; the code is EPROTO then.
    package let tls: TLSFailure?

    package init(code: Int32, _ action: String) {
        self.code = code
        self.action = action
        tls = nil
    }

    package init(_ failure: TLSFailure, _ action: String) {
        code = UV_EPROTO.rawValue
        self.action = action
        tls = failure
    }

    /// The error of something that has not ended in time: `cannot connect to 10.0.0.1:9092 within 1000 ms`.
    package static func timedOut(_ action: String) -> TransportError {
        TransportError(code: UV_ETIMEDOUT.rawValue, action)
    }

    package var isTimeout: Bool { code == UV_ETIMEDOUT.rawValue }

    /// The system's name for the reason, such as `ECONNREFUSED`.
    package var name: String { String(cString: uv_err_name(code)) }

    package var description: String {
        if let tls { return "\(action): \(tls)" }
        return "\(action): \(String(cString: uv_strerror(code))) (\(name))"
    }

    package var isEndOfStream: Bool { code == UV_EOF.rawValue }

    static func check(_ status: Int32, _ action: @autoclosure () -> String) throws(TransportError) {
        if status < 0 { throw TransportError(code: status, action()) }
    }
}

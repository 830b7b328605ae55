import CUV

/// A failure of the network, of name look-up or of a child process, with the system's reason.
public struct TransportError: Error, Sendable, Equatable, CustomStringConvertible {
    /// libuv's code: a negative errno, or one of its own (`UV_EOF`, `UV_EAI_NONAME`, …).
    public let code: Int32
    /// What was being done, to what.
    public let action: String

    public init(code: Int32, _ action: String) {
        self.code = code
        self.action = action
    }

    /// The system's name of the reason, as `ECONNREFUSED`.
    public var name: String { String(cString: uv_err_name(code)) }

    public var description: String { "\(action): \(String(cString: uv_strerror(code))) (\(name))" }

    public var isEndOfStream: Bool { code == UV_EOF.rawValue }
    public var isTimeout: Bool { code == UV_ETIMEDOUT.rawValue }

    static func check(_ status: Int32, _ action: @autoclosure () -> String) throws(TransportError) {
        if status < 0 { throw TransportError(code: status, action()) }
    }

    public static func timedOut(_ action: String) -> TransportError {
        TransportError(code: UV_ETIMEDOUT.rawValue, action)
    }
}

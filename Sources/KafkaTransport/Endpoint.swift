/// A host and a port: where a broker listens.
public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    /// A host name, or a numeric IPv4 or IPv6 address without brackets.
    public let host: String
    /// The TCP port.
    public let port: UInt16

    /// Creates an endpoint. Nothing is looked up or checked.
    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// `host:port`, or `[host]:port` for an IPv6 address.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

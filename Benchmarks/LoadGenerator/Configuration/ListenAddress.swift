import KafkaTransport

/// Where a server of kbench listens: a numeric address and a port, 0 for any that is free.
package struct ListenAddress: Sendable, Equatable, CustomStringConvertible {
    package let host: String
    package let port: UInt16

    /// The address when only a port is given: who is on this machine, and nobody else.
    package static let localHost = "127.0.0.1"
    static let accepted = "a port, or ADDRESS:PORT with a numeric address, such as 0.0.0.0:9464 or [::]:9464"

    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// - Throws: `ValueError` when the text is neither a port nor a numeric address with a port.
    init(parsing text: String) throws(ValueError) {
        let refused = ValueError("'\(text)' is no address to listen on; accepted is \(Self.accepted)")
        let colon = text.lastIndex(of: ":")
        let digits = colon.map { text[text.index(after: $0)...] } ?? text[...]
        guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }), let port = UInt16(digits) else {
            throw refused
        }
        var host = colon.map { text[..<$0] } ?? Self.localHost[...]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw refused
        }
        guard (try? SocketAddress(numeric: String(host), port: port)) != nil else { throw refused }
        self.init(host: String(host), port: port)
    }

    /// As it is given.
    package var description: String { Endpoint(host: host, port: port).description }
}

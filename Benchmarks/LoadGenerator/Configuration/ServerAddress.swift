/// Where a broker listens.
package struct ServerAddress: Sendable, Hashable, CustomStringConvertible {
    /// A name, an IPv4 address, or an IPv6 address without its brackets.
    package let host: String
    /// 1 … 65535.
    package let port: UInt16

    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Reads `host:port` or `[v6]:port`.
    package init(parsing text: some StringProtocol) throws(ValueError) {
        let refused = ValueError("'\(text)' is not an address; accepted is host:port, or [address]:port for IPv6")
        guard let colon = text.lastIndex(of: ":") else {
            throw ValueError("'\(text)' has no port; accepted is host:port, or [address]:port for IPv6")
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":"), host.allSatisfy({ $0.isHexDigit || ":.%".contains($0) || $0.isLetter })
            else { throw refused }
        } else if host.contains(":") || host.contains("[") || host.contains("]") {
            throw ValueError("'\(text)': an IPv6 address is written in brackets, like [::1]:9092")
        }
        guard !host.isEmpty, !host.contains(where: { $0.isWhitespace || $0 == "/" || $0 == "," }) else { throw refused }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { throw refused }
        guard let port = UInt16(digits), port > 0 else {
            throw ValueError("'\(text)': a port is 1 … 65535")
        }
        self.init(host: String(host), port: port)
    }

    /// Reads a comma list; each address once.
    package static func list(_ text: String) throws(ValueError) -> [ServerAddress] {
        var addresses: [ServerAddress] = []
        for entry in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard !entry.isEmpty else { throw ValueError("'\(text)' has an empty entry") }
            let address = try ServerAddress(parsing: entry)
            guard !addresses.contains(address) else { throw ValueError("'\(text)' names \(address) twice") }
            addresses.append(address)
        }
        return addresses
    }
}

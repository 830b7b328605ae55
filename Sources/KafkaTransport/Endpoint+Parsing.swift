/// Why a text is not the address of a server.
package struct EndpointError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

extension Endpoint {
    /// Reads `host:port` or `[v6]:port`.
    ///
    /// - Throws: `EndpointError` saying what is wrong with the text.
    package init(parsing text: some StringProtocol) throws(EndpointError) {
        let refused = EndpointError("'\(text)' is not an address; accepted is host:port, or [address]:port for IPv6")
        guard let colon = text.lastIndex(of: ":") else {
            throw EndpointError("'\(text)' has no port; accepted is host:port, or [address]:port for IPv6")
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":"), host.allSatisfy({ $0.isHexDigit || ":.%".contains($0) || $0.isLetter })
            else { throw refused }
        } else if host.contains(":") || host.contains("[") || host.contains("]") {
            throw EndpointError("'\(text)': an IPv6 address is written in brackets, like [::1]:9092")
        }
        guard !host.isEmpty, !host.contains(where: { $0.isWhitespace || $0 == "/" || $0 == "," }) else { throw refused }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { throw refused }
        guard let port = UInt16(digits), port > 0 else {
            throw EndpointError("'\(text)': a port is 1 … 65535")
        }
        self.init(host: String(host), port: port)
    }

    /// Reads a list of addresses that are separated by commas.
    ///
    /// - Throws: `EndpointError` saying what is wrong with the text, also when an address is there twice.
    package static func list(_ text: String) throws(EndpointError) -> [Endpoint] {
        try EndpointError.list(text) { entry throws(EndpointError) in try Endpoint(parsing: entry) }
    }
}

extension EndpointError {
    /// Reads entries that are separated by commas, none of them empty and none there twice.
    static func list<Entry: Equatable>(
        _ text: String, _ parse: (Substring) throws(EndpointError) -> Entry
    ) throws(EndpointError) -> [Entry] {
        var entries: [Entry] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard !part.isEmpty else { throw EndpointError("'\(text)' has an empty entry") }
            let entry = try parse(part)
            guard !entries.contains(entry) else { throw EndpointError("'\(text)' names \(entry) twice") }
            entries.append(entry)
        }
        return entries
    }
}

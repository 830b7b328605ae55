/// Where a client finds its first broker.
package enum BootstrapServer: Hashable, Sendable, CustomStringConvertible {
    /// A host and a port.
    case endpoint(Endpoint)
    /// The name of a service, such as `_kafka._tcp.example.com`, whose SRV records in DNS say hosts and ports (RFC 2782).
    case service(String)

    /// Reads `host:port`, `[v6]:port`, or `_service._protocol.domain`.
    ///
    /// - Throws: `EndpointError` saying what is wrong with the text.
    package init(parsing text: some StringProtocol) throws(EndpointError) {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        if labels.count >= 2, labels[0].hasPrefix("_"), labels[1].hasPrefix("_") {
            self = .service(try Self.serviceName(labels, text))
        } else {
            self = .endpoint(try Endpoint(parsing: text))
        }
    }

    private static func serviceName<Text: StringProtocol>(
        _ labels: [Text.SubSequence], _ text: Text
    ) throws(EndpointError) -> String {
        if text.contains(":") {
            throw EndpointError("'\(text)': a service's name has no port, because its records in DNS say the ports")
        }
        // A dot at the end says that the name is whole, which it always is here.
        let labels = labels.last!.isEmpty ? labels.dropLast() : labels[...]
        guard labels.count >= 3 else {
            throw EndpointError("'\(text)' names no domain; accepted is _service._protocol.domain")
        }
        let isName = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count)
                && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
        }
        let name = labels.joined(separator: ".")
        guard isName, labels[0] != "_", labels[1] != "_", name.utf8.count <= 253 else {
            throw EndpointError("'\(text)' is no name in DNS; accepted is _service._protocol.domain")
        }
        return name
    }

    /// Reads a list of servers that are separated by commas.
    ///
    /// - Throws: `EndpointError` saying what is wrong with the text, also when a server is there twice.
    package static func list(_ text: String) throws(EndpointError) -> [BootstrapServer] {
        try EndpointError.list(text) { entry throws(EndpointError) in try BootstrapServer(parsing: entry) }
    }

    /// Where it listens, unless that has to be looked up.
    package var endpoint: Endpoint? { if case .endpoint(let endpoint) = self { endpoint } else { nil } }

    /// As it is read.
    package var description: String {
        switch self {
        case .endpoint(let endpoint): endpoint.description
        case .service(let name): name
        }
    }
}

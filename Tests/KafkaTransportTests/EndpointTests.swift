import Testing

@testable import KafkaTransport

/// Addresses of servers as people write them.
@Suite struct EndpointTests {
    @Test(
        arguments: [
            ("localhost:9092", "localhost", 9092), ("10.0.0.1:1", "10.0.0.1", 1), ("[::1]:65535", "::1", 65535),
            ("[fe80::1%eth0]:9092", "fe80::1%eth0", 9092),
        ] as [(String, String, UInt16)])
    func addressesAreHostAndPort(text: String, host: String, port: UInt16) throws {
        let address = try Endpoint(parsing: text)
        #expect(address == Endpoint(host: host, port: port))
        #expect(address.description == text)
    }

    @Test(arguments: [
        "", "localhost", "localhost:", ":9092", "localhost:0", "localhost:65536", "localhost:x", "localhost:-1",
        "localhost:+1", "::1:9092", "[::1]", "[]:9092", "[localhost]:9092", "a b:1", "http://a:1", "[::1:9092",
    ])
    func whatIsNoAddressIsRefused(text: String) {
        #expect(throws: EndpointError.self) { try Endpoint(parsing: text) }
    }

    @Test(arguments: ["a:1,", ",a:1", "a:1,,b:2", "a:1,a:1", ""])
    func anAddressListHasNoEmptyAndNoRepeatedEntries(text: String) {
        #expect(throws: EndpointError.self) { try Endpoint.list(text) }
    }
}

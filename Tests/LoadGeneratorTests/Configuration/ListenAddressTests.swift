import Testing

@testable import LoadGenerator

/// Where a server of kbench is to listen.
@Suite struct ListenAddressTests {
    @Test(arguments: [
        ("9464", "127.0.0.1", 9464), ("0", "127.0.0.1", 0), ("0.0.0.0:9464", "0.0.0.0", 9464), ("[::]:1", "::", 1),
        ("[::1]:65535", "::1", 65535),
    ])
    func anAddressIsAPortOrANumericAddressWithOne(text: String, host: String, port: UInt16) throws {
        let address = try ListenAddress(parsing: text)
        #expect(address == ListenAddress(host: host, port: port))
        #expect(try ListenAddress(parsing: address.description) == address)
    }

    @Test(arguments: [
        "", "x", "65536", "-1", "+1", ":1", "1:", "localhost:1", "::1:5", "[::1]", "[::1", "1.2.3:1", "１",
    ])
    func anythingElseIsRefused(text: String) {
        #expect(throws: ValueError.self) { try ListenAddress(parsing: text) }
    }
}

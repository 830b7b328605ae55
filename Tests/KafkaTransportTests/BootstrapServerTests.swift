import Testing

@testable import KafkaTransport

/// Servers as people write them: endpoints, and names of services.
@Suite struct BootstrapServerTests {
    @Test(arguments: [
        ("_kafka._tcp.example.com", "_kafka._tcp.example.com"), ("_kafka._tcp.example.com.", "_kafka._tcp.example.com"),
        ("_kafka-ssl._tcp.a", "_kafka-ssl._tcp.a"), ("_x._y._z.example.com", "_x._y._z.example.com"),
    ])
    func `a name of a service is read, with a dot at its end or without`(text: String, name: String) throws {
        #expect(try BootstrapServer(parsing: text) == .service(name))
        #expect(try BootstrapServer(parsing: text).description == name)
    }

    @Test(arguments: ["localhost:9092", "[::1]:9092", "_kafka:9092", "a._tcp.example.com:9092", "_a.b.c:1"])
    func `anything else is an endpoint`(text: String) throws {
        #expect(try BootstrapServer(parsing: text) == .endpoint(try Endpoint(parsing: text)))
        #expect(try BootstrapServer(parsing: text).description == text)
    }

    @Test(arguments: [
        ("_kafka._tcp.example.com:9092", "has no port"), ("_kafka._tcp:9092", "has no port"),
        ("_kafka._tcp", "names no domain"), ("_kafka._tcp.", "names no domain"),
        ("_._tcp.example.com", "no name in DNS"),
        ("_kafka._.example.com", "no name in DNS"), ("_kafka._tcp..com", "no name in DNS"),
        ("_kafka._tcp.example.com..", "no name in DNS"), ("_kafka._tcp.exa mple.com", "no name in DNS"),
        ("_kafka._tcp.exämple.com", "no name in DNS"), ("_kafka._tcp.example.com/", "no name in DNS"),
        ("_kafka._tcp." + String(repeating: "a", count: 64), "no name in DNS"),
        ("_kafka._tcp" + String(repeating: ".aaaaaaaaa", count: 25), "no name in DNS"), ("localhost", "has no port"),
        ("_kafka.example.com", "has no port"), ("", "has no port"),
    ])
    func `what is neither is refused with the reason`(text: String, reason: String) {
        let error = #expect(throws: EndpointError.self) { try BootstrapServer(parsing: text) }
        #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
    }

    @Test func `a list may have both, and nothing twice`() throws {
        #expect(
            try BootstrapServer.list("a:1,_kafka._tcp.example.com") == [
                .endpoint(Endpoint(host: "a", port: 1)), .service("_kafka._tcp.example.com"),
            ])
        for text in ["", "a:1,", "_kafka._tcp.a,_kafka._tcp.a.", "a:1,a:1"] {
            #expect(throws: EndpointError.self) { try BootstrapServer.list(text) }
        }
    }
}

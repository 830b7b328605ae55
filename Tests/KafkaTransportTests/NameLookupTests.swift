import Testing

@testable import KafkaTransport

@Suite(.timeLimit(.minutes(1))) struct NameLookupTests {
    private func lookUp(_ host: String) async throws -> Result<[String], TransportError> {
        let told = Told<Result<[String], TransportError>>()
        nonisolated(unsafe) var result: Result<[String], TransportError>?
        try await withLoop { (loop) async throws in
            await loop.run {
                NameLookup.addresses(of: Endpoint(host: host, port: 9092), on: loop) { answer in
                    told.tell(answer.map { $0.map(\.description) })
                }
            }
            result = try await told.next()
        }
        return try #require(result)
    }

    @Test func `localhost is known`() async throws {
        let addresses = try await lookUp("localhost").get()
        #expect(addresses.contains { $0 == "127.0.0.1:9092" || $0 == "[::1]:9092" })
    }

    @Test func `a name that does not exist is an error that names it`() async throws {
        guard case .failure(let error) = try await lookUp("no-such-host.invalid") else {
            Issue.record("it was found")
            return
        }
        #expect(error.description.contains("no-such-host.invalid"))
    }

    @Test(arguments: [("127.0.0.1", "127.0.0.1:9092"), ("::1", "[::1]:9092")])
    func `a numeric address needs no look-up`(host: String, description: String) async throws {
        #expect(try await lookUp(host).get() == [description])
    }

    @Test func `a loop is shut down with a look-up on its way`() async throws {
        let told = Told<Bool>()
        try await withLoop { (loop) async throws in
            await loop.run {
                NameLookup.addresses(of: Endpoint(host: "localhost", port: 1), on: loop) { _ in told.tell(true) }
            }
        }
        #expect(try await told.next())
    }

    private func lookUp(service: String) async throws -> Result<[Endpoint], TransportError> {
        let told = Told<Result<[Endpoint], TransportError>>()
        nonisolated(unsafe) var result: Result<[Endpoint], TransportError>?
        try await withLoop { (loop) async throws in
            await loop.run { NameLookup.services(of: service, on: loop) { told.tell($0) } }
            result = try await told.next()
        }
        return try #require(result)
    }

    /// Without a network there is no answer, with one there is no such name.
    @Test func `a service that does not exist is an error that names it`() async throws {
        guard case .failure(let error) = try await lookUp(service: "_kafka._tcp.no-such-host.invalid") else {
            Issue.record("it was found")
            return
        }
        #expect(error.description.contains("'_kafka._tcp.no-such-host.invalid'"))
    }

    @Test func `a loop is shut down with a look-up of a service on its way, which is still answered`() async throws {
        let told = Told<Bool>()
        try await withLoop { (loop) async throws in
            await loop.run { NameLookup.services(of: "_kafka._tcp.invalid", on: loop) { _ in told.tell(true) } }
        }
        #expect(try await told.next())
    }
}

import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaClient

/// Each transition of a connection by name, without a socket.
@Suite struct ConnectionStateMachineTests {
    private typealias Machine = BrokerConnection.StateMachine<String>

    /// A machine with a clock of its own; requests are known by names.
    private struct Bench {
        var machine = Machine(broker: Endpoint(host: "broker", port: 9092), connectTimeout: .seconds(10))
        var now = MonotonicInstant(nanoseconds: 1_000_000)

        static var connecting: Bench {
            var bench = Bench()
            _ = bench.machine.open(now: bench.now)
            return bench
        }

        static var trying: Bench {
            var bench = Bench.connecting
            _ = bench.machine.didLookUp(.success(1))
            return bench
        }

        static var negotiating: Bench {
            var bench = Bench.trying
            _ = bench.machine.didConnect(.success(()))
            return bench
        }

        static var ready: Bench {
            var bench = Bench.negotiating
            _ = bench.machine.didReceiveVersions(ApiVersionsResponse())
            return bench
        }

        /// Writes a request and gives its correlation id.
        mutating func write(_ name: String, timeout: Duration = .seconds(30), expectsAnswer: Bool = true) -> Int32 {
            let id = machine.takeCorrelationID()
            let refusal = machine.willWrite(
                name, correlationID: id, apiKey: .metadata, expectsAnswer: expectsAnswer, now: now,
                deadline: now + timeout)
            #expect(refusal == nil)
            return id
        }
    }

    private static let refused = TransportError(code: -111, "cannot connect")
    private static let reset = TransportError(code: -104, "reading from the connection")

    /// What an action is, without what it carries.
    private func name(_ action: Machine.Action) -> String {
        switch action {
        case .none: "none"
        case .lookUp: "look up"
        case .connect(let address): "connect \(address)"
        case .askVersions(let version): "ask versions \(version)"
        case .tellOpened: "tell opened"
        case .complete(let request): "complete \(request)"
        case .close(let ending): "close, tell \(ending.listener)"
        }
    }

    private func ending(_ action: Machine.Action) throws -> Machine.Ending {
        guard case .close(let ending) = action else {
            Issue.record("\(name(action)) is no end")
            throw CancellationError()
        }
        return ending
    }

    // MARK: Opening

    @Test func `idle, open: the name is looked up`() {
        var bench = Bench()
        #expect(name(bench.machine.open(now: bench.now)) == "look up")
        #expect(bench.machine.nextDeadline == bench.now + .seconds(10))
        #expect(!bench.machine.isReady && !bench.machine.isClosed && !bench.machine.isReceiving)
    }

    @Test func `connecting, name found: the first address is tried`() {
        var bench = Bench.connecting
        #expect(name(bench.machine.didLookUp(.success(3))) == "connect 0")
    }

    @Test func `connecting, name not found: closed, and the opener is told`() throws {
        var bench = Bench.connecting
        let ending = try ending(bench.machine.didLookUp(.failure(TransportError(code: -3008, "cannot look up"))))
        #expect(ending.listener == .opener && ending.error.code == .connectionFailed)
        #expect(ending.error.message.contains("check the host's name"))
        #expect(bench.machine.isClosed)
    }

    @Test func `connecting, an address refuses: the next one is tried, and the last one ends it with all reasons`()
        throws
    {
        var bench = Bench.connecting
        _ = bench.machine.didLookUp(.success(3))
        #expect(name(bench.machine.didConnect(.failure(Self.refused))) == "connect 1")
        #expect(name(bench.machine.didConnect(.failure(Self.reset))) == "connect 2")
        let ending = try ending(bench.machine.didConnect(.failure(Self.refused)))
        #expect(ending.error.causes.compactMap { $0 as? TransportError } == [Self.refused, Self.reset, Self.refused])
        #expect(ending.listener == .opener)
    }

    @Test func `connecting, connected: versions are asked for in the newest version`() {
        var bench = Bench.trying
        #expect(
            name(bench.machine.didConnect(.success(()))) == "ask versions \(ApiVersionsRequest.versions.upperBound)")
        #expect(bench.machine.isReceiving && !bench.machine.isReady)
        #expect(bench.machine.nextDeadline == bench.now + .seconds(10))
    }

    @Test func `negotiating, versions received: ready, without a deadline`() {
        var bench = Bench.negotiating
        #expect(name(bench.machine.didReceiveVersions(ApiVersionsResponse())) == "tell opened")
        #expect(bench.machine.isReady && bench.machine.isReceiving)
        #expect(bench.machine.nextDeadline == .distantFuture)
    }

    @Test func `negotiating, version unknown: asked again in the one that the broker names, or in an older one`() throws
    {
        var bench = Bench.negotiating
        var answer = ApiVersionsResponse()
        answer.errorCode = .unsupportedVersion
        #expect(name(bench.machine.didReceiveVersions(answer)) == "ask versions 0")
        // In version 0 there is nothing older to ask in.
        let ending = try ending(bench.machine.didReceiveVersions(answer))
        #expect(ending.error.code == .unsupportedVersion && ending.listener == .opener)

        bench = Bench.negotiating
        answer.apiKeys = [.init(.apiVersions, 0...2)]
        #expect(name(bench.machine.didReceiveVersions(answer)) == "ask versions 2")
    }

    @Test func `negotiating, refused: closed with the broker's code`() throws {
        var bench = Bench.negotiating
        var answer = ApiVersionsResponse()
        answer.errorCode = .clusterAuthorizationFailed
        let ending = try ending(bench.machine.didReceiveVersions(answer))
        #expect(ending.error.brokerError == .clusterAuthorizationFailed && ending.error.code == .notAuthorized)
    }

    // MARK: Requests

    @Test func `idle, connecting, closed: a request is refused with the reason`() {
        var codes: [KafkaClientError.Code?] = []
        for var bench in [Bench(), .connecting, .trying] {
            let refusal = bench.machine.willWrite(
                "a", correlationID: 1, apiKey: .metadata, expectsAnswer: true, now: bench.now, deadline: bench.now)
            codes.append(refusal?.code)
        }
        var bench = Bench.ready
        _ = bench.machine.close()
        let refusal = bench.machine.willWrite(
            "a", correlationID: 1, apiKey: .metadata, expectsAnswer: true, now: bench.now, deadline: bench.now)
        #expect(codes == [.connectionFailed, .connectionFailed, .connectionFailed] && refusal?.code == .closed)
    }

    @Test func `ready, answers received: requests are completed in their order`() {
        var bench = Bench.ready
        let ids = ["a", "b", "c"].map { bench.write($0) }
        #expect(bench.machine.inFlightCount == 3)
        #expect(
            ids.map { name(bench.machine.didReceive(correlationID: $0)) } == ["complete a", "complete b", "complete c"])
        #expect(bench.machine.inFlightCount == 0 && bench.machine.isReady)
    }

    @Test(arguments: [nil, 2, 99, -1] as [Int32?])
    func `ready, an answer to something else: closed, and every request hears of it`(id: Int32?) throws {
        var bench = Bench.ready
        #expect(bench.write("a") == 1 && bench.write("b") == 2)
        let ending = try ending(bench.machine.didReceive(correlationID: id))
        #expect(ending.error.code == .protocolViolation && ending.listener == .owner)
        #expect(ending.unanswered == ["a", "b"])
    }

    @Test func `negotiating, an answer to something else: closed, and the message guesses`() throws {
        var bench = Bench.negotiating
        _ = bench.write("versions")
        let ending = try ending(bench.machine.didReceive(correlationID: 77))
        #expect(ending.error.message.contains("does not speak Kafka's protocol") && ending.listener == .opener)
    }

    @Test func `bad length: before the handshake a guess, after it the bound that was exceeded`() throws {
        var bench = Bench.negotiating
        let alert = try ending(bench.machine.didReceive(badLength: 0x1503_0302, max: 1024))
        #expect(alert.error.message.contains("it answers in TLS"))
        bench = Bench.negotiating
        let http = try ending(bench.machine.didReceive(badLength: 0x4854_5450, max: 1024))
        #expect(http.error.message.contains("it answers in HTTP"))
        bench = Bench.ready
        let long = try ending(bench.machine.didReceive(badLength: 1025, max: 1024))
        #expect(long.error.message.contains("an answer of 1025 bytes") && long.error.message.contains("allows 1024"))
        #expect(long.listener == .owner)
    }

    @Test func `ready, a request without an answer is written: nothing is left of it`() {
        var bench = Bench.ready
        let first = bench.write("a", expectsAnswer: false)
        let second = bench.write("b", expectsAnswer: false)
        #expect(bench.machine.inFlightCount == 0)
        #expect(bench.machine.nextDeadline == bench.now + .seconds(30))
        bench.machine.didWrite(correlationID: first)
        bench.machine.didWrite(correlationID: second)
        #expect(bench.machine.nextDeadline == .distantFuture)
    }

    /// The first of two that were taken together may send another one, which the system takes at once.
    @Test func `ready, requests without an answer are written out of their order: nothing is left of them`() {
        var bench = Bench.ready
        let ids = ["a", "b", "c"].map { bench.write($0, expectsAnswer: false) }
        for id in [ids[0], ids[2], ids[1]] { bench.machine.didWrite(correlationID: id) }
        #expect(bench.machine.nextDeadline == .distantFuture)
        #expect(name(bench.machine.checkDeadlines(now: bench.now + .seconds(60))) == "none")
    }

    @Test func `correlation ids go round and are never zero or negative`() {
        var machine = Machine(broker: Endpoint(host: "broker", port: 9092), connectTimeout: .seconds(1))
        #expect((1...3).map { _ in machine.takeCorrelationID() } == [1, 2, 3])
        machine = Machine(
            broker: Endpoint(host: "broker", port: 9092), connectTimeout: .seconds(1), firstCorrelationID: .max)
        #expect((1...3).map { _ in machine.takeCorrelationID() } == [.max, 1, 2])
    }

    // MARK: Deadlines

    @Test func `connecting, late: closed, with the reasons of the addresses that were tried`() throws {
        var bench = Bench.connecting
        _ = bench.machine.didLookUp(.success(2))
        _ = bench.machine.didConnect(.failure(Self.refused))
        #expect(name(bench.machine.checkDeadlines(now: bench.now + .milliseconds(9999))) == "none")
        let ending = try ending(bench.machine.checkDeadlines(now: bench.now + .seconds(10)))
        #expect(ending.error.code == .requestTimedOut && ending.listener == .opener)
        #expect(ending.error.causes.count == 1)
    }

    @Test func `negotiating, late: closed, and the message asks whether it is a broker`() throws {
        var bench = Bench.negotiating
        let ending = try ending(bench.machine.checkDeadlines(now: bench.now + .seconds(10)))
        #expect(ending.error.message.contains("is it a Kafka broker") && ending.listener == .opener)
    }

    @Test func `ready, a later request with a shorter timeout is late: closed, and all hear of it`() throws {
        var bench = Bench.ready
        _ = bench.write("patient", timeout: .seconds(30))
        _ = bench.write("hasty", timeout: .seconds(1))
        #expect(bench.machine.nextDeadline == bench.now + .seconds(1))
        #expect(name(bench.machine.checkDeadlines(now: bench.now + .milliseconds(999))) == "none")
        let ending = try ending(bench.machine.checkDeadlines(now: bench.now + .seconds(1)))
        #expect(ending.error.code == .requestTimedOut && ending.listener == .owner)
        #expect(ending.unanswered == ["patient", "hasty"])
    }

    // MARK: Ending

    @Test func `the other end closes: the opener or the owner is told, once`() throws {
        var listeners: [Machine.Listener] = []
        for var bench in [Bench.negotiating, .ready] {
            let ending = try ending(bench.machine.didEnd(Self.reset))
            #expect(ending.error.code == .connectionFailed && ending.error.causes.count == 1)
            listeners.append(ending.listener)
            #expect(name(bench.machine.didEnd(Self.reset)) == "none")
            #expect(name(bench.machine.close()) == "none")
        }
        #expect(listeners == [.opener, .owner])
    }

    @Test func `close: requests fail, an opener is told, an owner is not`() throws {
        var bench = Bench.ready
        _ = bench.write("a")
        _ = bench.write("b", expectsAnswer: false)
        let ready = try ending(bench.machine.close())
        #expect(ready.unanswered == ["a", "b"] && ready.error.code == .closed && ready.listener == .nobody)
        var opening = Bench.trying
        #expect(try ending(opening.machine.close()).listener == .opener)
        var idle = Bench()
        #expect(try ending(idle.machine.close()).listener == .nobody)
    }

    @Test func `what comes after the end changes nothing`() {
        var bench = Bench.trying
        _ = bench.machine.close()
        #expect(name(bench.machine.didConnect(.success(()))) == "none")
        #expect(name(bench.machine.didLookUp(.success(1))) == "none")
        #expect(name(bench.machine.didReceiveVersions(ApiVersionsResponse())) == "none")
        #expect(name(bench.machine.checkDeadlines(now: .distantFuture)) == "none")
        #expect(bench.machine.isClosed && bench.machine.nextDeadline == .distantFuture)
    }
}

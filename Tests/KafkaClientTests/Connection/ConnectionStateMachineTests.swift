import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaClient

/// Each transition of a connection by name, without a socket.
@Suite struct ConnectionStateMachineTests {
    private typealias Bench = ConnectionBench

    // MARK: Opening

    @Test(arguments: [("c", "tell opened"), ("other", "close, tell opener"), (nil, "tell opened")])
    func `a broker is asked to which cluster it belongs where one is known`(told: String?, then: String) throws {
        var bench = ConnectionBench(clusterID: "c")
        _ = bench.machine.open(now: bench.now)
        _ = bench.lookUp(1)
        _ = bench.connect()
        var versions = ApiVersionsResponse()
        versions.apiKeys = [.init(.metadata, 0...13)]
        #expect(name(bench.receive(versions)) == "ask cluster")
        #expect(!bench.machine.isReady && bench.machine.isReceiving)
        let action = bench.machine.didReceiveCluster(told, now: bench.now)
        #expect(name(action) == then)
        if told == "other" {
            let error = try ending(action).error
            #expect(error.code == .wrongCluster && !error.isRetriable)
            #expect(error.message.contains("cluster other") && error.message.contains("cluster c"))
        }
    }

    @Test func `a broker that does not say its cluster in time is closed, one that can't tell is not asked`() {
        var bench = ConnectionBench(clusterID: "c")
        _ = bench.machine.open(now: bench.now)
        _ = bench.lookUp(1)
        _ = bench.connect()
        var versions = ApiVersionsResponse()
        versions.apiKeys = [.init(.metadata, 0...1)]
        var asked = bench
        #expect(name(bench.receive(versions)) == "tell opened")
        versions.apiKeys = [.init(.metadata, 0...2)]
        #expect(name(asked.receive(versions)) == "ask cluster")
        #expect(name(asked.wait(.seconds(10))) == "close, tell opener")
    }

    @Test func `idle, open: the name is looked up`() {
        var bench = Bench()
        #expect(name(bench.machine.open(now: bench.now)) == "look up")
        #expect(bench.machine.nextDeadline == bench.now + .seconds(10))
        #expect(!bench.machine.isReady && !bench.machine.isClosed && !bench.machine.isReceiving)
    }

    @Test func `connecting, name found: the first address is tried`() {
        var bench = Bench.connecting
        #expect(name(bench.lookUp(3)) == "connect 10.0.0.0:9092")
    }

    @Test func `connecting, name not found: closed, and the opener is told`() throws {
        var bench = Bench.connecting
        let ending = try ending(
            bench.machine.didLookUp(.failure(TransportError(code: -3008, "cannot look up")), now: bench.now))
        #expect(ending.listener == .opener && ending.error.code == .connectionFailed)
        #expect(ending.error.message.contains("check the host's name"))
        #expect(bench.machine.isClosed)
    }

    @Test func `connecting, an address refuses: the next one is tried, and the last one ends it with all reasons`()
        throws
    {
        var bench = Bench.connecting
        _ = bench.lookUp(3)
        #expect(name(bench.connect(Bench.refused)) == "connect 10.0.0.1:9092")
        #expect(name(bench.connect(Bench.reset)) == "connect 10.0.0.2:9092")
        let ending = try ending(bench.connect(Bench.refused))
        #expect(
            ending.error.causes.compactMap { $0 as? TransportError } == [
                TransportError(code: -111, "cannot connect to 10.0.0.0:9092"),
                TransportError(code: -104, "cannot connect to 10.0.0.1:9092"),
                TransportError(code: -111, "cannot connect to 10.0.0.2:9092"),
            ])
        #expect(ending.error.code == .connectionFailed && ending.listener == .opener)
    }

    @Test func `connecting, a name without an address: closed, and the opener is told`() throws {
        var bench = Bench.connecting
        let ending = try ending(bench.lookUp(0))
        #expect(ending.error.code == .connectionFailed && ending.listener == .opener)
        #expect(ending.error.message.contains("check the host's name"))
    }

    @Test(arguments: [
        (0, [0, 1, 2]), (1, [1, 2, 0]), (2, [2, 0, 1]), (3, [0, 1, 2]), (1_000_000, [1, 2, 0]), (.max, [1, 2, 0]),
        (.min, [2, 0, 1]),
    ])
    func `connecting, begun with another address: the others follow, round about`(first: Int, order: [Int]) {
        var bench = Bench(firstAddress: first)
        _ = bench.machine.open(now: bench.now)
        let actions = [bench.lookUp(3), bench.connect(Bench.refused), bench.connect(Bench.refused)]
        #expect(actions.map(name) == order.map { "connect 10.0.0.\($0):9092" })
    }

    @Test func `connecting, an address does not answer within its share: the next one is tried, with as much time`() {
        var bench = Bench.connecting
        bench.now = bench.now + .seconds(7)
        _ = bench.lookUp(4)
        #expect(bench.machine.nextDeadline == bench.now + .milliseconds(2500))
        #expect(name(bench.wait(.milliseconds(2499))) == "none")
        #expect(name(bench.wait(.milliseconds(1))) == "connect 10.0.0.1:9092")
        bench.now = bench.now + .seconds(1)
        #expect(name(bench.connect(Bench.refused)) == "connect 10.0.0.2:9092")
        #expect(bench.machine.nextDeadline == bench.now + .milliseconds(2500))
    }

    @Test(arguments: [
        (1, 10_000, 10_000), (2, 10_000, 5000), (10, 10_000, 1000), (100, 10_000, 1000), (100, 800, 800),
        (3, 2000, 1000),
    ])
    func `connecting: each address has its share of the timeout, a second at least if the timeout is as long`(
        count: Int, timeoutMs: Int, shareMs: Int
    ) throws {
        var bench = Bench()
        bench.machine = Bench.Machine(
            broker: BrokerName(Endpoint(host: "broker", port: 9092)), connectTimeout: .milliseconds(timeoutMs),
            idleTimeout: .seconds(540))
        _ = bench.machine.open(now: bench.now)
        _ = bench.lookUp(count)
        for _ in 1..<count { #expect(name(bench.wait(.milliseconds(shareMs))).hasPrefix("connect ")) }
        #expect(name(bench.wait(.milliseconds(shareMs - 1))) == "none")
        let ending = try ending(bench.wait(.milliseconds(1)))
        #expect(ending.error.causes.count == count && ending.error.code == .requestTimedOut)
    }

    @Test
    func `connecting, a later address answers: the handshake has all of the timeout since that address was begun`() {
        var bench = Bench.connecting
        _ = bench.lookUp(2)
        _ = bench.wait(.seconds(5))
        let begun = bench.now
        bench.now = bench.now + .seconds(3)
        #expect(name(bench.connect()).hasPrefix("ask versions"))
        #expect(bench.machine.nextDeadline == begun + .seconds(10))
    }

    @Test func `connecting, connected: versions are asked for in the newest version`() {
        var bench = Bench.trying
        #expect(
            name(bench.connect()) == "ask versions \(ApiVersionsRequest.versions.upperBound)")
        #expect(bench.machine.isReceiving && !bench.machine.isReady)
        #expect(bench.machine.nextDeadline == bench.now + .seconds(10))
    }

    @Test func `negotiating, versions received: ready, until it has been idle for long`() {
        var bench = Bench.negotiating
        #expect(name(bench.receive(ApiVersionsResponse())) == "tell opened")
        #expect(bench.machine.isReady && bench.machine.isReceiving)
        #expect(bench.machine.nextDeadline == bench.now + .seconds(540))
    }

    @Test func `negotiating, version unknown: asked again in the one that the broker names, or in an older one`() throws
    {
        var bench = Bench.negotiating
        var answer = ApiVersionsResponse()
        answer.errorCode = .unsupportedVersion
        #expect(name(bench.receive(answer)) == "ask versions 0")
        // In version 0 there is nothing older to ask in.
        let ending = try ending(bench.receive(answer))
        #expect(ending.error.code == .unsupportedVersion && ending.listener == .opener)

        bench = Bench.negotiating
        answer.apiKeys = [.init(.apiVersions, 0...2)]
        #expect(name(bench.receive(answer)) == "ask versions 2")
    }

    @Test func `negotiating, refused: closed with the broker's code`() throws {
        var bench = Bench.negotiating
        var answer = ApiVersionsResponse()
        answer.errorCode = .clusterAuthorizationFailed
        let ending = try ending(bench.receive(answer))
        #expect(ending.error.brokerError == .clusterAuthorizationFailed && ending.error.code == .notAuthorized)
    }

    // MARK: Requests

    @Test func `idle, connecting, closed: a request is refused with the reason`() {
        var codes: [KafkaClientError.Code?] = []
        for var bench in [Bench(), .connecting, .trying] {
            let refusal = bench.machine.willWrite(
                "a", correlationID: 1, apiKey: .metadata, expectsAnswer: true, now: bench.now, deadline: bench.now)
            codes.append(refusal.refusal?.code)
        }
        var bench = Bench.ready
        _ = bench.machine.close()
        let refusal = bench.machine.willWrite(
            "a", correlationID: 1, apiKey: .metadata, expectsAnswer: true, now: bench.now, deadline: bench.now)
        #expect(codes == [.connectionFailed, .connectionFailed, .connectionFailed] && refusal.refusal?.code == .closed)
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
        _ = bench.write("versions", opens: true)
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
        #expect(bench.machine.nextDeadline == bench.now + .seconds(540))
    }

    /// The first of two that were taken together may send another one, which the system takes at once.
    @Test func `ready, requests without an answer are written out of their order: nothing is left of them`() {
        var bench = Bench.ready
        let ids = ["a", "b", "c"].map { bench.write($0, expectsAnswer: false) }
        for id in [ids[0], ids[2], ids[1]] { bench.machine.didWrite(correlationID: id) }
        #expect(bench.machine.nextDeadline == bench.now + .seconds(540))
        #expect(name(bench.machine.checkDeadlines(now: bench.now + .seconds(60))) == "none")
    }

    @Test func `correlation ids go round and are never zero or negative`() {
        let broker = BrokerName(Endpoint(host: "broker", port: 9092))
        var machine = Bench.Machine(broker: broker, connectTimeout: .seconds(1), idleTimeout: .seconds(540))
        #expect((1...3).map { _ in machine.takeCorrelationID() } == [1, 2, 3])
        machine = Bench.Machine(
            broker: broker, connectTimeout: .seconds(1), idleTimeout: .seconds(540), firstCorrelationID: .max)
        #expect((1...3).map { _ in machine.takeCorrelationID() } == [.max, 1, 2])
    }

    // MARK: Deadlines

    @Test func `connecting, late: closed, with the reasons of the addresses that were tried`() throws {
        var bench = Bench.connecting
        _ = bench.lookUp(2)
        _ = bench.connect(Bench.refused)
        #expect(name(bench.wait(.milliseconds(4999))) == "none")
        let ending = try ending(bench.wait(.milliseconds(1)))
        #expect(ending.error.code == .requestTimedOut && ending.listener == .opener)
        #expect(
            ending.error.causes.compactMap { $0 as? TransportError } == [
                TransportError(code: -111, "cannot connect to 10.0.0.0:9092"),
                .timedOut("cannot connect to 10.0.0.1:9092 within 5000 ms"),
            ])
    }

    @Test func `connecting, the name is not found in time: closed, and the message speaks of the name`() throws {
        var bench = Bench.connecting
        #expect(name(bench.wait(.milliseconds(9999))) == "none")
        let ending = try ending(bench.wait(.milliseconds(1)))
        #expect(ending.error.code == .requestTimedOut && ending.listener == .opener)
        #expect(ending.error.description.contains("check the host's name: cannot look up 'broker' within 10000 ms"))
        #expect(name(bench.lookUp(1)) == "none")
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

    @Test func `ready, not used for long: closed, and neither the opener nor the owner is told`() throws {
        var bench = Bench.ready
        let id = bench.write("a")
        _ = bench.machine.didReceive(correlationID: id)
        bench.machine.noteUse(at: bench.now + .seconds(1))
        #expect(bench.machine.nextDeadline == bench.now + .seconds(541))
        #expect(name(bench.wait(.milliseconds(540_999))) == "none")
        let ending = try ending(bench.wait(.milliseconds(1)))
        #expect(ending.listener == .idle && ending.unanswered == [] && bench.machine.isClosed)
        #expect(ending.error.isRetriable && ending.error.message.contains("was not used for 540.0 seconds"))
    }

    @Test(arguments: [true, false])
    func `ready, a request is on its way for long: the connection is in use, and later idle again`(
        expectsAnswer: Bool
    ) throws {
        var bench = Bench.ready
        let id = bench.write("a", timeout: .seconds(3600), expectsAnswer: expectsAnswer)
        #expect(name(bench.wait(.seconds(540))) == "none")
        #expect(bench.machine.nextDeadline == bench.now + .seconds(540))
        if expectsAnswer {
            _ = bench.machine.didReceive(correlationID: id)
        } else {
            bench.machine.didWrite(correlationID: id)
        }
        #expect(name(bench.wait(.seconds(539))) == "none")
        #expect(try ending(bench.wait(.seconds(1))).listener == .idle)
    }

    @Test func `ready, use is noted late: the connection does not become older by it`() {
        var bench = Bench.ready
        _ = bench.machine.didReceive(correlationID: bench.write("a"))
        bench.machine.noteUse(at: .distantPast)
        #expect(bench.machine.nextDeadline == bench.now + .seconds(540))
    }

    // MARK: Ending

    @Test func `the other end closes: the opener or the owner is told, once`() throws {
        var listeners: [ConnectionBench.Machine.Listener] = []
        for var bench in [Bench.negotiating, .ready] {
            let ending = try ending(bench.machine.didEnd(Bench.reset))
            #expect(ending.error.code == .connectionFailed && ending.error.causes.count == 1)
            listeners.append(ending.listener)
            #expect(name(bench.machine.didEnd(Bench.reset)) == "none")
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
        #expect(name(bench.connect()) == "none")
        #expect(name(bench.lookUp(1)) == "none")
        #expect(name(bench.receive(ApiVersionsResponse())) == "none")
        #expect(name(bench.machine.checkDeadlines(now: .distantFuture)) == "none")
        #expect(bench.machine.isClosed && bench.machine.nextDeadline == .distantFuture)
    }
}

import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaClient

/// A machine with a clock of its own; requests are known by names.
struct ConnectionBench {
    typealias Machine = BrokerConnection.StateMachine<String>

    static let refused = TransportError(code: -111, "cannot connect")
    static let reset = TransportError(code: -104, "reading from the connection")

    var machine: Machine
    var now = MonotonicInstant(nanoseconds: 1_000_000)

    init(
        node: Int32? = nil, firstAddress: Int = 0, clusterID: String? = nil,
        security: ConnectionSecurity = ConnectionSecurity()
    ) {
        machine = Machine(
            broker: BrokerName(Endpoint(host: "broker", port: 9092), node: node), connectTimeout: .seconds(10),
            idleTimeout: .seconds(540), firstAddress: firstAddress, clusterID: clusterID,
            security: security)
    }

    static var connecting: ConnectionBench {
        var bench = ConnectionBench()
        _ = bench.machine.open(now: bench.now)
        return bench
    }

    static var trying: ConnectionBench {
        var bench = ConnectionBench.connecting
        _ = bench.lookUp(1)
        return bench
    }

    static var negotiating: ConnectionBench {
        var bench = ConnectionBench.trying
        _ = bench.connect()
        return bench
    }

    static var ready: ConnectionBench {
        var bench = ConnectionBench.negotiating
        _ = bench.receive(ApiVersionsResponse())
        return bench
    }

    /// Finds so many addresses: 10.0.0.0, 10.0.0.1, …
    mutating func lookUp(_ count: Int) -> Machine.Action {
        let addresses = (0..<count).map { try! SocketAddress(numeric: "10.0.0.\($0)", port: 9092) }
        return machine.didLookUp(.success(addresses), now: now)
    }

    mutating func connect(_ error: TransportError? = nil) -> Machine.Action {
        machine.didConnect(error.map { .failure($0) } ?? .success(()), now: now)
    }

    mutating func receive(_ answer: ApiVersionsResponse) -> Machine.Action {
        machine.didReceiveVersions(answer, now: now)
    }

    /// Checks the deadlines after some time.
    mutating func wait(_ time: Duration) -> Machine.Action {
        now = now + time
        return machine.checkDeadlines(now: now)
    }

    /// Writes a request and gives its correlation id.
    mutating func write(
        _ name: String, timeout: Duration = .seconds(30), expectsAnswer: Bool = true, opens: Bool = false
    ) -> Int32 {
        let id = machine.takeCorrelationID()
        let leave = machine.willWrite(
            name, correlationID: id, apiKey: .metadata, expectsAnswer: expectsAnswer, opens: opens, now: now,
            deadline: now + timeout)
        #expect(leave.word == "write")
        return id
    }

    /// Makes a request that is not written yet.
    mutating func hold(_ name: String, timeout: Duration = .seconds(30)) {
        let leave = machine.willWrite(
            name, correlationID: machine.takeCorrelationID(), apiKey: .produce, expectsAnswer: true, now: now,
            deadline: now + timeout)
        #expect(leave.word == "hold")
    }
}

extension ConnectionBench.Machine.Leave {
    var word: String {
        switch self {
        case .write: "write"
        case .hold: "hold"
        case .refuse: "refuse"
        }
    }

    var refusal: KafkaClientError? { if case .refuse(let reason) = self { reason } else { nil } }
}

/// What an action is, without what it carries.
func name(_ action: ConnectionBench.Machine.Action) -> String {
    switch action {
    case .none: "none"
    case .lookUp: "look up"
    case .connect(let address): "connect \(address)"
    case .secure: "secure"
    case .beginAuthentication: "begin authentication"
    case .nameMechanism: "name mechanism"
    case .sendToken(let token): "send \(String(decoding: token, as: UTF8.self))"
    case .answerChallenge(let challenge): "answer \(String(decoding: challenge, as: UTF8.self))"
    case .tellReauthenticated: "tell reauthenticated"
    case .askVersions(let version): "ask versions \(version)"
    case .askCluster: "ask cluster"
    case .tellOpened: "tell opened"
    case .complete(let request): "complete \(request)"
    case .close(let ending): "close, tell \(ending.listener)"
    }
}

func ending(_ action: ConnectionBench.Machine.Action) throws -> ConnectionBench.Machine.Ending {
    guard case .close(let ending) = action else {
        Issue.record("\(name(action)) is no end")
        throw CancellationError()
    }
    return ending
}

// One TCP connection to one broker. Requests are pipelined: a request does not wait for the answer to the one before it, and
// answers come in the order of requests. `StateMachine` decides what to do; here are the socket, the timer and the bytes.

import KafkaProtocol
import KafkaTransport

/// A connection to a broker: to the first address of its name that answers.
///
/// Belongs to one actor and lives on that actor's loop; it has no lock and is not `Sendable`. It never retries: its owner
/// decides that.
final class BrokerConnection {
    let endpoint: Endpoint
    let loop: EventLoop
    let configuration: ConnectionConfiguration
    var machine: StateMachine<PendingRequest>
    private(set) var versions = BrokerVersions()
    /// Called once when a connection that was ready is lost, but not after `close()`.
    var onLost: ((KafkaClientError) -> Void)?
    /// Called once when a connection that was ready is closed because it was not used for the configuration's `idleTimeout`;
    /// `onLost` is not called then. An owner that needs a connection opens another one.
    var onIdle: (() -> Void)?
    /// Called each time when the broker was shown anew who this client is (KIP-368).
    var onReauthenticated: ((_ mechanism: String, _ user: String?) -> Void)?
    /// Called when files of certificates or keys have changed and can't be used, before the connection is secured by what they
    /// held before.
    var onUnusableFiles: ((KafkaClientError) -> Void)?
    /// What is known of the connection's keys; nil when it is not secured.
    private var securing: TLSStream.Facts?
    /// Who the broker was told that this client is.
    private(set) var user: String?
    private var stream: TCPStream?
    private var channel: (any ByteChannel)?
    /// The SASL exchange that is under way.
    var exchange: (any SASLExchange)?
    private var accumulator: FrameAccumulator
    /// When the first bytes came of what was received last.
    private(set) var frameBegan = MonotonicInstant.distantPast
    private var timer: LoopTimer?
    private var timerDue = MonotonicInstant.distantFuture
    private let resolver: Resolver
    private var opening: ((KafkaClientError?) -> Void)?
    private let meter: BrokerMeter?
    private var isCountedOpen = false

    /// How the addresses of a broker's name are found.
    typealias Resolver = (
        Endpoint, EventLoop, @escaping (Result<[SocketAddress], TransportError>) -> Void
    ) -> Void

    /// - Parameters:
    ///   - node: the broker's id, when its endpoint came from the cluster's metadata; nil for a bootstrap server. For
    ///     messages.
    ///   - firstAddress: the index of the address of the broker's name that is tried first, modulo their number. An owner
    ///     that counts it up with each attempt begins with another address each time.
    ///   - meter: counts what goes over the connection.
    ///   - frames: memory for answers, so that they can be detached.
    init(
        to endpoint: Endpoint, node: Int32? = nil, on loop: EventLoop, _ configuration: ConnectionConfiguration,
        firstAddress: Int = 0, clusterID: String? = nil, meter: BrokerMeter? = nil, frames: FrameBufferPool? = nil,
        resolver: @escaping Resolver = NameLookup.addresses
    ) {
        self.meter = meter
        self.resolver = resolver
        self.endpoint = endpoint
        self.loop = loop
        self.configuration = configuration
        machine = StateMachine(
            broker: BrokerName(endpoint, node: node), connectTimeout: configuration.connectTimeout,
            idleTimeout: configuration.idleTimeout, requestTimeout: configuration.requestTimeout,
            firstAddress: firstAddress, clusterID: clusterID,
            security: ConnectionSecurity(
                isSecured: configuration.tls != nil, mechanism: configuration.sasl?.name))
        accumulator = FrameAccumulator(
            capacity: 16 << 10, frameBytesMax: min(configuration.responseByteCountMax, Self.openingByteCountMax),
            pool: frames)
    }

    // Requests of libuv hold a stream while it connects or writes, so that it would outlive its connection without this.
    deinit { stream?.closeFromAnyThread() }

    /// The longest answer before the connection is ready: who is not known yet is trusted with little.
    private static let openingByteCountMax = 1 << 20

    var inFlightCount: Int { machine.inFlightCount }
    var isReady: Bool { machine.isReady }
    var isClosed: Bool { machine.isClosed }

    /// Connects, and asks for the broker's versions. `completion` is called once, on the loop, with nil or an error.
    func open(_ completion: @escaping (KafkaClientError?) -> Void) {
        opening = completion
        perform(machine.open(now: .now))
        watchDeadlines()
    }

    /// Closes without calling `onLost`. Requests in flight fail.
    func close() { perform(machine.close()) }

    /// Closes because of an error, of which `onLost` is told.
    func close(_ reason: KafkaClientError) { perform(machine.close(reason)) }

    // MARK: Events

    /// What is to be told of a connection that has become ready.
    func openingEvents(broker: Int32) -> [ClientEvent.Kind] {
        var events: [ClientEvent.Kind] = []
        if let securing {
            events.append(
                .secured(
                    broker: broker, endpoint: endpoint, version: securing.version, cipher: securing.cipher,
                    isResumed: securing.isResumed))
        }
        if let mechanism = configuration.sasl?.name {
            events.append(.authenticated(broker: broker, endpoint: endpoint, mechanism: mechanism, user: user))
        }
        return events + [.connected(broker: broker, endpoint: endpoint)]
    }

    // MARK: Actions

    func perform(_ action: StateMachine<PendingRequest>.Action) {
        switch action {
        case .none: break
        case .lookUp: lookUp()
        case .connect(let address): connect(to: address)
        case .secure: secure()
        case .askVersions(let version): askVersions(version)
        case .askCluster: askCluster()
        case .beginAuthentication: beginAuthentication()
        case .nameMechanism: nameMechanism()
        case .sendToken(let token): sendToken(token)
        case .answerChallenge(let challenge): answer(challenge)
        case .tellOpened:
            let opening = opening
            self.opening = nil
            user = exchange?.user
            exchange = nil
            accumulator.frameBytesMax = configuration.responseByteCountMax
            isCountedOpen = true
            meter?.counts.add(1, to: .opened)
            if configuration.sasl != nil { meter?.counts.add(1, to: .authenticated) }
            opening?(nil)
            writeHeld()
            watchDeadlines()
        case .tellReauthenticated:
            user = exchange?.user
            meter?.counts.add(1, to: .reauthenticated)
            exchange = nil
            onReauthenticated?(configuration.sasl?.name ?? "", user)
            writeHeld()
            watchDeadlines()
        case .complete: preconditionFailure("only a frame completes a request")
        case .close(let ending): end(ending)
        }
    }

    private func lookUp() {
        resolver(endpoint, loop) { [weak self] result in
            guard let self else { return }
            perform(machine.didLookUp(result, now: .now))
            watchDeadlines()
        }
    }

    private func connect(to address: SocketAddress) {
        stream?.close()
        var hasEnded = false
        let attempt = TCPStream.connect(to: address, on: loop) { [weak self] result in
            hasEnded = true
            guard let self else { return }
            if case .success = result, configuration.tls == nil, let stream { use(stream) }
            perform(machine.didConnect(result, now: .now))
        }
        // The system may refuse an address before `connect` returns, such as an IPv6 address on a machine without IPv6. The
        // next address is being tried by then, and its stream must be kept.
        if !hasEnded { stream = attempt }
    }

    /// Sends and receives through a channel from now on.
    private func use(_ channel: any ByteChannel) {
        self.channel = channel
        channel.handler = self
        channel.startReading()
    }

    private func secure() {
        watchDeadlines()
        guard let stream else { return }
        do throws(TransportError) {
            guard let context = try configuration.tlsContext() else { return }
            if !context.hasFiles { return shakeHands(context, over: stream) }
            LoopWork.run(on: loop) {
                do throws(TLSFailure) {
                    try context.refresh()
                    return nil
                } catch {
                    return error
                }
            } completion: { [weak self] (failure: TLSFailure?) in
                guard let self, self.stream === stream else { return }
                if let failure {
                    onUnusableFiles?(
                        KafkaClientError(
                            .tlsFailed,
                            "files of certificates or keys have changed and can't be used; what they held before is used further: \(failure)"
                        ))
                }
                shakeHands(context, over: stream)
            }
        } catch {
            perform(machine.didSecure(.failure(error)))
        }
    }

    private func shakeHands(_ context: TLSContext, over stream: TCPStream) {
        do throws(TransportError) {
            let channel = try TLSStream(client: context, host: endpoint.host, port: endpoint.port, over: stream)
            self.channel = channel
            channel.shakeHands { [weak self] result in
                guard let self else { return }
                // The channel is this object's: the closure that it keeps must not keep it.
                if case .success(let facts) = result, let channel = self.channel {
                    securing = facts
                    use(channel)
                }
                perform(machine.didSecure(result.map { _ in () }))
            }
        } catch {
            perform(machine.didSecure(.failure(error)))
        }
    }

    private func askVersions(_ version: Int16) {
        let request = ApiVersionsRequest(
            clientSoftwareName: "kafkaclient-swift", clientSoftwareVersion: KafkaClientVersion.current)
        send(request, version: version, opens: true) { [weak self] result in
            guard let self else { return }
            switch result {
            case .failure(let error): perform(machine.close(error))
            case .success(let response):
                versions = BrokerVersions(response)
                perform(machine.didReceiveVersions(response, now: .now))
            }
        }
    }

    private func askCluster() {
        var request = MetadataRequest(topicNames: [])
        request.allowAutoTopicCreation = false
        do {
            let version = try versions.newest(MetadataRequest.self, of: endpoint)
            send(request, version: version, timeout: configuration.connectTimeout, opens: true) { [weak self] result in
                guard let self else { return }
                switch result {
                case .failure(let error): perform(machine.close(error))
                case .success(let response): perform(machine.didReceiveCluster(response.clusterID, now: .now))
                }
            }
        } catch {
            perform(machine.close(error))
        }
    }

    private func end(_ ending: StateMachine<PendingRequest>.Ending) {
        channel?.close()
        channel = nil
        stream?.close()
        stream = nil
        exchange = nil
        timer?.close()
        timer = nil
        count(ending)
        let opening = opening
        let onLost = onLost
        let onIdle = onIdle
        self.opening = nil
        self.onLost = nil
        self.onIdle = nil
        for request in ending.unanswered { request.complete(.failure(ending.error)) }
        switch ending.listener {
        case .opener: opening?(ending.error)
        case .owner: onLost?(ending.error)
        case .idle: onIdle?()
        case .nobody: break
        }
    }

    private func count(_ ending: StateMachine<PendingRequest>.Ending) {
        guard let meter else { return }
        let isDenied = ending.error.code == .authenticationFailed
        if isCountedOpen {
            isCountedOpen = false
            meter.counts.add(1, to: .closed)
            if isDenied { meter.counts.add(1, to: .reauthenticationFailed) }
        } else if case .opener = ending.listener, ending.error.code != .closed {
            meter.counts.add(1, to: .failed)
            if isDenied { meter.counts.add(1, to: .authenticationFailed) }
        }
    }

    // MARK: Sending

    func takeCorrelationID() -> Int32 { machine.takeCorrelationID() }

    /// Writes an encoded request: the writer's own bytes and the batches between them as one gathering write.
    ///
    /// - Parameter expectsAnswer: false for acks 0: the completion then comes with an empty frame once the system has
    ///   taken the bytes.
    func transmit(_ pending: PendingRequest, expectsAnswer: Bool, opens: Bool = false) {
        pending.written = .now
        pending.expectsAnswer = expectsAnswer
        let leave = machine.willWrite(
            pending, correlationID: pending.correlationID, apiKey: pending.apiKey, expectsAnswer: expectsAnswer,
            opens: opens, now: pending.written, deadline: pending.deadline)
        switch leave {
        case .refuse(let reason): return pending.complete(.failure(reason))
        case .hold: break
        case .write:
            pending.withPieces { pieces in
                if let meter {
                    pending.meter = meter
                    meter.didWrite(pieces.reduce(0) { $0 + $1.count })
                }
                channel?.write(pieces, keeping: pending) { [weak self] error in
                    // A request that expects an answer gets the error when the channel ends.
                    if !expectsAnswer { self?.didWrite(pending, error) }
                }
            }
        }
        watchDeadlines(pending.deadline)
    }

    /// Writes the requests that were held while the broker was shown who this client is.
    private func writeHeld() {
        for pending in machine.takeHeld() { transmit(pending, expectsAnswer: pending.expectsAnswer) }
    }

    /// Ends a request that gets no answer.
    private func didWrite(_ pending: PendingRequest, _ error: TransportError?) {
        if let error { return perform(machine.didEnd(error)) }
        machine.didWrite(correlationID: pending.correlationID)
        machine.noteUse(at: loop.turnBegan)
        pending.complete(.success(UnsafeRawBufferPointer(start: nil, count: 0)))
    }

    // MARK: Deadlines

    /// Checks the deadlines at this time, unless an earlier check is scheduled already.
    func watchDeadlines(_ deadline: MonotonicInstant? = nil) {
        let due = deadline ?? machine.nextDeadline
        if due >= timerDue || machine.isClosed { return }
        timerDue = due
        let timer = timer ?? LoopTimer(on: loop)
        self.timer = timer
        timer.schedule(at: due) { [weak self] in
            guard let self else { return }
            timerDue = .distantFuture
            perform(machine.checkDeadlines(now: .now))
            watchDeadlines()
        }
    }
}

// MARK: - Receiving

extension BrokerConnection: ByteChannelHandler {
    func channelNeedsSpace() -> UnsafeMutableRawBufferPointer { accumulator.freeSpace() }

    func channelDidRead(_ count: Int) {
        if accumulator.bufferedByteCount == 0 { frameBegan = loop.turnBegan }
        accumulator.didReceive(count)
        meter?.counts.add(count, to: .bytesIn)
        machine.noteUse(at: loop.turnBegan)
        while machine.isReceiving {
            switch accumulator.takeFrame() {
            case .incomplete: return
            case .badLength(let length):
                perform(machine.didReceive(badLength: length, max: accumulator.frameBytesMax))
            case .frame(let frame):
                switch machine.didReceive(correlationID: ResponseFrame.correlationID(of: frame)) {
                case .complete(let request): request.complete(.success(frame))
                case let action: perform(action)
                }
            }
        }
    }

    /// Hands over the answer that a completion is being called with, and its memory.
    ///
    /// - Precondition: the connection was made with memory for answers, and this is called once by the completion.
    func detachFrame() -> FrameBuffer { accumulator.detachFrame() }

    func channelDidEnd(_ reason: TransportError) { perform(machine.didEnd(reason)) }
}

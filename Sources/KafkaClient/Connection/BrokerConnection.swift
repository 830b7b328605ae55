// One TCP connection to one broker. Requests are pipelined: answers come in the order of requests.
//
//   idle ──open──▶ connecting ──▶ negotiating ──▶ ready ──(lost, timed out, closed)──▶ closed
//
// A connection belongs to one actor and lives on that actor's loop; it has no lock and is not `Sendable`. It never
// retries: whoever owns it decides.

import CUV
import KafkaProtocol
import KafkaTransport

final class BrokerConnection {
    enum State {
        case idle, connecting, negotiating, ready, closed
    }

    let endpoint: Endpoint
    let loop: EventLoop
    let configuration: ConnectionConfiguration
    private(set) var state = State.idle
    private(set) var versions = BrokerVersions()
    /// Called once when a connection that was ready is lost; not for `close()`.
    var onLost: ((KafkaClientError) -> Void)?

    var stream: TCPStream?
    private var accumulator: FrameAccumulator
    /// Written and not answered; nil before `inFlightHead`, so that what was answered is let go of at once.
    private var inFlight: [PendingRequest?] = []
    private var inFlightHead = 0
    /// Requests without an answer that the system has not taken yet.
    private var unwritten: [PendingRequest] = []
    private var nextCorrelationID: Int32 = 1
    private var timer: LoopTimer?
    private var timerAtNs = Int64.max
    private var addressesTried = 0
    private var opening: ((KafkaClientError?) -> Void)?
    private var openDeadlineNs: Int64 = .max
    /// Why the connection is closed.
    private var ended: KafkaClientError?

    init(to endpoint: Endpoint, on loop: EventLoop, _ configuration: ConnectionConfiguration) {
        self.endpoint = endpoint
        self.loop = loop
        self.configuration = configuration
        accumulator = FrameAccumulator(capacity: 16 << 10, frameBytesMax: configuration.responseByteCountMax)
    }

    deinit { LoopHandles(stream: stream, timer: timer).close(on: loop) }

    var inFlightCount: Int { inFlight.count - inFlightHead }
    var isReady: Bool { state == .ready }

    // MARK: Opening

    /// Connects and negotiates versions; `completion` is called once, on the loop.
    func open(_ completion: @escaping (KafkaClientError?) -> Void) {
        beginOpening(completion)
        NameLookup.addresses(of: endpoint, on: loop) { [weak self] result in
            guard let self, state == .connecting else { return }
            switch result {
            case .success(let addresses): connect(addresses[...])
            case .failure(let error):
                fail(connectionError("cannot find broker \(endpoint); check the host's name", error))
            }
        }
    }

    /// The same with addresses that are known, of which there is at least one.
    func open(at addresses: [SocketAddress], _ completion: @escaping (KafkaClientError?) -> Void) {
        beginOpening(completion)
        connect(addresses[...])
    }

    private func beginOpening(_ completion: @escaping (KafkaClientError?) -> Void) {
        precondition(state == .idle, "a connection is opened once")
        state = .connecting
        opening = completion
        openDeadlineNs = MonotonicClock.ns(after: configuration.connectTimeout)
        watch(openDeadlineNs)
    }

    /// Tries one address after the other.
    private func connect(_ addresses: ArraySlice<SocketAddress>) {
        guard let address = addresses.first else { return }
        addressesTried += 1
        let attempt = addressesTried
        let stream = TCPStream.connect(to: address, on: loop) { [weak self] result in
            guard let self, state == .connecting else { return }
            switch result {
            case .success: negotiate()
            case .failure where addresses.count > 1: connect(addresses.dropFirst())
            case .failure(let error):
                fail(
                    connectionError(
                        "cannot connect to broker \(endpoint); is it running, and are host and port right?", error))
            }
        }
        // The system refuses some addresses (one of IPv6 where there is none) before `connect` returns: the next one is
        // being tried by then.
        if attempt == addressesTried, state == .connecting { self.stream = stream }
    }

    private func negotiate() {
        state = .negotiating
        stream?.handler = self
        stream?.startReading()
        askVersions(ApiVersionsRequest.versions.upperBound)
    }

    /// Asks in our newest version; a broker that doesn't know it says so in version 0 and names the ones it knows.
    private func askVersions(_ version: Int16) {
        let request = ApiVersionsRequest(
            clientSoftwareName: "kafkaclient-swift", clientSoftwareVersion: KafkaClientVersion.current)
        send(request, version: version) { [weak self] result in
            guard let self, state == .negotiating else { return }
            switch result {
            case .failure(let error): fail(error)
            case .success(let response) where response.errorCode == .unsupportedVersion && version > 0:
                askVersions(min(version - 1, response.versions(of: .apiVersions)?.upperBound ?? 0))
            case .success(let response) where response.errorCode != .none:
                fail(
                    KafkaClientError(response.errorCode, "broker \(endpoint) refused the handshake"))
            case .success(let response):
                versions = BrokerVersions(response)
                didOpen()
            }
        }
    }

    private func didOpen() {
        state = .ready
        openDeadlineNs = .max
        let opening = opening
        self.opening = nil
        opening?(nil)
    }

    // MARK: Sending

    /// Sends a request and gives its decoded answer, or why there is none. Never calls back before it returns, except
    /// when the connection is closed.
    func send<R: KafkaRequest>(
        _ request: R, version: Int16, timeout: Duration? = nil,
        completion: @escaping (Result<R.Response, KafkaClientError>) -> Void
    ) {
        sendRaw(request, version: version, timeout: timeout) { [endpoint] result in
            completion(
                result.flatMap { frame in
                    var reader = WireReader(frame)
                    do throws(WireError) {
                        return .success(
                            try ResponseFrame.decode(R.Response.self, version: version, from: &reader).response)
                    } catch {
                        return .failure(.undecodable(R.apiKey, from: endpoint, error))
                    }
                })
        }
    }

    /// The same for who decodes the answer's frame itself; it is valid during the call.
    func sendRaw<R: KafkaRequest>(
        _ request: R, version: Int16, timeout: Duration?, completion: @escaping PendingRequest.Completion
    ) {
        let pending = PendingRequest()
        let correlationID = takeCorrelationID()
        do throws(WireError) {
            try RequestFrame.encode(
                request, version: version, correlationID: correlationID, clientID: configuration.clientID,
                into: &pending.writer)
        } catch {
            completion(
                .failure(
                    KafkaClientError(.unsupportedVersion, "\(R.apiKey) can't be sent to \(endpoint)", underlying: error)
                ))
            return
        }
        pending.completion = completion
        pending.correlationID = correlationID
        pending.apiKey = R.apiKey
        pending.deadlineNs = MonotonicClock.ns(after: timeout ?? configuration.requestTimeout)
        transmit(pending, expectsAnswer: true)
    }

    func takeCorrelationID() -> Int32 {
        defer { nextCorrelationID = nextCorrelationID == .max ? 1 : nextCorrelationID + 1 }
        return nextCorrelationID
    }

    /// Writes an encoded request: the writer's own bytes and the batches between them as one gathering write.
    ///
    /// - Parameter expectsAnswer: false for acks 0: the completion then comes with an empty frame once the system has
    ///   taken the bytes.
    func transmit(_ pending: PendingRequest, expectsAnswer: Bool) {
        pending.writtenNs = MonotonicClock.nowNs()
        guard let stream, state == .negotiating || state == .ready else {
            return pending.complete(
                .failure(
                    ended ?? KafkaClientError(.connectionFailed, "the connection to broker \(endpoint) is not open")))
        }
        if expectsAnswer {
            inFlight.append(pending)
            watch(pending.deadlineNs)
        }
        let pieces = pending.writer.splices.count * 2 + 1
        withUnsafeTemporaryAllocation(of: uv_buf_t.self, capacity: pieces) { buffers in
            let count = pending.gather(into: buffers)
            stream.write(UnsafeBufferPointer(rebasing: buffers[0..<count]), keeping: pending) { [weak self] error in
                // With an answer to come, the stream's end tells of errors.
                if !expectsAnswer { self?.didWrite(pending, error) }
            }
        }
        if !expectsAnswer, !pending.isCompleted {
            unwritten.append(pending)
            watch(pending.deadlineNs)
        }
    }

    /// The end of a request without an answer.
    private func didWrite(_ pending: PendingRequest, _ error: TransportError?) {
        unwritten.removeAll { $0 === pending }
        if let error {
            pending.complete(.failure(connectionError("the connection to broker \(endpoint) was lost", error)))
        } else {
            pending.complete(.success(UnsafeRawBufferPointer(start: nil, count: 0)))
        }
    }

    // MARK: Ending

    /// Closes without calling `onLost`. Requests in flight fail.
    func close() {
        end(
            KafkaClientError(.closed, "the connection to broker \(endpoint) was closed by this client"),
            tellsOwner: false)
    }

    func fail(_ error: KafkaClientError) { end(error, tellsOwner: true) }

    private func end(_ error: KafkaClientError, tellsOwner: Bool) {
        if state == .closed { return }
        state = .closed
        ended = error
        stream?.close()
        stream = nil
        timer?.close()
        timer = nil
        let requests = inFlight[inFlightHead...] + unwritten
        inFlight = []
        inFlightHead = 0
        unwritten = []
        let opening = opening
        self.opening = nil
        let onLost = tellsOwner && opening == nil ? onLost : nil
        self.onLost = nil
        for request in requests { request?.complete(.failure(error)) }
        opening?(error)
        onLost?(error)
    }

    private func connectionError(_ message: String, _ error: TransportError) -> KafkaClientError {
        KafkaClientError(.connectionFailed, message, underlying: error)
    }

    // MARK: Deadlines

    /// Looks after the deadlines at this time, unless it does so before.
    private func watch(_ deadlineNs: Int64) {
        if deadlineNs >= timerAtNs || state == .closed { return }
        timerAtNs = deadlineNs
        let timer = timer ?? LoopTimer(on: loop)
        self.timer = timer
        let delayNs = max(0, deadlineNs - MonotonicClock.nowNs())
        timer.schedule(afterMs: delayNs / 1_000_000 + 1) { [weak self] in self?.checkDeadlines() }
    }

    private func checkDeadlines() {
        timerAtNs = .max
        let now = MonotonicClock.nowNs()
        if openDeadlineNs <= now {
            let stage =
                state == .connecting
                ? "cannot be reached; check the host, the port and what lies between"
                : "accepted the connection but does not answer; is it a Kafka broker, and does its listener want TLS?"
            return fail(
                KafkaClientError(
                    .requestTimedOut, "broker \(endpoint) \(stage) (waited \(configuration.connectTimeout))"))
        }
        var next = openDeadlineNs
        // Timeouts differ, so it is not always the first one that is late. An answer that is late may still come, and
        // would then be taken for another's: the connection is of no more use.
        for case let request? in inFlight[inFlightHead...] + unwritten {
            if request.deadlineNs <= now {
                let waitedMs = (now - request.writtenNs) / 1_000_000
                return fail(
                    KafkaClientError(
                        .requestTimedOut,
                        "broker \(endpoint) did not answer a \(request.apiKey) request within \(waitedMs) ms"))
            }
            next = min(next, request.deadlineNs)
        }
        watch(next)
    }
}

// MARK: - Receiving

extension BrokerConnection: TCPStreamHandler {
    func streamNeedsSpace() -> UnsafeMutableRawBufferPointer { accumulator.freeSpace() }

    func streamDidRead(_ count: Int) {
        accumulator.didReceive(count)
        while state == .negotiating || state == .ready {
            switch accumulator.takeFrame() {
            case .incomplete: return
            case .frame(let frame): didReceive(frame)
            case .badLength(let length):
                return fail(KafkaClientError(.protocolViolation, badLengthMessage(length)))
            }
        }
    }

    func streamDidEnd(_ reason: TransportError) {
        let during =
            state == .negotiating
            ? "broker \(endpoint) closed the connection during the handshake; does its listener want TLS or SASL?"
            : "the connection to broker \(endpoint) was lost"
        fail(connectionError(during, reason))
    }

    private func didReceive(_ frame: UnsafeRawBufferPointer) {
        guard inFlightHead < inFlight.count, let request = inFlight[inFlightHead],
            ResponseFrame.correlationID(of: frame) == request.correlationID
        else {
            let message =
                state == .negotiating
                ? notKafkaMessage("its first bytes are no answer to the handshake")
                : "broker \(endpoint) sent an answer to something that was not asked"
            return fail(KafkaClientError(.protocolViolation, message))
        }
        // Out of the list before it is told: with its batches the builder's memory comes back.
        inFlight[inFlightHead] = nil
        inFlightHead += 1
        if inFlightHead == inFlight.count {
            inFlight.removeAll(keepingCapacity: true)
            inFlightHead = 0
        } else if inFlightHead >= 64 {
            inFlight.removeFirst(inFlightHead)
            inFlightHead = 0
        }
        request.complete(.success(frame))
    }

    private func badLengthMessage(_ length: Int32) -> String {
        // A TLS alert begins 0x15 0x03, HTTP with its name.
        let bytes = withUnsafeBytes(of: length.bigEndian) { Array($0) }
        let guess =
            bytes[0] == 0x15 && bytes[1] == 0x03
            ? "it answers in TLS"
            : bytes == Array("HTTP".utf8) ? "it answers in HTTP" : "its first bytes are no frame length"
        return notKafkaMessage(guess)
    }

    private func notKafkaMessage(_ reason: String) -> String {
        "\(endpoint) does not speak Kafka's protocol here: \(reason). Check the host, the port and the listener's security"
    }
}

extension KafkaClientError {
    static func undecodable(_ apiKey: ApiKey, from broker: Endpoint, _ error: WireError) -> KafkaClientError {
        KafkaClientError(
            .protocolViolation, "broker \(broker) answered a \(apiKey) request with bytes that are no answer to it",
            underlying: error)
    }
}

extension PendingRequest {
    /// The request's pieces in order: own bytes, batch, own bytes, …
    fileprivate func gather(into buffers: UnsafeMutableBufferPointer<uv_buf_t>) -> Int {
        writer.withUnsafeBytes { own in
            var count = 0
            var position = 0
            func add(_ bytes: UnsafeRawBufferPointer) {
                if bytes.isEmpty { return }
                let base = UnsafeMutableRawPointer(mutating: bytes.baseAddress!).assumingMemoryBound(to: CChar.self)
                buffers[count] = uv_buf_init(base, UInt32(bytes.count))
                count += 1
            }
            for (splice, batch) in zip(writer.splices, batches) {
                precondition(splice.byteCount == batch.byteCount, "a batch does not match the place left for it")
                add(UnsafeRawBufferPointer(rebasing: own[position..<splice.position]))
                add(batch.unsafeBytes)
                position = splice.position
            }
            add(UnsafeRawBufferPointer(rebasing: own[position...]))
            return count
        }
    }
}

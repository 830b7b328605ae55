// A connection is served in its loop's read callback, without a task or a hop: the received bytes are cut into frames,
// each frame is served from the receive buffer, and the answers to all of them leave in one write. As in Kafka, the
// requests of a connection are served one after the other; one that has to wait (a parked fetch, a scripted delay) delays
// those behind it.

import KafkaProtocol
import KafkaTransport
import Synchronization

/// One client's connection. Touched on its loop only.
final class Session: @unchecked Sendable {
    // Unchecked: everything but the constants is touched on the stream's loop, to which `FetchWaiter` returns by a task.

    /// Bytes offered to the system for one read: so many stay in a core's own cache until they are checked.
    static let readByteCountMax = 256 << 10
    /// Bytes that are still read while the connection waits, so that its end is noticed.
    private static let readAheadByteCountMax = 64 << 10
    /// The longest request of a client that has not shown who it is, and the longest message by which it does. Kafka's
    /// `sasl.server.max.receive.size`.
    static let unknownByteCountMax = 512 << 10
    /// Answers are sent when they have so many bytes together.
    private static let gatherByteCountMax = 256 << 10

    let node: BrokerNode
    let shard: LoopShard
    let stream: any ByteChannel
    private var accumulator: FrameAccumulator
    var output = Session.makeOutput()
    private var spareOutput: OutputBuffer?
    /// Answers on their way to a client that is far away; nil for one that is near.
    var wire: Wire?
    /// Takes an answer whose size is not known before it is written.
    var scratch = WireWriter(capacity: 4096)
    /// The topic of the last batch: the next one is seldom of another.
    var lastTopic: Topic?
    /// The throttle time in every answer; a fault sets it for one request.
    var throttleMs: Int32 = 0
    /// When what is served now was received, where answers tell how long their requests were here.
    private(set) var received = MonotonicInstant.distantPast
    /// When that was received which waits; nil when nothing does.
    private var receivedWaiting: MonotonicInstant?
    /// The records of the produce request that is served, for the note of an answer that is held back.
    var recordCount = 0
    var parkedFetch: ParkedFetch?
    /// What the client reads, if it tells only what changes of it.
    var fetchSession = ServedFetchSession()
    var parkedGroupRequest: ParkedGroupRequest?
    /// What members of share groups read over this connection.
    var shareSessions: [ServedShareSession.Owner: ServedShareSession] = [:]
    var parkedShareFetch: ParkedShareFetch?
    /// Who the client is.
    var security: SessionSecurity
    /// When the client has to have shown that.
    private var patience: LoopTimer?
    private var isReading = false
    private(set) var isClosed = false
    private var isServing = false
    /// Nothing is served any more, and the connection is closed when what is on the wire has reached the client.
    private var isEnding = false
    /// The node hangs, and this connection with it.
    private var isPaused = false
    /// A request waits for a time or for data; those behind it wait too.
    private var isWaiting = false
    /// Answers that are done but not to be sent yet.
    private var isHolding = false
    private var timer: LoopTimer?
    /// While the connection is muted: the requests that come all the same.
    private var earlyRequests: EarlyRequests?

    var cluster: Cluster { shard.cluster }

    init(_ stream: any ByteChannel, node: BrokerNode, shard: LoopShard) {
        self.stream = stream
        security = SessionSecurity(shard.cluster.sasl)
        self.node = node
        self.shard = shard
        let longest = shard.cluster.configuration.requestByteCountMax
        accumulator = FrameAccumulator(
            capacity: 1 << 20, frameBytesMax: security.isKnown ? longest : min(longest, Self.unknownByteCountMax))
    }

    func start() {
        stream.handler = self
        let roundTripTime = cluster.configuration.roundTripTime
        if roundTripTime > .zero { wire = Wire(self, roundTripTime, on: shard.loop) }
        isPaused = node.isPaused
        if !security.isKnown {
            let patience = LoopTimer(on: shard.loop)
            self.patience = patience
            patience.schedule(at: .now + cluster.configuration.security.handshakeTimeout) { [weak self] in
                self?.close()
            }
        }
        updateReading()
    }

    /// Says that the client has shown who it is.
    func becomeKnown() {
        accumulator.frameBytesMax = cluster.configuration.requestByteCountMax
        patience?.close()
        patience = nil
    }

    /// Hangs or goes on, as the node does.
    func updatePause() {
        if isClosed || isPaused == node.isPaused { return }
        isPaused = node.isPaused
        if isPaused { updateReading() } else { serve() }
    }

    func close() {
        if isClosed { return }
        isClosed = true
        parkedFetch?.waiter.cancel()
        parkedFetch = nil
        node.fetchSessions.giveBack(fetchSession.id)
        endShareSessions()
        if let parkedGroupRequest { cluster.groups.forget(parkedGroupRequest.waiter) }
        parkedGroupRequest = nil
        timer?.close()
        timer = nil
        becomeKnown()
        wire?.close()
        stream.close()
        shard.forget(self)
    }

    /// Closes a connection whose request cannot be answered, as Kafka does.
    func reject() {
        shard.counters.malformed.increment()
        hangUp()
    }

    /// Serves nothing any more, and closes the connection behind the answers so far. Those that are held back are dropped.
    func hangUp() {
        if isClosed || isEnding { return }
        if !isHolding { flush() }
        guard let wire else { return close() }
        isEnding = true
        isWaiting = true
        timer?.cancel()
        wire.putEnd()
    }

    // MARK: Serving

    private var isBlocked: Bool { isClosed || isWaiting || isPaused || isFull }
    private var isFull: Bool {
        stream.queuedByteCount > cluster.configuration.unreadByteCountMax || wire?.isFull == true
    }

    /// Serves the received frames, until one has to wait or the client has too much to read.
    func serve() {
        // A write that ends at once calls back into here.
        if isServing { return }
        isServing = true
        if let waiting = receivedWaiting, !isBlocked {
            received = waiting
            receivedWaiting = nil
        }
        wire?.beginServing()
        loop: while !isBlocked {
            switch accumulator.takeFrame() {
            case .incomplete: break loop
            case .badLength: reject()
            case .frame(let frame):
                handle(frame)
                if !isHolding, output.writer.frameByteCount >= Self.gatherByteCountMax { flush() }
            }
        }
        if !isHolding { flush() }
        isServing = false
        updateReading()
    }

    private func flush() {
        guard !isClosed, !isEnding, !isPaused, !output.isEmpty else { return }
        let sent = output
        if !sent.serviceTimes.isEmpty { sent.tellServiceTimes(until: .now) }
        if let wire, !wire.isShortAndEmpty {
            output = wire.makeOutput()
            return wire.put(sent)
        }
        output = spareOutput ?? Self.makeOutput()
        spareOutput = nil
        sent.write(to: stream) { [weak self] error in
            sent.reset()
            guard let self else { return }
            spareOutput = sent
            if error == nil { serve() }
        }
    }

    private static func makeOutput() -> OutputBuffer { OutputBuffer(capacity: 16 << 10) }

    /// Reads only while more bytes are wanted. Others stay with the system, whose flow control makes the client wait.
    private func updateReading() {
        if isClosed { return }
        let wants = !isPaused && !isFull && !(isWaiting && accumulator.bufferedByteCount >= Self.readAheadByteCountMax)
        if wants == isReading { return }
        isReading = wants
        if wants { stream.startReading() } else { stream.stopReading() }
    }

    // MARK: Waiting

    /// Holds up the requests behind this one, until `resume`.
    func wait(until moment: MonotonicInstant, _ action: @escaping (Session) -> Void) {
        isWaiting = true
        let timer = self.timer ?? LoopTimer(on: shard.loop)
        self.timer = timer
        timer.schedule(at: moment) { [weak self] in
            if let self, !isClosed, !isEnding { action(self) }
        }
    }

    /// Holds up the requests behind this one, until `resume`, however long that takes.
    func wait() { isWaiting = true }

    /// Goes on with the requests behind the one that waited, once the client has waited as long as its answer says.
    func resume(throttleMs: Int32 = 0) {
        if isClosed || isEnding { return }
        isHolding = false
        wire?.beginServing()
        if throttleMs > 0 {
            flush()
            return mute(forMs: throttleMs)
        }
        timer?.cancel()
        isWaiting = false
        earlyRequests = nil
        serve()
    }

    /// Serves nothing for a time, after an answer that says so (KIP-219). Requests that come meanwhile are counted, and
    /// wait.
    func mute(forMs throttleMs: Int32) {
        if isClosed || isEnding { return }
        let now = MonotonicInstant.now
        let end = now + .milliseconds(Int64(throttleMs))
        earlyRequests = EarlyRequests(
            behind: accumulator, from: now + cluster.configuration.roundTripTime, until: end)
        wait(until: end) { $0.resume() }
    }

    /// - Returns: whether the time is over: the timer may be late, and what comes now is not early.
    private func countEarlyRequests() -> Bool {
        let now = MonotonicInstant.now
        guard let end = earlyRequests?.end, now < end else { return true }
        shard.counters.earlyRequests.add(earlyRequests?.advance(over: accumulator, at: now) ?? 0)
        return false
    }

    /// Sends the answers so far, and holds back those from now on.
    func beginHolding() {
        flush()
        isHolding = true
    }

    /// Lets the answer that is held back wait for a time, or for ever when `delay` is nil.
    func holdAnswer(_ held: HeldAnswer, for delay: Duration?, throttleMs: Int32) {
        if isClosed || isEnding { return }
        isWaiting = true
        guard let delay else { return }
        wait(until: held.arrived + delay) { session in
            session.isHolding = false
            session.wire?.beginServing()
            var held = held
            held.left = .now
            session.flush()
            session.note(held)
            session.resume(throttleMs: throttleMs)
        }
    }

    /// Sends the answer that is held back after a time, and goes on with the requests behind it.
    func sendLater(_ held: HeldAnswer, after delay: Duration) {
        isHolding = false
        if isClosed || isEnding || output.isEmpty { return }
        let wire = self.wire ?? Wire(self, .zero, on: shard.loop)
        self.wire = wire
        let sent = output
        output = wire.makeOutput()
        wire.put(sent, held: held, after: delay)
    }

    /// Notes an answer that was held back and is sent now.
    func note(_ held: HeldAnswer) {
        var held = held
        held.answered = .now
        shard.faults.heldAnswers.add(held)
    }
}

extension Session: ByteChannelHandler {
    func channelNeedsSpace() -> UnsafeMutableRawBufferPointer {
        let space = accumulator.freeSpace()
        return UnsafeMutableRawBufferPointer(rebasing: space.prefix(Self.readByteCountMax))
    }

    func channelDidRead(_ count: Int) {
        accumulator.didReceive(count)
        if cluster.configuration.tellsServiceTime {
            // Of what comes while requests wait, the first is taken for all: none of it waited for longer.
            if !isBlocked { received = .now } else if receivedWaiting == nil { receivedWaiting = .now }
        }
        if earlyRequests != nil, countEarlyRequests() { return resume() }
        if isBlocked { updateReading() } else { serve() }
    }

    func channelDidEnd(_ reason: TransportError) { close() }
}

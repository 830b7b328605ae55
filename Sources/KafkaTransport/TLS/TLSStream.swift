// A secured channel over a plain one.
//
//   write ─▶ waiting ─▶ engine ─▶ loop's output ─▶ TCPStream        at most 64 KiB are encrypted and not taken by the system
//   handler ◀────────── engine ◀─ loop's input ◀── TCPStream        what the handler does not want yet is kept in `inbox`
//
// The loop's input and output are memory that all its channels use in turn: nothing stays in it when a callback returns. The
// steps of a handshake, which take long, are done by a worker thread; the stream does not touch the engine meanwhile.

import CUV
import KafkaQueues

/// A TLS connection of a loop.
package final class TLSStream {
    /// What is known of a connection when its handshake is done.
    package struct Facts: Sendable, Equatable {
        /// The version of TLS: `TLSv1.3`.
        package let version: String
        /// The cipher, by OpenSSL's name.
        package let cipher: String
        /// Whether an earlier session was resumed, so that no certificate was needed.
        package let isResumed: Bool
    }

    package weak var handler: (any ByteChannelHandler)?
    let stream: TCPStream
    let engine: TLSEngine
    var state = State.resting
    private var shaking: ((Result<Facts, TransportError>) -> Void)?
    /// Bytes of the wire that were not given to the engine yet, or that it has not read.
    var inbox: [UInt8] = []
    var isReading = false
    var isDelivering = false
    var waiting = RingBuffer<Waiting>()
    var waitingByteCount = 0
    var isSending = false
    /// Encrypted bytes are with the system, which has not taken them yet.
    var isBlocked = false
    /// Nothing can be encrypted before more was read.
    var mustRead = false

    enum State {
        case resting
        /// A worker thread has the engine.
        case working
        /// The handshake waits for the other end.
        case shaking
        case open
        case closed
    }

    /// A write that the system has not taken yet.
    struct Waiting {
        var pieces: [UnsafeRawBufferPointer]
        var byteCount: Int
        let owner: AnyObject?
        let completion: ((TransportError?) -> Void)?
    }

    /// An end that speaks first, over a stream that is connected.
    ///
    /// - Throws: `TransportError` when the configuration can't be used for this host.
    package init(client context: TLSContext, host: String, port: UInt16, over stream: TCPStream) throws(TransportError)
    {
        self.stream = stream
        do throws(TLSFailure) {
            engine = try TLSEngine(client: context, host: host, port: port)
        } catch {
            throw TransportError(error, Self.securing)
        }
        stream.handler = self
    }

    /// An end that answers, over a stream that was accepted.
    ///
    /// - Throws: `TransportError` when the configuration can't be used.
    package init(server context: TLSContext, over stream: TCPStream) throws(TransportError) {
        self.stream = stream
        do throws(TLSFailure) {
            engine = try TLSEngine(server: context)
        } catch {
            throw TransportError(error, Self.securing)
        }
        stream.handler = self
    }

    private static let securing = "securing the connection"
    var isClosed: Bool { if case .closed = state { true } else { false } }
    var isOpen: Bool { if case .open = state { true } else { false } }

    // MARK: The handshake

    /// Secures the connection. `completion` is called once, on the loop, unless the stream is closed first; nothing is read
    /// or written before. After a failure the stream is closed.
    package func shakeHands(_ completion: @escaping (Result<Facts, TransportError>) -> Void) {
        guard case .resting = state else { preconditionFailure("hands are shaken once") }
        shaking = completion
        step()
    }

    func step() {
        state = .working
        stream.stopReading()
        let input = inbox
        inbox = []
        // Nobody else uses it before the completion.
        let engine = engine
        LoopWork.run(on: loop) {
            input.withUnsafeBytes { bytes in
                engine.give(bytes)
                let progress = engine.shakeHands()
                // What came behind the handshake's last message is for later.
                return Step(progress: progress, output: engine.takeOutput(), rest: Array(engine.takeUnread()))
            }
        } completion: { [self] step in
            didStep(step)
        }
    }

    private struct Step {
        let progress: TLSEngine.Progress
        let output: [UInt8]
        let rest: [UInt8]
    }

    private func didStep(_ step: Step) {
        guard case .working = state else { return }
        state = .shaking
        inbox = step.rest
        if !step.output.isEmpty { send(step.output) }
        // The write may have found the connection broken.
        if isClosed { return }
        switch step.progress {
        case .needsInput: stream.startReading()
        case .failed(let failure): end(TransportError(failure, Self.securing))
        case .done(let facts):
            state = .open
            let shaking = shaking
            self.shaking = nil
            shaking?(
                .success(Facts(version: facts.version, cipher: facts.cipher, isResumed: facts.isResumed)))
        }
    }

    /// Sends bytes of the handshake.
    private func send(_ bytes: [UInt8]) { Parcel(bytes).write(to: stream) { _ in } }

    /// Bytes on their way to the system.
    final class Parcel {
        private let own: [UInt8]
        private let lent: UnsafeRawBufferPointer

        init(_ bytes: [UInt8]) {
            own = bytes
            lent = UnsafeRawBufferPointer(start: nil, count: 0)
        }

        /// - Parameter lent: must stay valid until the write has ended.
        init(_ lent: UnsafeRawBufferPointer) {
            own = []
            self.lent = lent
        }

        func write(to stream: TCPStream, completion: @escaping (TransportError?) -> Void) {
            own.withUnsafeBytes { own in
                withUnsafeTemporaryAllocation(of: UnsafeRawBufferPointer.self, capacity: 1) { pieces in
                    // Nobody changes the array, so its memory stays where it is as long as this object lives.
                    pieces.initializeElement(at: 0, to: own.isEmpty ? lent : own)
                    stream.write(UnsafeBufferPointer(pieces), keeping: self, completion: completion)
                }
            }
        }
    }

    // MARK: Ending

    /// Closes the stream and tells why, once.
    func end(_ reason: TransportError) {
        if isClosed { return }
        let shaking = shaking
        shut()
        if let shaking { shaking(.failure(reason)) } else { handler?.channelDidEnd(reason) }
    }

    private func shut() {
        state = .closed
        shaking = nil
        stream.close()
        let closed = TransportError(code: UV_ECANCELED.rawValue, "writing to a closed connection")
        let dropped = waiting.takeAll()
        waitingByteCount = 0
        for write in dropped { write.completion?(closed) }
    }
}

extension TLSStream: ByteChannel {
    package var loop: EventLoop { stream.loop }

    package func close() {
        if isClosed { return }
        // The engine may be with a worker thread.
        if isOpen, !isBlocked {
            engine.lendOutput(loop.tlsMemory.output)
            engine.sayGoodbye()
            flush()
        }
        if isClosed { return }
        shut()
    }

    package func reset() {
        if isClosed { return }
        stream.reset()
        shut()
    }

    package func closeFromAnyThread() { stream.closeFromAnyThread() }

    package var queuedByteCount: Int { isClosed ? 0 : stream.queuedByteCount + waitingByteCount }
}

import CUV

/// Who owns a stream and hears of it, always on the stream's loop.
package protocol TCPStreamHandler: AnyObject {
    /// Where the next bytes shall go; an empty buffer is an error of the handler and closes the stream.
    func streamNeedsSpace() -> UnsafeMutableRawBufferPointer
    /// `count` bytes were read into the space that was given.
    func streamDidRead(_ count: Int)
    /// The other end closed, or the stream failed. Comes once; the stream is closed.
    func streamDidEnd(_ reason: TransportError)
}

/// A TCP connection of a loop. Lives on its loop's thread and is not `Sendable`; the last reference to it may go anywhere.
///
/// The handler is held weakly: who owns the stream keeps itself alive. `close()` is silent; an end that was not asked
/// for is told once by `streamDidEnd`.
package final class TCPStream {
    package let loop: EventLoop
    package weak var handler: (any TCPStreamHandler)?
    let handle: LoopHandle<uv_tcp_t, TCPStream>
    var isClosed: Bool { handle.isClosed }
    private var connecting: ((Result<Void, TransportError>) -> Void)?
    init(loop: EventLoop) {
        assert(loop.isCurrent)
        self.loop = loop
        // libuv has no error for the initialisation of a stream without a socket.
        handle = try! LoopHandle(on: loop, "cannot make a stream") { uv_tcp_init($0, $1) }
        handle.user = self
    }

    deinit { handle.closeFromAnyThread() }
    // MARK: Connecting

    /// Opens a connection to an address that was looked up; `completion` is called once, on the loop, unless the
    /// stream is closed first.
    package static func connect(
        to address: SocketAddress, on loop: EventLoop, completion: @escaping (Result<Void, TransportError>) -> Void
    ) -> TCPStream {
        let stream = TCPStream(loop: loop)
        if stream.isClosed {
            completion(
                .failure(
                    TransportError(code: UV_ECANCELED.rawValue, "cannot connect on an event loop that was shut down")))
            return stream
        }
        stream.connecting = completion
        let request = UnsafeMutablePointer<uv_connect_t>.allocate(capacity: 1)
        // The request holds the stream until its callback, which libuv also makes (with ECANCELED) after a close.
        request.pointee.data = Unmanaged.passRetained(stream).toOpaque()
        let status = address.withSockaddr { sockaddr in
            uv_tcp_connect(request, stream.handle.raw, sockaddr) { request, status in
                let stream = Unmanaged<TCPStream>.fromOpaque(request!.pointee.data).takeRetainedValue()
                request!.deallocate()
                stream.didConnect(status)
            }
        }
        if status < 0 {
            Unmanaged<TCPStream>.fromOpaque(request.pointee.data).release()
            request.deallocate()
            stream.didConnect(status)
        }
        return stream
    }

    private func didConnect(_ status: Int32) {
        guard let completion = connecting, !isClosed else { return }
        connecting = nil
        if status < 0 {
            close()
            completion(.failure(TransportError(code: status, "cannot connect")))
        } else {
            uv_tcp_nodelay(handle.raw, 1)
            completion(.success(()))
        }
    }

    // MARK: Reading

    /// Begins to read into what the handler gives.
    package func startReading() {
        if isClosed { return }
        uv_read_start(
            handle.stream,
            { handle, _, buffer in
                let space = LoopHandle<uv_tcp_t, TCPStream>.of(handle).user?.handler?.streamNeedsSpace()
                buffer!.pointee = uv_buf_init(
                    space?.baseAddress?.assumingMemoryBound(to: CChar.self), UInt32(clamping: space?.count ?? 0))
            },
            { handle, count, _ in
                guard let stream = LoopHandle<uv_tcp_t, TCPStream>.of(handle).user else { return }
                if count > 0 {
                    stream.handler?.streamDidRead(count)
                } else if count < 0 {
                    stream.end(TransportError(code: Int32(count), "reading from the connection"))
                }
            })
    }

    /// Stops reading until `startReading`: the other end is slowed down by TCP.
    package func stopReading() {
        if !isClosed { uv_read_stop(handle.stream) }
    }

    /// Closes and tells the handler why, once.
    func end(_ reason: TransportError) {
        if isClosed { return }
        close()
        handler?.streamDidEnd(reason)
    }

    /// Closes without telling the handler. What was not yet written is dropped; closing twice does nothing.
    package func close() {
        if isClosed { return }
        connecting = nil
        handle.close()
    }

    /// The same, on whatever thread this is: for a `deinit` whose stream may still be held by what it writes.
    package func closeFromAnyThread() { handle.closeFromAnyThread() }

    /// Bytes that were handed over and that the system has not yet taken.
    package var queuedByteCount: Int { isClosed ? 0 : Int(uv_stream_get_write_queue_size(handle.stream)) }
}

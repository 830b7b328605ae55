import CUV

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A TCP connection of a loop: the plain channel.
package final class TCPStream: ByteChannel {
    package let loop: EventLoop
    package weak var handler: (any ByteChannelHandler)?
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

    /// After how many seconds without bytes the system looks whether the other end is there. Firewalls forget a connection
    /// after minutes, and a machine that lost its power closes none.
    private static let keepaliveSeconds: UInt32 = 60

    /// Opens a connection to an address. `completion` is called once, on the loop, unless the stream is closed first. It may
    /// be called before this returns.
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
            uv_tcp_keepalive(handle.raw, 1, Self.keepaliveSeconds)
            completion(.success(()))
        }
    }

    // MARK: Reading

    package func startReading() {
        if isClosed { return }
        uv_read_start(
            handle.stream,
            { handle, _, buffer in
                let space = LoopHandle<uv_tcp_t, TCPStream>.of(handle).user?.handler?.channelNeedsSpace()
                buffer!.pointee = uv_buf_init(
                    space?.baseAddress?.assumingMemoryBound(to: CChar.self), UInt32(clamping: space?.count ?? 0))
            },
            { handle, count, _ in
                guard let stream = LoopHandle<uv_tcp_t, TCPStream>.of(handle).user else { return }
                if count > 0 {
                    stream.handler?.channelDidRead(count)
                } else if count < 0 {
                    stream.end(TransportError(code: Int32(count), "reading from the connection"))
                }
            })
    }

    package func stopReading() {
        if !isClosed { uv_read_stop(handle.stream) }
    }

    /// Closes the stream and tells the handler why, once.
    func end(_ reason: TransportError) {
        if isClosed { return }
        close()
        handler?.channelDidEnd(reason)
    }

    package func close() {
        if isClosed { return }
        connecting = nil
        handle.close()
    }

    package func reset() {
        if isClosed { return }
        var descriptor: uv_os_fd_t = -1
        if uv_fileno(handle.base, &descriptor) == 0 {
            // To linger for no time is to reset.
            var time = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &time, socklen_t(MemoryLayout<linger>.size))
        }
        close()
    }

    package func closeFromAnyThread() { handle.closeFromAnyThread() }

    package var queuedByteCount: Int { isClosed ? 0 : Int(uv_stream_get_write_queue_size(handle.stream)) }
}

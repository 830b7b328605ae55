import CUV

extension TCPStream {
    /// Writes buffers as one gathering write.
    ///
    /// Bytes that the system takes at once cost one system call and no allocation. The rest is queued.
    ///
    /// - Parameters:
    ///   - buffers: at most 1,024 are passed to the system in one call. They must be valid as long as `owner` is alive.
    ///   - owner: kept alive until the system has taken all bytes.
    ///   - completion: called once, on the loop, when the system has taken all bytes or the stream has ended. When the
    ///     system takes all at once, it is called before this returns.
    package func write(
        _ buffers: UnsafeBufferPointer<UnsafeRawBufferPointer>, keeping owner: AnyObject?,
        completion: ((TransportError?) -> Void)? = nil
    ) {
        withUnsafeTemporaryAllocation(of: uv_buf_t.self, capacity: buffers.count) { pieces in
            for (index, buffer) in buffers.enumerated() {
                // libuv has one type for bytes that are read and bytes that are written, so that its pointer is mutable.
                let base = UnsafeMutableRawPointer(mutating: buffer.baseAddress)?.assumingMemoryBound(to: CChar.self)
                pieces.initializeElement(at: index, to: uv_buf_t(base: base, len: buffer.count))
            }
            write(UnsafeBufferPointer(pieces), keeping: owner, completion)
        }
    }

    /// Gives the system as many bytes as it takes at once, and says how many these are.
    func tryWrite(_ bytes: UnsafeRawBufferPointer) -> Result<Int, TransportError> {
        if isClosed { return .failure(TransportError(code: UV_ECANCELED.rawValue, "writing to a closed connection")) }
        let base = UnsafeMutableRawPointer(mutating: bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
        var buffer = uv_buf_t(base: base, len: bytes.count)
        let taken = uv_try_write(handle.stream, &buffer, 1)
        if taken >= 0 { return .success(Int(taken)) }
        if taken == UV_EAGAIN.rawValue { return .success(0) }
        return .failure(TransportError(code: taken, "writing to the connection"))
    }

    private func write(
        _ buffers: UnsafeBufferPointer<uv_buf_t>, keeping owner: AnyObject?, _ completion: ((TransportError?) -> Void)?
    ) {
        if isClosed {
            completion?(TransportError(code: UV_ECANCELED.rawValue, "writing to a closed connection"))
            return
        }
        var index = 0
        var offset = 0
        while index < buffers.count, offset == 0 {
            let rest = UnsafeBufferPointer(rebasing: buffers[index..<min(buffers.count, index + 1024)])
            let taken = uv_try_write(handle.stream, rest.baseAddress, UInt32(rest.count))
            if taken == UV_EAGAIN.rawValue { break }
            if taken < 0 {
                let reason = TransportError(code: taken, "writing to the connection")
                completion?(reason)
                end(reason)
                return
            }
            offset = Int(taken)
            while index < buffers.count, offset >= buffers[index].len {
                offset -= buffers[index].len
                index += 1
            }
            // The system took fewer buffers than it was given: it has no space for more now.
            if index < buffers.count, index % 1024 != 0 { break }
        }
        if index == buffers.count {
            completion?(nil)
        } else {
            queue(UnsafeBufferPointer(rebasing: buffers[index...]), offset, owner, completion)
        }
    }

    private func queue(
        _ buffers: UnsafeBufferPointer<uv_buf_t>, _ offset: Int, _ owner: AnyObject?,
        _ completion: ((TransportError?) -> Void)?
    ) {
        let request = UnsafeMutablePointer<uv_write_t>.allocate(capacity: 1)
        request.pointee.data = Unmanaged.passRetained(QueuedWrite(self, owner, completion)).toOpaque()
        let status = withUnsafeTemporaryAllocation(of: uv_buf_t.self, capacity: buffers.count) { rest -> Int32 in
            _ = rest.initialize(from: buffers)
            rest[0].base += offset
            rest[0].len -= offset
            return uv_write(request, handle.stream, rest.baseAddress, UInt32(rest.count)) { request, status in
                let write = Unmanaged<QueuedWrite>.fromOpaque(request!.pointee.data).takeRetainedValue()
                request!.deallocate()
                write.didEnd(status)
            }
        }
        if status < 0 {
            let write = Unmanaged<QueuedWrite>.fromOpaque(request.pointee.data).takeRetainedValue()
            request.deallocate()
            write.didEnd(status)
        }
    }

    /// A write that waits for the system, and the owner of its buffers.
    private final class QueuedWrite {
        let stream: TCPStream
        let owner: AnyObject?
        let completion: ((TransportError?) -> Void)?

        init(_ stream: TCPStream, _ owner: AnyObject?, _ completion: ((TransportError?) -> Void)?) {
            self.stream = stream
            self.owner = owner
            self.completion = completion
        }

        func didEnd(_ status: Int32) {
            let reason = status < 0 ? TransportError(code: status, "writing to the connection") : nil
            completion?(reason)
            if let reason, reason.code != UV_ECANCELED.rawValue { stream.end(reason) }
        }
    }
}

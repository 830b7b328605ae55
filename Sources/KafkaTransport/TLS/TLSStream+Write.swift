import CUV

extension TLSStream {
    package func write(
        _ buffers: UnsafeBufferPointer<UnsafeRawBufferPointer>, keeping owner: AnyObject?,
        completion: ((TransportError?) -> Void)? = nil
    ) {
        guard isOpen else {
            completion?(TransportError(code: UV_ECANCELED.rawValue, "writing to a closed connection"))
            return
        }
        if waiting.isEmpty, !isSending, !isBlocked, !mustRead {
            isSending = true
            var cursor = PieceCursor(buffers)
            let failure = encrypt(&cursor)
            isSending = false
            if let failure {
                completion?(failure)
                return end(failure)
            }
            if cursor.isAtEnd, !isBlocked {
                completion?(nil)
                return drain()
            }
            append(cursor.rest, owner, completion)
            return drain()
        }
        append(Array(buffers), owner, completion)
        drain()
    }

    private func append(
        _ pieces: [UnsafeRawBufferPointer], _ owner: AnyObject?, _ completion: ((TransportError?) -> Void)?
    ) {
        let byteCount = pieces.reduce(0) { $0 + $1.count }
        waitingByteCount += byteCount
        waiting.append(Waiting(pieces: pieces, byteCount: byteCount, owner: owner, completion: completion))
    }

    /// Encrypts and sends what waits, until the system takes no more.
    func drain() {
        if isSending { return }
        isSending = true
        while isOpen, !isBlocked, !mustRead, let write = waiting.first {
            var rest: [UnsafeRawBufferPointer] = []
            let failure = write.pieces.withUnsafeBufferPointer { pieces -> TransportError? in
                var cursor = PieceCursor(pieces)
                let failure = encrypt(&cursor)
                rest = cursor.rest
                return failure
            }
            if let failure {
                isSending = false
                return end(failure)
            }
            // All is encrypted, but the system may not have taken it yet.
            if rest.isEmpty, !isBlocked, !mustRead {
                _ = waiting.popFirst()
                waitingByteCount -= write.byteCount
                write.completion?(nil)
            } else {
                let byteCount = rest.reduce(0) { $0 + $1.count }
                waitingByteCount -= write.byteCount - byteCount
                waiting[0].pieces = rest
                waiting[0].byteCount = byteCount
            }
        }
        isSending = false
    }

    // The loop's output may have been given away since the engine had it: it is lent anew whenever the engine may write.

    /// Encrypts pieces into the loop's output, and sends it whenever it is full and at the end, until the system takes no more.
    private func encrypt(_ cursor: inout PieceCursor) -> TransportError? {
        let memory = loop.tlsMemory
        engine.lendOutput(memory.output)
        while !cursor.isAtEnd, !isBlocked {
            let before = cursor
            switch engine.encrypt(cursor.next(memory.record)) {
            case .done: break
            case .failed(let failure): return TransportError(failure, "writing to the connection")
            case .needsInput:
                cursor = before
                mustRead = true
                return sendOutput()
            }
            if TLSMemory.outputByteCount - engine.outputByteCount < TLSMemory.recordByteCount {
                if let failure = sendOutput() { return failure }
            }
        }
        return sendOutput()
    }

    /// Sends what the engine has for the wire. When the system does not take it at once, nothing more is encrypted before it has.
    func sendOutput() -> TransportError? {
        let count = engine.outputByteCount
        if count == 0 { return nil }
        let bytes = UnsafeRawBufferPointer(start: engine.output, count: count)
        let result = stream.tryWrite(bytes)
        engine.clearOutput()
        // The loop's output may have been given away: the engine never writes into what is on its way.
        defer { engine.lendOutput(loop.tlsMemory.output) }
        switch result {
        case .failure(let error): return error
        case .success(let taken):
            if taken < count { sendLater(UnsafeRawBufferPointer(rebasing: bytes[taken...])) }
            return nil
        }
    }

    private func sendLater(_ bytes: UnsafeRawBufferPointer) {
        isBlocked = true
        let memory = loop.tlsMemory
        // What lies in the loop's output stays there, and the loop gets another one.
        let lent = memory.takeOutput(holding: bytes)
        let parcel = lent == nil ? Parcel(Array(bytes)) : Parcel(bytes)
        parcel.write(to: stream) { [weak self] error in
            if let lent { memory.recycle(lent) }
            guard let self else { return }
            isBlocked = false
            if error == nil { drain() }
        }
    }

    /// Sends what the engine has to say by itself, such as the answer to a change of keys.
    func flush() {
        if engine.outputByteCount == 0 || isClosed { return }
        // Who makes this end say much, and does not listen, is up to no good.
        if stream.queuedByteCount > Self.unreadByteCountMax, isBlocked {
            return end(.timedOut("the other end of a secured connection does not read what it asks for"))
        }
        if let failure = sendOutput() { end(failure) }
    }

    private static let unreadByteCountMax = 16 << 20
}

import CUV

extension TLSStream {
    package func startReading() {
        if isClosed { return }
        isReading = true
        stream.startReading()
        // What is here already does not come from the network again.
        if inbox.isEmpty, !engine.hasMore { return }
        loop.atEndOfTurn { [weak self] in self?.deliverInbox() }
    }

    package func stopReading() {
        isReading = false
        stream.stopReading()
    }

    private func deliverInbox() {
        if isDelivering || !isReading { return }
        let bytes = inbox
        inbox = []
        bytes.withUnsafeBytes { deliver($0) }
    }

    /// Decrypts bytes of the wire, and gives them to the handler as long as it wants them.
    private func deliver(_ bytes: UnsafeRawBufferPointer) {
        isDelivering = true
        engine.lendOutput(loop.tlsMemory.output)
        engine.give(bytes)
        var ending: TransportError?
        while ending == nil, isReading, isOpen {
            guard let space = handler?.channelNeedsSpace(), space.count > 0 else {
                ending = TransportError(code: UV_ENOBUFS.rawValue, "reading from the connection")
                break
            }
            var count = 0
            var wantsMore = true
            while wantsMore, count < space.count {
                switch engine.decrypt(into: UnsafeMutableRawBufferPointer(rebasing: space[count...])) {
                case .bytes(let read): count += read
                case .needsInput: wantsMore = false
                case .ended:
                    ending = TransportError(code: UV_EOF.rawValue, "reading from the connection")
                    wantsMore = false
                case .failed(let failure):
                    ending = TransportError(failure, "reading from the connection")
                    wantsMore = false
                }
            }
            flush()
            if count > 0, isOpen { handler?.channelDidRead(count) }
            if !wantsMore { break }
        }
        isDelivering = false
        if isClosed { return }
        inbox += engine.takeUnread()
        flush()
        if let ending { return end(ending) }
        if mustRead {
            mustRead = false
            drain()
        }
    }
}

extension TLSStream: ByteChannelHandler {
    package func channelNeedsSpace() -> UnsafeMutableRawBufferPointer { loop.tlsMemory.input }

    package func channelDidRead(_ count: Int) {
        let bytes = UnsafeRawBufferPointer(rebasing: loop.tlsMemory.input[..<count])
        switch state {
        case .open where inbox.isEmpty && !isDelivering: deliver(bytes)
        case .open:
            inbox += bytes
            deliverInbox()
        case .shaking:
            inbox += bytes
            step()
        case .resting, .working: inbox += bytes
        case .closed: break
        }
    }

    package func channelDidEnd(_ reason: TransportError) {
        // An orderly end of a secured connection is told in TLS. What only ends TCP may be anybody's doing.
        if reason.isEndOfStream, isOpen { return end(TransportError(TLSFailure.truncated, reason.action)) }
        end(reason)
    }
}

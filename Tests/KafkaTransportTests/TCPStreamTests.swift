import CUV
import Testing

@testable import KafkaTransport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite(.timeLimit(.minutes(1))) struct TCPStreamTests {
    private func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 ^ ($0 >> 11)) } }

    @Test func `a port where nobody listens refuses the connection`() async throws {
        try await withLoop { (loop) async throws in
            // A reserved port: one that was free a moment ago may be another test's by now.
            let client = Peer()
            try await loop.run { try client.connect(to: 1, on: loop) }
            guard case .notConnected(let error) = try await client.told.next() else {
                Issue.record("it was connected")
                return
            }
            #expect(error.name == "ECONNREFUSED")
        }
    }

    @Test func `a connection that was opened asks the system to look whether the other end is there`() async throws {
        try await withConnection { (loop, client, _) async throws in
            let options = try await loop.run { try client.stream!.keepalive() }
            #expect(options.isOn && options.idleSeconds == 60)
        }
    }

    @Test func `a port that is taken can't be listened on`() async throws {
        try await withLoop { (loop) async throws in
            let acceptor = Acceptor()
            let port = try await loop.run { try acceptor.listen(on: loop) }
            let name = await loop.run { () -> String? in
                do throws(TransportError) {
                    let address = try SocketAddress(numeric: "127.0.0.1", port: port)
                    _ = try TCPListener(on: loop, address: address) { _ in }
                    return nil
                } catch {
                    return error.name
                }
            }
            #expect(name == "EADDRINUSE")
            await loop.run {
                acceptor.close()
                #expect(acceptor.listener?.port == 0)
            }
        }
    }

    @Test func `a stream that is closed while it connects tells nothing`() async throws {
        try await withLoop { (loop) async throws in
            let acceptor = Acceptor()
            let port = try await loop.run { try acceptor.listen(on: loop) }
            let client = Peer()
            try await loop.run {
                try client.connect(to: port, on: loop)
                client.stream?.close()
            }
            for _ in 0..<20 { await loop.run {} }
            await loop.run { client.told.tell(.read(-1)) }
            #expect(try await client.told.next() == .read(-1))
            await loop.run { acceptor.close() }
        }
    }

    @Test func `ten mebibytes to a slow reader arrive whole, and the write ends when all is taken`() async throws {
        try await withConnection { (loop, client, server) async throws in
            let sent = bytes(10 << 20)
            await loop.run { client.write(sent) }
            // Not read yet: the system can't hold it all.
            #expect(await loop.run { client.stream!.queuedByteCount > 0 })
            await loop.run {
                server.stream!.startReading()
                server.stream!.stopReading()
                server.stream!.startReading()
            }
            _ = try await server.hasRead(sent.count)
            #expect(await loop.run { server.received == sent })
            #expect(try await client.told.next() == .written(nil))
            #expect(await loop.run { client.stream!.queuedByteCount == 0 })
        }
    }

    @Test(arguments: [1, 1023, 1024, 1025, 2048, 5000]) func `as many buffers as there are go in one write`(
        count: Int
    ) async throws {
        try await withConnection { (loop, client, server) async throws in
            let sent = bytes(count * 300)
            await loop.run {
                server.stream!.startReading()
                client.write(sent, pieceByteCount: 300)
            }
            _ = try await server.hasRead(sent.count)
            #expect(await loop.run { server.received == sent })
            #expect(try await client.told.next() == .written(nil))
        }
    }

    @Test func `a write behind one that waits keeps its place`() async throws {
        try await withConnection { (loop, client, server) async throws in
            let sent = bytes(6 << 20)
            await loop.run {
                for start in stride(from: 0, to: sent.count, by: 1 << 20) {
                    client.write(Array(sent[start..<start + (1 << 20)]), pieceByteCount: 777)
                }
                server.stream!.startReading()
            }
            _ = try await server.hasRead(sent.count)
            #expect(await loop.run { server.received == sent })
            for _ in 0..<6 { #expect(try await client.told.next() == .written(nil)) }
        }
    }

    @Test func `a write of nothing ends at once`() async throws {
        try await withConnection { (loop, client, _) async throws in
            await loop.run { client.write([]) }
            #expect(try await client.told.next() == .written(nil))
        }
    }

    @Test func `the other end's close is told once`() async throws {
        try await withConnection { (loop, client, server) async throws in
            await loop.run {
                client.stream!.startReading()
                server.stream!.close()
            }
            guard case .ended(let reason) = try await client.told.next() else {
                Issue.record("no end was told")
                return
            }
            #expect(reason.isEndOfStream)
            await loop.run {
                #expect(client.stream!.isClosed)
                client.stream!.end(reason)
                client.stream!.close()
                client.told.tell(.read(-1))
            }
            #expect(try await client.told.next() == .read(-1))
        }
    }

    @Test func `one's own close is silent, and the other end hears of it`() async throws {
        try await withConnection { (loop, client, server) async throws in
            await loop.run {
                client.stream!.startReading()
                server.stream!.startReading()
                client.stream!.close()
                client.stream!.close()
            }
            guard case .ended = try await server.told.next() else {
                Issue.record("no end was told")
                return
            }
            await loop.run { client.told.tell(.read(-1)) }
            #expect(try await client.told.next() == .read(-1))
        }
    }

    @Test func `a connection that is reset is no end of the stream to the other end`() async throws {
        try await withConnection { (loop, client, server) async throws in
            await loop.run {
                server.stream?.startReading()
                client.stream?.reset()
                client.stream?.reset()
            }
            guard case .ended(let error) = try await server.told.next() else {
                Issue.record("the connection has not ended")
                return
            }
            #expect(error.name == "ECONNRESET")
        }
    }

    @Test func `a write to a closed stream fails`() async throws {
        try await withConnection { (loop, client, _) async throws in
            await loop.run {
                client.stream!.close()
                client.write([1, 2, 3])
            }
            guard case .written(.some) = try await client.told.next() else {
                Issue.record("it was written")
                return
            }
        }
    }

    @Test func `a write that waits fails when the stream is closed`() async throws {
        try await withConnection { (loop, client, _) async throws in
            await loop.run {
                client.write([UInt8](repeating: 1, count: 16 << 20))
                client.stream!.close()
            }
            guard case .written(let error?) = try await client.told.next() else {
                Issue.record("it was written")
                return
            }
            #expect(error.name == "ECANCELED")
        }
    }

    @Test func `writing to an end that is gone fails, tells the owner once, and ends the stream`() async throws {
        try await withConnection { (loop, client, server) async throws in
            await loop.run {
                server.stream!.startReading()
                server.stream!.close()
            }
            // The first writes may still be taken: the system learns of the other end's refusal by them.
            var ends = 0
            while ends == 0 {
                await loop.run { if !client.stream!.isClosed { client.write([UInt8](repeating: 1, count: 4096)) } }
                if case .ended = try await client.told.next() { ends += 1 }
            }
            await loop.run {
                #expect(client.stream!.isClosed)
                client.told.tell(.read(-1))
            }
            while true {
                let event = try await client.told.next()
                if event == .read(-1) { break }
                if case .ended = event { ends += 1 }
            }
            #expect(ends == 1)
        }
    }

    @Test func `a connection is handed over to another loop`() async throws {
        try await withConnection { (loop, client, server) async throws in
            try await withLoop { (other) async throws in
                let descriptor = try await loop.run { try server.stream!.detach() }
                await loop.run { _ = #expect(throws: TransportError.self) { try server.stream!.detach() } }
                let adopted = Peer()
                try await other.run {
                    adopted.take(try TCPStream(adopting: descriptor, on: other))
                    adopted.stream!.startReading()
                }
                await loop.run { client.write([1, 2, 3]) }
                _ = try await adopted.hasRead(3)
                await other.run { adopted.stream!.close() }
            }
        }
    }

    @Test func `closed streams are let go of`() async throws {
        nonisolated(unsafe) weak var sending: TCPStream?
        nonisolated(unsafe) weak var receiving: TCPStream?
        try await withConnection { (loop, client, server) async throws in
            await loop.run {
                sending = client.stream
                receiving = server.stream
                server.stream!.startReading()
                // One write still waits when the stream is closed.
                client.write([UInt8](repeating: 1, count: 16 << 20))
                client.stream!.close()
                client.stream = nil
            }
            while true { if case .ended = try await server.told.next() { break } }
            await loop.run { server.stream = nil }
            await loop.run {}
            #expect(await loop.run { sending == nil && receiving == nil })
        }
    }
}

extension TCPStream {
    /// The socket's keepalive, read back from the system, and after how many seconds without bytes it begins.
    fileprivate func keepalive() throws -> (isOn: Bool, idleSeconds: Int32) {
        var descriptor: uv_os_fd_t = -1
        try TransportError.check(uv_fileno(handle.base, &descriptor), "no descriptor")
        func option(_ level: Int32, _ name: Int32) throws -> Int32 {
            var value: Int32 = -1
            var length = socklen_t(MemoryLayout<Int32>.size)
            try TransportError.check(getsockopt(descriptor, level, name, &value, &length), "no option")
            return value
        }
        #if canImport(Glibc)
            let idleName = TCP_KEEPIDLE
        #else
            let idleName = TCP_KEEPALIVE
        #endif
        return (try option(SOL_SOCKET, SO_KEEPALIVE) != 0, try option(Int32(IPPROTO_TCP), idleName))
    }
}

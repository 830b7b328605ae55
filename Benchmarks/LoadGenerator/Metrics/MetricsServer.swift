import CMicroHTTPD
import KafkaTransport
import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Answers `GET /metrics` by HTTP, on a thread of its own: that of GNU libmicrohttpd, which is opened when a server is started.
final class MetricsServer: Sendable {
    /// Makes the text that is served. Called on the server's thread.
    private let text: @Sendable () -> String
    private let daemon = Mutex<Daemon?>(nil)

    private struct Daemon: @unchecked Sendable {
        // Unchecked: a handle of the library, which may be used from any thread.
        let handle: UnsafeMutableRawPointer
    }

    #if canImport(Darwin)
        private static let names = ["libmicrohttpd.12.dylib", "/opt/homebrew/lib/libmicrohttpd.12.dylib"]
        private static let installation = "brew install libmicrohttpd"
    #else
        private static let names = ["libmicrohttpd.so.12", "libmicrohttpd.so"]
        private static let installation = "apt-get install libmicrohttpd-dev"
    #endif
    private static let library = SharedLibrary(names)

    private static let connectionCountMax: UInt32 = 64
    private static let idleSecondsMax: UInt32 = 5

    /// - Parameter text: the metrics in Prometheus' text format. Called on the server's thread.
    init(_ text: @escaping @Sendable () -> String) { self.text = text }

    /// Begins to listen.
    ///
    /// - Returns: where it listens.
    /// - Throws: `RunError` when it can't.
    func start(at address: ListenAddress) throws -> ListenAddress {
        guard let library = Self.library else {
            throw RunError(
                "--metrics-port: the library that answers (\(Self.names[0])) can't be opened; install it: \(Self.installation)"
            )
        }
        let socketAddress = try SocketAddress(numeric: address.host, port: address.port)
        let server = Unmanaged.passUnretained(self).toOpaque()
        errno = 0
        let handle = socketAddress.withSockaddr {
            kafka_http_start(
                library.handle, $0, address.host == "::", Self.handler, server, Self.connectionCountMax,
                Self.idleSecondsMax)
        }
        guard let handle else {
            let reason = errno == 0 ? "" : ": \(String(cString: strerror(errno)))"
            throw RunError("--metrics-port: can't listen on \(address)\(reason)")
        }
        daemon.withLock { $0 = Daemon(handle: handle) }
        let port = kafka_http_port(library.handle, handle)
        return ListenAddress(host: address.host, port: port == 0 ? address.port : port)
    }

    /// Closes all connections and ends the thread.
    func stop() {
        guard let library = Self.library,
            let daemon = daemon.withLock({ daemon in
                defer { daemon = nil }
                return daemon
            })
        else { return }
        kafka_http_stop(library.handle, daemon.handle)
    }

    private static let handler: kafka_http_handler = { user, connection, url, method, _, _, uploaded, request in
        guard let user, let url, let method, let uploaded, let request else { return 0 }
        if request.pointee == nil {
            // Not null, so that the next call is known: the request is complete by then.
            request.pointee = user
            return 1
        }
        if uploaded.pointee > 0 {
            // What is sent with a request is of no use here.
            uploaded.pointee = 0
            return 1
        }
        let server = Unmanaged<MetricsServer>.fromOpaque(user).takeUnretainedValue()
        return server.answer(String(cString: method), String(cString: url), connection)
    }

    private func answer(_ method: String, _ path: String, _ connection: UnsafeMutableRawPointer?) -> Int32 {
        let plain = "text/plain; charset=utf-8"
        guard method == "GET" || method == "HEAD" else {
            return respond(connection, 405, plain, "only GET is answered\n")
        }
        switch path {
        case "/metrics": return respond(connection, 200, "text/plain; version=0.0.4; charset=utf-8", text())
        case "/": return respond(connection, 200, plain, "kbench's metrics are at /metrics\n")
        default: return respond(connection, 404, plain, "metrics are at /metrics\n")
        }
    }

    private func respond(
        _ connection: UnsafeMutableRawPointer?, _ status: UInt32, _ contentType: String, _ text: String
    ) -> Int32 {
        var text = text
        return text.withUTF8 {
            kafka_http_answer(Self.library?.handle, connection, status, contentType, $0.baseAddress, $0.count)
        }
    }
}

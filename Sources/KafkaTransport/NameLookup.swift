import CUV

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Looks host names up by the system's resolver, on libuv's worker threads.
package enum NameLookup {
    /// Calls `completion` once, on the loop, with the endpoint's addresses, at least one, in the system's order.
    package static func addresses(
        of endpoint: Endpoint, on loop: EventLoop,
        completion: @escaping (Result<[SocketAddress], TransportError>) -> Void
    ) {
        assert(loop.isCurrent)
        if let numeric = try? SocketAddress(numeric: endpoint.host, port: endpoint.port) {
            return completion(.success([numeric]))
        }
        let request = UnsafeMutablePointer<uv_getaddrinfo_t>.allocate(capacity: 1)
        let pending = Pending(endpoint, completion)
        request.pointee.data = Unmanaged.passRetained(pending).toOpaque()
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        #if canImport(Glibc)
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        let status = uv_getaddrinfo(
            loop.uv, request,
            { request, status, list in
                let pending = Unmanaged<Pending>.fromOpaque(request!.pointee.data).takeRetainedValue()
                request!.deallocate()
                pending.didEnd(status, list)
                uv_freeaddrinfo(list)
            }, endpoint.host, String(endpoint.port), &hints)
        if status < 0 {
            Unmanaged<Pending>.fromOpaque(request.pointee.data).release()
            request.deallocate()
            pending.didEnd(status, nil)
        }
    }

    private final class Pending {
        let endpoint: Endpoint
        let completion: (Result<[SocketAddress], TransportError>) -> Void

        init(_ endpoint: Endpoint, _ completion: @escaping (Result<[SocketAddress], TransportError>) -> Void) {
            self.endpoint = endpoint
            self.completion = completion
        }

        func didEnd(_ status: Int32, _ list: UnsafeMutablePointer<addrinfo>?) {
            var addresses: [SocketAddress] = []
            var next = list
            while let entry = next {
                addresses.append(
                    SocketAddress(copying: entry.pointee.ai_addr, byteCount: Int(entry.pointee.ai_addrlen)))
                next = entry.pointee.ai_next
            }
            if addresses.isEmpty {
                let code = status < 0 ? status : UV_EAI_NONAME.rawValue
                completion(.failure(TransportError(code: code, "cannot look up '\(endpoint.host)'")))
            } else {
                completion(.success(addresses))
            }
        }
    }
}

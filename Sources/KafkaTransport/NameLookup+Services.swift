import CResolver
import CUV

extension NameLookup {
    /// Looks the SRV records of a service up by the system's resolver, on one of libuv's worker threads. Nothing is kept: each
    /// call asks anew.
    ///
    /// How long it may take is set for the machine (`timeout` and `attempts` of resolv.conf; 10 s for each server of names by
    /// default). A loop that is shut down waits for it.
    ///
    /// - Parameters:
    ///   - service: the whole name, such as `_kafka._tcp.example.com`.
    ///   - completion: called once, on the loop, with the endpoints of the service, at least one, in the order in which they
    ///     are to be tried (RFC 2782): by priority, then by weighted chance.
    package static func services(
        of service: String, on loop: EventLoop, completion: @escaping (Result<[Endpoint], TransportError>) -> Void
    ) {
        assert(loop.isCurrent)
        let request = UnsafeMutablePointer<uv_work_t>.allocate(capacity: 1)
        let pending = PendingServices(service, completion)
        request.pointee.data = Unmanaged.passRetained(pending).toOpaque()
        let status = uv_queue_work(
            loop.uv, request,
            { request in
                Unmanaged<PendingServices>.fromOpaque(request!.pointee.data).takeUnretainedValue().ask()
            },
            { request, status in
                let pending = Unmanaged<PendingServices>.fromOpaque(request!.pointee.data).takeRetainedValue()
                request!.deallocate()
                pending.didEnd(status)
            })
        if status < 0 {
            Unmanaged<PendingServices>.fromOpaque(request.pointee.data).release()
            request.deallocate()
            pending.didEnd(status)
        }
    }
}

/// A look-up of a service. libuv hands it to the worker thread and back, one after the other.
private final class PendingServices {
    private let service: String
    private let completion: (Result<[Endpoint], TransportError>) -> Void
    /// Set by the worker thread.
    private var result: Result<[Endpoint], TransportError>?

    init(_ service: String, _ completion: @escaping (Result<[Endpoint], TransportError>) -> Void) {
        self.service = service
        self.completion = completion
    }

    /// Asks and waits for the answer, on the worker thread.
    func ask() {
        result = Result { () throws(TransportError) in
            // The longest message that DNS has.
            let answer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_535, alignment: 1)
            defer { answer.deallocate() }
            var reason: Int32 = 0
            let length = resolver_query_services(
                service, answer.baseAddress!.assumingMemoryBound(to: UInt8.self), Int32(answer.count), &reason)
            if length < 0 { throw .failedLookup(of: service, reason) }
            let bytes = UnsafeRawBufferPointer(rebasing: answer[..<Int(length)])
            var generator = SystemRandomNumberGenerator()
            return try ServiceTargets(answer: bytes, of: service).ordered(using: &generator)
        }
    }

    func didEnd(_ status: Int32) {
        let failure = TransportError(code: status, "cannot look up the service '\(service)'")
        completion(result ?? .failure(failure))
    }
}

extension TransportError {
    /// - Parameter reason: of the resolver, such as `HOST_NOT_FOUND`.
    fileprivate static func failedLookup(of service: String, _ reason: Int32) -> TransportError {
        switch reason {
        case HOST_NOT_FOUND: TransportError(code: UV_EAI_NONAME.rawValue, "there is no name '\(service)' in DNS")
        case NO_DATA: .noServiceRecords(of: service)
        case TRY_AGAIN:
            TransportError(code: UV_EAI_AGAIN.rawValue, "the resolver has no answer for the service '\(service)' now")
        default: TransportError(code: UV_EAI_FAIL.rawValue, "the resolver can't look up the service '\(service)'")
        }
    }

    static func noServiceRecords(of service: String) -> TransportError {
        TransportError(code: UV_EAI_NODATA.rawValue, "the name '\(service)' has no SRV records that can be used")
    }

    static func refusedService(_ service: String) -> TransportError {
        TransportError(
            code: UV_EAI_NODATA.rawValue, "the SRV record of '\(service)' says that there is no such service")
    }

    static func malformedAnswer(of service: String) -> TransportError {
        TransportError(code: UV_EPROTO.rawValue, "the resolver's answer for the service '\(service)' is malformed")
    }
}

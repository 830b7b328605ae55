import CUV

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A detached thread: it is never joined.
package enum DetachedThread {
    private final class Start {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }

        func run() {
            #if canImport(Darwin)
                pthread_setname_np(String(name.prefix(15)))
            #else
                pthread_setname_np(pthread_self(), String(name.prefix(15)))
            #endif
            body()
        }
    }

    /// Runs `body` on a thread of its own.
    ///
    /// - Parameter name: shown by debuggers and `top -H`; at most 15 bytes are kept.
    /// - Returns: 0, or the errno of a system that gives no thread; `body` is then not run.
    package static func start(name: String, _ body: @escaping @Sendable () -> Void) -> Int32 {
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        #if canImport(Darwin)
            var handle: pthread_t?
            let status = pthread_create(
                &handle, nil,
                { raw in
                    Unmanaged<Start>.fromOpaque(raw).takeRetainedValue().run()
                    return nil
                }, start.toOpaque())
            if status == 0 { pthread_detach(handle!) }
        #else
            var handle = pthread_t()
            let status = pthread_create(
                &handle, nil,
                { raw in
                    // Never nil: the argument is passed just below.
                    Unmanaged<Start>.fromOpaque(raw!).takeRetainedValue().run()
                    return nil
                }, start.toOpaque())
            if status == 0 { pthread_detach(handle) }
        #endif
        if status != 0 { start.release() }
        return status
    }
}

import CUV

/// Work that takes long, done on one of libuv's worker threads while the loop serves others.
package enum LoopWork {
    private final class Request {
        var work: () -> Void
        let completion: () -> Void

        init(_ work: @escaping () -> Void, _ completion: @escaping () -> Void) {
            self.work = work
            self.completion = completion
        }
    }

    /// Calls `work` on a worker thread, and then `completion` on the loop, where this must be called. A loop that is shut down
    /// meanwhile waits for the work, and then calls `completion` too.
    package static func run<Result>(
        on loop: EventLoop, _ work: @escaping () -> Result, completion: @escaping (Result) -> Void
    ) {
        assert(loop.isCurrent)
        // One thread after the other uses these.
        nonisolated(unsafe) var result: Result?
        let own = Request({ result = work() }, { completion(result!) })
        // A loop that has ended has no workers.
        if loop.hasStopped {
            own.work()
            return own.completion()
        }
        let request = UnsafeMutablePointer<uv_work_t>.allocate(capacity: 1)
        request.pointee.data = Unmanaged.passRetained(own).toOpaque()
        uv_queue_work(
            loop.uv, request,
            { request in
                let own = Unmanaged<Request>.fromOpaque(request!.pointee.data).takeUnretainedValue()
                own.work()
                // What the work holds is let go of here, and not by the loop.
                own.work = {}
            },
            { request, _ in
                let own = Unmanaged<Request>.fromOpaque(request!.pointee.data).takeRetainedValue()
                request!.deallocate()
                own.completion()
            })
    }
}

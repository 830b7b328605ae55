import KafkaTransport

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The process's standard input, of which only the end matters.
enum StandardInput {
    /// Calls back once when there is no more, from a thread of its own that waits for it.
    static func whenEnded(_ action: @escaping @Sendable () -> Void) {
        guard let loop = try? EventLoop(name: "kbench-input") else { return }
        Task(executorPreference: loop) {
            waitForEnd()
            action()
        }
    }

    /// Blocks its thread, which has nothing else to do.
    private static func waitForEnd() {
        var byte: UInt8 = 0
        while true {
            let count = read(0, &byte, 1)
            if count == 0 || (count < 0 && errno != EINTR) { return }
        }
    }
}

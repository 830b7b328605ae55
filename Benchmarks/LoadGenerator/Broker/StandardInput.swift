import KafkaTransport

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The process's standard input, read by a thread of its own.
enum StandardInput {
    /// Reads until there is no more, one read after the other. Does nothing when the system has no thread left.
    ///
    /// - Parameters:
    ///   - onBytes: takes what was read; the next bytes are read when it returns.
    ///   - whenEnded: called once.
    static func read(
        onBytes: @escaping @Sendable ([UInt8]) async -> Void = { _ in }, whenEnded: @escaping @Sendable () async -> Void
    ) {
        guard let loop = try? EventLoop(name: "kbench-input") else { return }
        Task(executorPreference: loop) {
            while let bytes = readSome() { await onBytes(bytes) }
            await whenEnded()
        }
    }

    /// Blocks its thread, which has nothing else to do. Nil at the end.
    private static func readSome() -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Self.read(into: &bytes)
            if count > 0 { return Array(bytes.prefix(count)) }
            if count == 0 || errno != EINTR { return nil }
        }
    }

    private static func read(into bytes: inout [UInt8]) -> Int {
        #if canImport(Darwin)
            Darwin.read(0, &bytes, bytes.count)
        #else
            Glibc.read(0, &bytes, bytes.count)
        #endif
    }
}

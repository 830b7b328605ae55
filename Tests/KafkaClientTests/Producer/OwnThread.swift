import KafkaTransport

#if canImport(Glibc)
    import Glibc
#endif

/// Runs what takes long on a thread of its own, behind all others that want the processor: other tests wait for the same few
/// threads, and measure times.
func onOwnThread(_ body: @Sendable @escaping () async -> Void) async throws {
    let loop = try EventLoop(name: "long")
    await Task(executorPreference: loop) {
        #if canImport(Glibc)
            // On Linux it is the thread's own.
            _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 15)
        #endif
        await body()
    }.value
    await loop.shutDown()
}

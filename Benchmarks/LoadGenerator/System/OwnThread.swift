import KafkaTransport

/// Work that waits for others, on a thread of its own, so that it takes none from the tasks of all.
enum OwnThread {
    static func run<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let status = DetachedThread.start(name: "kbench-waits") {
                continuation.resume(with: Swift.Result { try work() })
            }
            if status != 0 {
                continuation.resume(throwing: RunError("the system has no thread left: error \(status)"))
            }
        }
    }
}

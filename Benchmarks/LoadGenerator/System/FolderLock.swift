#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Keeps other kbenchs from writing to a folder of results while it exists. The system takes it away when the process ends.
package final class FolderLock: Sendable {
    private let descriptor: Int32

    /// - Throws: `OutputError` when another one has it. Where folders can't be locked nothing is.
    package init(_ path: String) throws(OutputError) {
        descriptor = open(path.isEmpty ? "." : path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
            _ = close(descriptor)
            throw OutputError(
                path: path, action: "write results to",
                reason: "another kbench is writing there; wait for its end, or give another --output")
        }
    }

    /// Waits for the end of the kbench that writes to a folder, if there is one.
    ///
    /// - Throws: `OutputError` when it goes on for more than ten seconds, or `CancellationError`.
    static func waitUntilFree(_ path: String) async throws {
        for _ in 0..<200 {
            if let lock = try? FolderLock(path) { return lock.release() }
            try await Task.sleep(for: .milliseconds(50))
        }
        try FolderLock(path).release()
    }

    /// Called once.
    package func release() { if descriptor >= 0 { _ = close(descriptor) } }
}

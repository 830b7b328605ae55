#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A file of results. Nothing stays open between two writes, so that a result which was reported as written is written,
/// and nothing is lost when the command is killed.
package struct OutputFile: Sendable, Equatable {
    package let path: String

    package init(path: String) { self.path = path }

    /// Appends all of `text`, or nothing: what a full disk let through is cut off again.
    ///
    /// - Parameter header: what comes first if the file is new or empty.
    package func append(_ text: String, header: String = "") throws(OutputError) {
        let descriptor = try open(flags: O_WRONLY | O_APPEND | O_CREAT)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failed("examine", closing: descriptor) }
        let bytes = Array((status.st_size == 0 ? header : "").utf8) + Array(text.utf8)
        do {
            try write(bytes, to: descriptor)
        } catch {
            // Only a regular file can be cut; what else is behind the path keeps what it got.
            _ = ftruncate(descriptor, status.st_size)
            _ = close(descriptor)
            throw error
        }
        guard close(descriptor) == 0 else { throw OutputError(path: path, action: "close", errno: errno) }
    }

    /// Writes the whole file anew: readers see the old content or the new one, never a part.
    package func replace(with text: String) throws(OutputError) {
        let temporary = OutputFile(path: path + ".tmp")
        let descriptor = try temporary.open(flags: O_WRONLY | O_CREAT | O_TRUNC)
        do {
            try temporary.write(Array(text.utf8), to: descriptor)
        } catch {
            _ = close(descriptor)
            _ = unlink(temporary.path)
            throw error
        }
        guard close(descriptor) == 0 else {
            let reason = errno
            _ = unlink(temporary.path)
            throw OutputError(path: temporary.path, action: "close", errno: reason)
        }
        guard rename(temporary.path, path) == 0 else {
            let reason = errno
            _ = unlink(temporary.path)
            throw OutputError(path: path, action: "replace", errno: reason)
        }
    }

    private func open(flags: Int32) throws(OutputError) -> Int32 {
        let descriptor = Self.retrying { openFile(path, flags | O_CLOEXEC) }
        guard descriptor >= 0 else { throw OutputError(path: path, action: "open", errno: errno) }
        return descriptor
    }

    private func write(_ bytes: [UInt8], to descriptor: Int32) throws(OutputError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                // Within bounds: `written` is below the count.
                Self.retrying { writeBytes(descriptor, buffer.baseAddress! + written, buffer.count - written) }
            }
            guard count > 0 else { throw OutputError(path: path, action: "write", errno: count < 0 ? errno : ENOSPC) }
            written += count
        }
    }

    private func failed(_ action: String, closing descriptor: Int32) -> OutputError {
        let reason = errno
        _ = close(descriptor)
        return OutputError(path: path, action: action, errno: reason)
    }

    private static func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
        while true {
            let result = call()
            guard result < 0, errno == EINTR else { return result }
        }
    }
}

/// The system's calls, whose names the methods above hide.
private func openFile(_ path: String, _ flags: Int32) -> Int32 { open(path, flags, 0o644) }
private func writeBytes(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}

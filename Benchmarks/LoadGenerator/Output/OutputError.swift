#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A result that could not be written: which file, and why.
package struct OutputError: Error, Equatable, CustomStringConvertible {
    package let path: String
    /// What was tried, like `write`.
    package let action: String
    /// The system's reason, or the one given.
    package let reason: String
    /// The system's number of the reason; 0 when the reason is not the system's.
    package let errno: Int32

    /// A failed system call.
    init(path: String, action: String, errno: Int32) {
        self.path = path
        self.action = action
        self.errno = errno
        // The C libraries keep this text for each thread, or never change it.
        reason = String(cString: strerror(errno))
    }

    init(path: String, action: String, reason: String) {
        self.path = path
        self.action = action
        self.reason = reason
        self.errno = 0
    }

    package var description: String { "cannot \(action) \(path): \(reason)" }
}

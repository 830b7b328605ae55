#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A library of the system that is opened when it is needed, and never closed.
package struct SharedLibrary: @unchecked Sendable {
    // Unchecked: the system's handle, which may be used from any thread.
    package let handle: UnsafeMutableRawPointer

    /// Opens the first of these that is there; nil when none is.
    ///
    /// - Parameter names: file names, which the system looks for in its folders, or paths.
    package init?(_ names: [String]) {
        guard let handle = names.lazy.compactMap({ dlopen($0, RTLD_NOW | RTLD_LOCAL) }).first else { return nil }
        self.handle = handle
    }

    /// A function by its name; nil when the library has none of that name.
    package func find<Function>(_ symbol: String, _ type: Function.Type) -> Function? {
        dlsym(handle, symbol).map { unsafeBitCast($0, to: type) }
    }
}

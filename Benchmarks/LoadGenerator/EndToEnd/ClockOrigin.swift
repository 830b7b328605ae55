#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Whose monotonic clock it is: processes with the same number read the same clock, and so can compare its moments.
enum ClockOrigin {
    /// Of this process. On Linux: of this boot, and of this time namespace, in which the clock may have been moved.
    static let own = number(of: bootID + "\n" + timeNamespace)

    /// 32 bits of FNV-1a, never 0.
    static func number(of text: String) -> UInt32 {
        let hash = text.utf8.reduce(2_166_136_261 as UInt32) { ($0 ^ UInt32($1)) &* 16_777_619 }
        return hash == 0 ? 1 : hash
    }

    private static var bootID: String {
        #if canImport(Darwin)
            var bytes = [CChar](repeating: 0, count: 64)
            var count = bytes.count
            if sysctlbyname("kern.bootsessionuuid", &bytes, &count, nil, 0) == 0 {
                return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            }
        #else
            if let text = TextFile.text("/proc/sys/kernel/random/boot_id"), !text.isEmpty { return text }
        #endif
        // Nothing says so: then this process alone has the clock.
        return "process \(getpid()) \(UInt64.random(in: .min ... .max))"
    }

    private static var timeNamespace: String {
        var bytes = [UInt8](repeating: 0, count: 128)
        let count = bytes.withUnsafeMutableBytes { buffer in
            readlink("/proc/self/ns/time", buffer.baseAddress!.assumingMemoryBound(to: CChar.self), buffer.count)
        }
        return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : ""
    }
}

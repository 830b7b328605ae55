package import KafkaJSON
import KafkaTransport

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The machine and the build, for the manifest; nil where the system does not tell.
package struct SystemInfo: Sendable, Equatable {
    package var cpuModel: String?
    /// CPUs that this process may use: what `taskset` or a container leaves of those online.
    package var onlineCores: Int
    package var memoryBytes: Int64?
    package var kernel: String?
    package var operatingSystem: String?
    package var architecture: String?
    /// What the kernel reads the time from: `tsc`, `kvm-clock`, …
    package var clockSource: String?
    package var gitCommit: String?
    package var compiler: String

    /// Whether the code was built without optimisation: its figures say nothing.
    package static let isDebugBuild = _isDebugAssertConfiguration()

    /// Asks the system. Reads a handful of small files.
    package static func current() -> SystemInfo {
        var names = utsname()
        let known = uname(&names) == 0
        return SystemInfo(
            cpuModel: cpuModel(), onlineCores: EventLoop.availableCoreCount, memoryBytes: memoryBytes(),
            kernel: known ? "\(text(names.sysname)) \(text(names.release))" : nil, operatingSystem: operatingSystem(),
            architecture: known ? text(names.machine) : nil,
            clockSource: TextFile.line("/sys/devices/system/clocksource/clocksource0/current_clocksource"),
            gitCommit: GitCommit.ofThisBuild(), compiler: compilerVersion)
    }

    /// As an object of the manifest.
    package var json: JSONValue {
        .object([
            ("cpu_model", .optional(cpuModel)), ("online_cores", .integer(Int64(onlineCores))),
            ("memory_bytes", .optional(memoryBytes)), ("kernel", .optional(kernel)),
            ("operating_system", .optional(operatingSystem)), ("architecture", .optional(architecture)),
            ("clock_source", .optional(clockSource)), ("git_commit", .optional(gitCommit)),
            ("build_mode", .string(Self.isDebugBuild ? "debug" : "release")), ("compiler", .string(compiler)),
        ])
    }

    private static func cpuModel() -> String? {
        #if canImport(Darwin)
            var bytes = [UInt8](repeating: 0, count: 256)
            var count = bytes.count
            guard sysctlbyname("machdep.cpu.brand_string", &bytes, &count, nil, 0) == 0 else { return nil }
            return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        #else
            guard let text = TextFile.text("/proc/cpuinfo") else { return nil }
            if let name = TextFile.value(of: "model name", separator: ":", in: text) { return name }
            // On arm64 the kernel gives numbers only.
            guard let implementer = TextFile.value(of: "CPU implementer", separator: ":", in: text),
                let part = TextFile.value(of: "CPU part", separator: ":", in: text)
            else { return nil }
            return "implementer \(implementer) part \(part)"
        #endif
    }

    private static func memoryBytes() -> Int64? {
        let (pages, pageSize) = (sysconf(Int32(_SC_PHYS_PAGES)), sysconf(Int32(_SC_PAGESIZE)))
        return pages > 0 && pageSize > 0 ? Int64(pages) * Int64(pageSize) : nil
    }

    private static func operatingSystem() -> String? {
        #if canImport(Darwin)
            return "macOS"
        #else
            guard let text = TextFile.text("/etc/os-release"),
                let name = TextFile.value(of: "PRETTY_NAME", separator: "=", in: text)
            else { return nil }
            return String(name.filter { $0 != "\"" })
        #endif
    }

    /// A C string within a tuple of characters.
    private static func text<Characters>(_ characters: Characters) -> String {
        withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    private static var compilerVersion: String {
        #if compiler(>=6.5)
            "Swift 6.5 or later"
        #elseif compiler(>=6.4)
            "Swift 6.4"
        #elseif compiler(>=6.3.2)
            "Swift 6.3.2 or later"
        #elseif compiler(>=6.3.1)
            "Swift 6.3.1"
        #elseif compiler(>=6.3)
            "Swift 6.3"
        #else
            "Swift 6.2"
        #endif
    }
}

// What the machine does while a run lasts. No canary has a thread of its own: one more thread that wakes up moves those of the run
// to other processors, which costs more than all that it measures. The task that writes the timeline asks, at the end of an
// interval, and each time takes some hundred microseconds.

import KafkaTransport
import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Measures the machine, before a run and during it.
///
/// Unchecked: the run has it before the clock starts, and the timeline while it runs.
final class Canaries: @unchecked Sendable {
    private let loopback = LoopbackPair()
    private var cpuBefore: CPUTime?
    private var ownCpuBefore: (ns: Int64, at: MonotonicInstant)?

    /// Of the loop: some 25 µs on a CPU of 2024.
    private static let loopSteps = 20_000
    private static let copyByteCountBefore = 8 << 20
    /// So little that it leaves the run's data in the caches.
    private static let copyByteCountDuring = 256 << 10

    /// Before a run, when nothing else of kbench works: the best of several, in a few milliseconds.
    func sampleBefore() -> CanarySample {
        var sample = CanarySample()
        sample.cpuLoopNs = (0..<5).map { _ in Self.cpuLoopNs() }.min()
        sample.timerLatenessNs = (0..<3).map { _ in Self.sleepLatenessNs() }.sorted()[1]
        sample.loopbackRttNs = loopbackRttNs(rounds: 15)
        sample.memoryBytesPerSecond = Self.memoryBytesPerSecond(Self.copyByteCountBefore, rounds: 2)
        return sample
    }

    /// Begins to look at who uses the CPUs.
    ///
    /// - Parameter ownCpuNs: of kbench and its broker so far; nil where the broker is somebody else's.
    func begin(ownCpuNs: Int64?) {
        cpuBefore = CPUTime.now()
        ownCpuBefore = ownCpuNs.map { ($0, .now) }
    }

    /// During a run.
    ///
    /// - Parameters:
    ///   - latenessNs: how late the caller woke up.
    ///   - ownCpuNs: as of `begin`.
    func sampleDuring(latenessNs: Int64?, ownCpuNs: Int64?) -> CanarySample {
        var sample = CanarySample()
        sample.timerLatenessNs = latenessNs
        sample.cpuLoopNs = min(Self.cpuLoopNs(), Self.cpuLoopNs())
        sample.loopbackRttNs = loopbackRttNs(rounds: 3)
        sample.memoryBytesPerSecond = Self.memoryBytesPerSecond(Self.copyByteCountDuring, rounds: 1)
        let now = CPUTime.now()
        if let now, let cpuBefore {
            sample.stealShare = now.stealShare(since: cpuBefore)
            if let ownCpuNs, let own = ownCpuBefore {
                sample.othersShare = now.othersShare(
                    since: cpuBefore, durationNs: MonotonicInstant.now.nanoseconds(since: own.at),
                    ownCpuNs: ownCpuNs - own.ns
                ).map { max(0, $0) }
            }
        }
        cpuBefore = now
        ownCpuBefore = ownCpuNs.map { ($0, .now) }
        return sample
    }

    // MARK: Measuring

    private static func timed(_ body: () -> Void) -> Int64 {
        let begin = MonotonicInstant.now
        body()
        return MonotonicInstant.now.nanoseconds(since: begin)
    }

    @inline(never)
    private static func cpuLoopNs() -> Int64 {
        timed {
            // Each step needs the one before, so that it takes the CPU's time and nothing else.
            var state: UInt64 = 0x9E37_79B9_7F4A_7C15
            for _ in 0..<loopSteps { state = (state ^ (state >> 29)) &* 0xBF58_476D_1CE4_E5B9 }
            keep(state)
        }
    }

    private static func sleepLatenessNs() -> Int64 {
        let wantedNs: Int64 = 200_000
        var time = timespec(tv_sec: 0, tv_nsec: Int(wantedNs))
        return max(0, timed { nanosleep(&time, nil) } - wantedNs)
    }

    /// The best of some rounds; a round before them has the memory mapped.
    private static func memoryBytesPerSecond(_ byteCount: Int, rounds: Int) -> Double? {
        // Not of the allocator: what it gives back once it is large changes from where it takes later buffers, those of the run.
        guard let from = mapped(byteCount), let to = mapped(byteCount) else { return nil }
        defer { for memory in [from, to] { munmap(memory, byteCount) } }
        memset(from, 1, byteCount)
        memset(to, 2, byteCount)
        let ns = (0..<rounds).map { _ in timed { memcpy(to, from, byteCount) } }.min() ?? 0
        keep(UInt64(to.load(fromByteOffset: byteCount - 1, as: UInt8.self)))
        return ns > 0 ? Double(byteCount) / Double(ns) * 1e9 : nil
    }

    private static func mapped(_ byteCount: Int) -> UnsafeMutableRawPointer? {
        #if canImport(Darwin)
            let flags = MAP_PRIVATE | MAP_ANON
        #else
            let flags = MAP_PRIVATE | MAP_ANONYMOUS
        #endif
        let memory = mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, -1, 0)
        return memory == MAP_FAILED ? nil : memory
    }

    private func loopbackRttNs(rounds: Int) -> Int64? {
        guard let loopback else { return nil }
        var times: [Int64] = []
        for _ in 0..<rounds {
            var isDone = false
            let ns = Self.timed { isDone = loopback.goThereAndBack() }
            guard isDone else { return nil }
            times.append(ns)
        }
        return times.sorted()[rounds / 2]
    }

    /// What is worked out for its time alone has to go somewhere, or the compiler leaves it out.
    private static func keep(_ value: UInt64) { kept.store(value, ordering: .relaxed) }
    private static let kept = Atomic<UInt64>(0)
}

/// Both ends of a TCP connection over loopback.
private final class LoopbackPair {
    private let client: Int32
    private let server: Int32

    /// Nil where there is no loopback to be had.
    init?() {
        #if canImport(Darwin)
            let stream = SOCK_STREAM
        #else
            let stream = Int32(SOCK_STREAM.rawValue)
        #endif
        let listener = socket(AF_INET, stream, 0)
        guard listener >= 0 else { return nil }
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 1) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        let connecting = isListening ? socket(AF_INET, stream, 0) : -1
        guard connecting >= 0 else { return nil }
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(connecting, $0, length) == 0 }
        }
        let accepted = isConnected ? accept(listener, nil, nil) : -1
        guard accepted >= 0 else {
            close(connecting)
            return nil
        }
        (client, server) = (connecting, accepted)
        for descriptor in [client, server] {
            var isOn: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
            // Never for longer.
            var patience = timeval(tv_sec: 0, tv_usec: 50_000)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    deinit {
        close(client)
        close(server)
    }

    func goThereAndBack() -> Bool {
        var byte: UInt8 = 1
        return send(client, &byte, 1, 0) == 1 && recv(server, &byte, 1, 0) == 1 && send(server, &byte, 1, 0) == 1
            && recv(client, &byte, 1, 0) == 1
    }
}

/// What the machine's CPUs have done since it was started, from the first line of `/proc/stat`.
package struct CPUTime: Sendable, Equatable {
    /// Time the hypervisor gave to others, in the kernel's ticks.
    package let stealTicks: UInt64
    /// Time in which the CPUs did nothing here, in the kernel's ticks: idle, waiting for disks, or stolen.
    package let idleTicks: UInt64
    /// All time, in the kernel's ticks.
    package let totalTicks: UInt64
    /// The CPUs whose time this is: all that are online, also those that this process may not use.
    package let cpuCount: Int

    /// Nil where the system does not tell.
    package static func now() -> CPUTime? {
        TextFile.text("/proc/stat").flatMap(CPUTime.init(procStat:))
    }

    /// Reads `cpu user nice system idle iowait irq softirq steal guest guest_nice`; guest time is within user time. A
    /// line of each CPU follows.
    init?(procStat: String) {
        let lines = procStat.split(whereSeparator: \.isNewline)
        guard let line = lines.first, line.hasPrefix("cpu ") else { return nil }
        let ticks = line.split(separator: " ").dropFirst().prefix(8).compactMap { UInt64($0) }
        guard ticks.count == 8 else { return nil }
        stealTicks = ticks[7]
        idleTicks = ticks[3] + ticks[4] + ticks[7]
        totalTicks = ticks.reduce(0, &+)
        cpuCount = max(1, lines.dropFirst().count { $0.hasPrefix("cpu") })
    }

    /// The share of time stolen since `earlier`, 0 … 1; nil when no time has passed.
    package func stealShare(since earlier: CPUTime) -> Double? {
        guard totalTicks > earlier.totalTicks, stealTicks >= earlier.stealTicks else { return nil }
        return Double(stealTicks - earlier.stealTicks) / Double(totalTicks - earlier.totalTicks)
    }

    /// The share of all CPUs' time since `earlier`, 0 … 1, that others used than who used `ownCpuNs` of it; a little below 0 where
    /// ticks are coarse, and nil when no time has passed.
    package func othersShare(since earlier: CPUTime, durationNs: Int64, ownCpuNs: Int64) -> Double? {
        guard durationNs > 0, let busy = busyShare(since: earlier) else { return nil }
        return busy - Double(ownCpuNs) / (Double(durationNs) * Double(cpuCount))
    }

    /// The share of all CPUs' time since `earlier`, 0 … 1, in which they did something; nil when no time has passed.
    package func busyShare(since earlier: CPUTime) -> Double? {
        guard totalTicks > earlier.totalTicks, idleTicks >= earlier.idleTicks else { return nil }
        return 1 - min(1, Double(idleTicks - earlier.idleTicks) / Double(totalTicks - earlier.totalTicks))
    }
}

package import KafkaJSON

/// What small measurements say of the machine at one moment, whatever kbench does; nil where they could not be made.
package struct CanarySample: Sendable, Equatable {
    /// A fixed loop of arithmetic, in ns.
    package var cpuLoopNs: Int64?
    /// How late a sleep ended, in ns.
    package var timerLatenessNs: Int64?
    /// A byte over loopback and back, both ends on one thread, in ns.
    package var loopbackRttNs: Int64?
    /// Copying memory.
    package var memoryBytesPerSecond: Double?
    /// The share of the CPUs' time, 0 … 1, that the hypervisor gave to others since the sample before.
    package var stealShare: Double?
    /// The share of the CPUs' time, 0 … 1, that processes other than kbench and its broker used since the sample before.
    package var othersShare: Double?

    package init() {}

    /// In the order of the columns.
    static let columnNames = [
        "cpu_loop_us", "timer_lateness_us", "loopback_rtt_us", "memory_bytes_per_s", "steal_share", "others_share",
    ]

    /// The cells of the columns.
    var cells: [String?] {
        [cpuLoopNs, timerLatenessNs, loopbackRttNs].map { $0.map(Decimal.text(thousandths:)) }
            + [memoryBytesPerSecond.flatMap { Decimal.shortText($0, decimals: 0) }]
            + [stealShare, othersShare].map { $0.flatMap { Decimal.shortText($0, decimals: 4) } }
    }

    package var json: JSONValue {
        .object([
            ("cpu_loop_ns", .optional(cpuLoopNs)), ("timer_lateness_ns", .optional(timerLatenessNs)),
            ("loopback_rtt_ns", .optional(loopbackRttNs)), ("memory_bytes_per_s", .optional(memoryBytesPerSecond)),
            ("steal_share", .optional(stealShare)), ("others_share", .optional(othersShare)),
        ])
    }
}

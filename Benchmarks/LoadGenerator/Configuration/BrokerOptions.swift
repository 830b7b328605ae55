import KafkaEmbeddedBroker

/// What `kbench broker` is to do.
package struct BrokerOptions: Sendable, Equatable {
    /// What is kept of what is written.
    package enum LogMode: Sendable, Equatable, CustomStringConvertible {
        /// Counted and dropped.
        case drop
        /// Kept in memory, `byteCount` bytes in all.
        case memory(byteCount: Int64)

        static let accepted = "drop or memory:SIZE, like memory:1GiB"

        /// Reads `drop` or `memory:SIZE`.
        package init(parsing text: String) throws(ValueError) {
            if text == "drop" {
                self = .drop
            } else if text.hasPrefix("memory:") {
                let byteCount = try Quantity.byteCount(String(text.dropFirst("memory:".count)))
                guard byteCount >= 1 << 20 else { throw ValueError("'\(text)': a log needs at least 1MiB") }
                self = .memory(byteCount: byteCount)
            } else {
                throw ValueError("'\(text)' is not understood; accepted is \(Self.accepted)")
            }
        }

        package var description: String {
            switch self {
            case .drop: "drop"
            case .memory(let byteCount): "memory:\(byteCount)"
            }
        }
    }

    /// 0: a free one is found and printed.
    package var port: UInt16 = OptionTable.standard(\.port)
    /// How many brokers of a cluster are played.
    package var brokers: Int = OptionTable.standard(\.brokers)
    /// Nil: the broker's own default, enough for its clients to read back.
    package var log: LogMode?
    /// The time from a request to its answer, in ns.
    package var rttNs: Int64 = OptionTable.standard(\.brokerRtt)
    /// Scripted faults.
    package var faults: [FaultRule] = []
    /// Print nothing but addresses and errors.
    package var isQuiet = false
    /// Stop when standard input ends.
    package var endsWithInput = false
    /// Carry out commands from standard input.
    package var isControlled = false

    package init() {}
}

extension BrokerOptions {
    init(_ options: ParsedOptions) throws(UsageError) {
        port = try options(\.port)
        brokers = try options(\.brokers)
        log = try options(\.log)
        rttNs = try options(\.brokerRtt)
        faults = try options(\.fault)
        isQuiet = try options(\.quiet)
        endsWithInput = try options(\.untilInputEnds)
        isControlled = try options(\.control)
        guard Int(port) + brokers - 1 <= UInt16.max else {
            throw UsageError("--brokers: \(brokers) brokers from port \(port) on need ports above \(UInt16.max)")
        }
    }
}

/// What `kbench broker` is to do.
package struct BrokerOptions: Sendable, Equatable {
    /// What is kept of what is written.
    package enum LogMode: Sendable, Equatable {
        /// Counted and dropped.
        case drop
        /// Kept in memory, `byteCount` bytes in all.
        case memory(byteCount: Int64)

        /// Reads `drop` or `memory:SIZE`.
        package init(parsing text: String) throws(ValueError) {
            if text == "drop" {
                self = .drop
            } else if text.hasPrefix("memory:") {
                let byteCount = try Quantity.byteCount(String(text.dropFirst("memory:".count)))
                guard byteCount >= 1 << 20 else { throw ValueError("'\(text)': a log needs at least 1MiB") }
                self = .memory(byteCount: byteCount)
            } else {
                throw ValueError("'\(text)' is not understood; accepted is drop or memory:SIZE, like memory:1GiB")
            }
        }
    }

    /// 0: a free one is found and printed.
    package var port: UInt16 = 0
    /// How many brokers of a cluster are played, 1 … 100.
    package var brokers = 1
    /// Nil: the broker's own default, enough for its clients to read back.
    package var log: LogMode?
    /// Scripted faults as given; the broker reads them.
    package var faults: [String] = []
    /// Print nothing but addresses and errors.
    package var isQuiet = false
    /// Stop when standard input ends.
    package var endsWithInput = false

    package init() {}
}

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
    /// The bytes of memory for the log that are taken before the broker listens; nil for what the log keeps, up to a bound.
    package var prepareByteCount: Int?
    /// The time from a request to its answer, in ns.
    package var rttNs: Int64 = OptionTable.standard(\.brokerRtt)
    /// Whether connections are secured.
    package var isSecured = false
    /// Whether clients need a certificate.
    package var wantsCertificates = false
    /// How clients may show who they are; without any, nobody is asked.
    package var mechanisms: [MechanismChoice] = []
    /// A file of users with their passwords; nil for one user that is made.
    package var userFile: String?
    /// After what time clients have to show anew who they are, in ns; nil for never.
    package var reauthenticationNs: Int64?
    /// Where to write what clients need to know; nil for a temporary folder.
    package var securityDirectory: String?
    /// Answers tell how long the broker had their requests.
    package var tellsServiceTime = false
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
        prepareByteCount = try options(\.prepare)
        if log == .drop, prepareByteCount != nil {
            throw UsageError("--prepare: with --log drop there is no log to take memory for")
        }
        rttNs = try options(\.brokerRtt)
        tellsServiceTime = try options(\.serviceTime)
        wantsCertificates = try options(\.mutualTLS)
        isSecured = try options(\.tls) || wantsCertificates
        for mechanism in try options(\.sasl) where !mechanisms.contains(mechanism) { mechanisms.append(mechanism) }
        userFile = try options(\.userFile)
        reauthenticationNs = try options(\.reauthenticationTime)
        securityDirectory = try options(\.securityDirectory)
        faults = try options(\.fault)
        for row in [OptionTable.shared.userFile.row, OptionTable.shared.reauthenticationTime.row]
        where mechanisms.isEmpty && options.has(row) {
            throw UsageError("\(row.flag): nobody is asked who he is without --sasl")
        }
        if securityDirectory != nil, mechanisms.isEmpty, !isSecured {
            throw UsageError("--security-dir: there is nothing to write into it without --tls or --sasl")
        }
        isQuiet = try options(\.quiet)
        endsWithInput = try options(\.untilInputEnds)
        isControlled = try options(\.control)
        guard Int(port) + brokers - 1 <= UInt16.max else {
            throw UsageError("--brokers: \(brokers) brokers from port \(port) on need ports above \(UInt16.max)")
        }
    }
}

/// A mechanism by which clients show a broker who they are.
package enum MechanismChoice: String, NamedChoice {
    case plain = "PLAIN"
    case scramSHA256 = "SCRAM-SHA-256"
    case scramSHA512 = "SCRAM-SHA-512"
    case oauthBearer = "OAUTHBEARER"

    package static let noun = "mechanism of this broker"

    var mechanism: EmbeddedBrokerSecurity.Mechanism {
        switch self {
        case .plain: .plain
        case .scramSHA256: .scramSHA256
        case .scramSHA512: .scramSHA512
        case .oauthBearer: .oauthBearer
        }
    }
}

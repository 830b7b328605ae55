/// How large the values of the records are, in bytes.
package enum RecordSize: Sendable, Hashable, CustomStringConvertible {
    case fixed(Int)
    /// Every size between the two, both included, as likely as any other.
    case uniform(Int, Int)
    /// Log-normal: half of the records are smaller than `median`; `sigma` is the deviation of the size's logarithm.
    case lognormal(median: Int, sigma: Double)
    /// Each size with its weight.
    case list([WeightedSize])
    /// Those of a payload file.
    case pieces(count: Int, mean: Int, longest: Int)

    /// A size, and how often it comes compared with the others.
    package struct WeightedSize: Sendable, Hashable {
        package let byteCount: Int
        package let weight: Int
    }

    /// Where a log-normal distribution is cut: 1 MiB, with room for keys, headers and the batch.
    private static let lognormalMax = (1 << 20) - (16 << 10)

    /// The largest size accepted, 512 MiB: with it a batch stays below 1 GiB, far from the 2³¹ of its length field.
    package static let maximumByteCount = 1 << 29

    static let accepted = "a size, uniform:A:B, lognormal:MEDIAN:SIGMA or list:SIZE=WEIGHT,…"

    /// Reads `100`, `uniform:100:1000`, `lognormal:200:0.5`, `list:100=9,1000=1`.
    package init(parsing text: String) throws(ValueError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        switch (parts[0], parts.count) {
        case (_, 1) where !text.hasPrefix("list"): self = .fixed(try Self.size(text))
        case ("uniform", 3):
            let (low, high) = (try Self.size(parts[1]), try Self.size(parts[2]))
            guard low <= high else { throw ValueError("'\(text)': \(low) is more than \(high)") }
            self = .uniform(low, high)
        case ("lognormal", 3):
            guard let sigma = Double(parts[2]), sigma.isFinite, sigma > 0, sigma <= 4 else {
                throw ValueError("'\(text)': sigma is a number above 0, at most 4")
            }
            self = .lognormal(median: try Self.size(parts[1]), sigma: sigma)
        case ("list", 2): self = .list(try Self.weightedSizes(parts[1], of: text))
        default:
            throw ValueError("'\(text)' is not understood; accepted is \(Self.accepted)")
        }
    }

    /// The mean, rounded up: what a record costs on average.
    package var meanByteCount: Int {
        switch self {
        case .fixed(let size): size
        case .uniform(let low, let high): (low + high + 1) / 2
        case .lognormal(let median, let sigma):
            min(Int((Double(median) * Self.exponential(sigma * sigma / 2)).rounded(.up)), Self.maximumByteCount)
        case .list(let sizes):
            (sizes.reduce(0) { $0 + $1.byteCount * $1.weight } + sizes.reduce(0) { $0 + $1.weight } - 1)
                / sizes.reduce(0) { $0 + $1.weight }
        case .pieces(_, let mean, _): mean
        }
    }

    /// A size than which none is smaller.
    var minimumByteCount: Int {
        switch self {
        case .fixed(let size): size
        case .uniform(let low, _): low
        case .lognormal: 1
        case .list(let sizes): sizes.map(\.byteCount).min() ?? 0
        case .pieces: 0
        }
    }

    /// The largest size that comes.
    package var maximumByteCount: Int {
        switch self {
        case .fixed(let size): size
        case .uniform(_, let high): high
        case .lognormal(let median, let sigma):
            // Of a thousand sizes evenly spread over the distribution none lies further out than 3.3 deviations. Kafka's
            // default limit of a batch cuts that, unless half of the records would lie above it.
            min(
                Int((Double(median) * Self.exponential(3.3 * sigma)).rounded(.up)), max(median, Self.lognormalMax),
                Self.maximumByteCount)
        case .list(let sizes): sizes.map(\.byteCount).max() ?? 0
        case .pieces(_, _, let longest): longest
        }
    }

    package var description: String {
        switch self {
        case .fixed(let size): "\(size)"
        case .uniform(let low, let high): "uniform:\(low):\(high)"
        case .lognormal(let median, let sigma): "lognormal:\(median):\(sigma)"
        case .list(let sizes): "list:" + sizes.map { "\($0.byteCount)=\($0.weight)" }.joined(separator: ",")
        case .pieces(let count, let mean, let longest): "\(count) of \(mean) on average, \(longest) at most"
        }
    }

    private static func size(_ text: String) throws(ValueError) -> Int {
        let size = try Quantity.byteCount(text)
        guard (1...Int64(maximumByteCount)).contains(size) else {
            throw ValueError("'\(text)': a record's size is 1 … \(Quantity.formatBytes(Int64(maximumByteCount)))")
        }
        return Int(size)
    }

    private static func weightedSizes(_ list: String, of text: String) throws(ValueError) -> [WeightedSize] {
        var sizes: [WeightedSize] = []
        for entry in list.split(separator: ",", omittingEmptySubsequences: false) {
            let pair = entry.split(separator: "=", omittingEmptySubsequences: false)
            guard pair.count == 2, let weight = Int(pair[1]), (1...1_000_000).contains(weight), sizes.count < 1000
            else {
                throw ValueError("'\(text)': an entry is SIZE=WEIGHT, the weight a whole number 1 … 1000000")
            }
            let size = try Self.size(String(pair[0]))
            guard !sizes.contains(where: { $0.byteCount == size }) else {
                throw ValueError("'\(text)' has size \(size) twice")
            }
            sizes.append(WeightedSize(byteCount: size, weight: weight))
        }
        return sizes
    }

    /// e to the power of `x`, 0 … 14, by its series: the only transcendental function needed here.
    private static func exponential(_ x: Double) -> Double {
        var term = 1.0
        return (1...60).reduce(1.0) { sum, n in
            term *= x / Double(n)
            return sum + term
        }
    }
}

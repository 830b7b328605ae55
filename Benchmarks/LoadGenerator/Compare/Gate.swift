import KafkaProtocol

/// How far a metric may get worse: `throughput_rps:-5%`.
package struct Gate: Sendable, Equatable, CustomStringConvertible {
    package let metric: MetricColumn
    /// −0.05 for 5 % less, 0.1 for 10 % more.
    package let bound: Double

    package static let accepted =
        "COLUMN:-N% for a metric that must not fall further, COLUMN:+N% for one that must not rise further"

    package init(parsing text: String) throws(ValueError) {
        guard let colon = text.lastIndex(of: ":"), colon > text.startIndex else {
            throw ValueError("'\(text)' has no bound; accepted is \(Self.accepted)")
        }
        let name = String(text[..<colon])
        let bound = text[text.index(after: colon)...]
        metric = try MetricColumn(parsing: name)
        guard let sign = bound.first, sign == "-" || sign == "+" else {
            throw ValueError("'\(text)' has no sign before its bound; accepted is \(Self.accepted)")
        }
        guard bound.hasSuffix("%") else {
            throw ValueError("'\(text)' has no % behind its bound; accepted is \(Self.accepted)")
        }
        guard let percent = Double(bound.dropFirst().dropLast()), percent.isFinite, percent >= 0,
            percent < 100 || sign == "+"
        else { throw ValueError("'\(bound)' is no percentage from 0, and less than 100 where it is a loss") }
        self.bound = (sign == "-" ? -percent : percent) / 100
        switch metric.direction {
        case .higher where sign == "+":
            throw ValueError(
                "'\(text)': \(name) is better when it is higher, so its bound is a loss: \(name):-\(bound.dropFirst())")
        case .lower where sign == "-":
            throw ValueError(
                "'\(text)': \(name) is better when it is lower, so its bound is a rise: \(name):+\(bound.dropFirst())")
        default: break
        }
    }

    package var description: String {
        let sign = bound < 0 || (bound == 0 && metric.direction == .higher) ? "-" : "+"
        return "\(metric.name):\(sign)\(Percent.text(abs(bound)))"
    }

    /// Whether a change is worse than the gate allows.
    func forbids(_ change: Double) -> Bool {
        bound < 0 || metric.direction == .higher ? change < bound : change > bound
    }

    /// Comma lists of several gates are several gates.
    package static func list(_ text: String) throws(ValueError) -> [Gate] {
        var gates: [Gate] = []
        for entry in text.split(separator: ",", omittingEmptySubsequences: false) {
            gates.append(try Gate(parsing: String(entry)))
        }
        return gates
    }
}

extension MetricColumn {
    /// - Throws: `ValueError` with the nearest name when there is no such metric.
    package init(parsing name: String) throws(ValueError) {
        guard let metric = MetricColumn(named: name) else {
            let alike = Self.all.map(\.name).filter { !name.isEmpty && $0.contains(name) }
            let suggestion =
                Suggestion.words(for: name, among: Self.all.map(\.name))
                ?? (alike.isEmpty ? "" : "; did you mean \(alike.prefix(3).map { $0 }.asAlternatives)?")
            throw ValueError("'\(name)' is not a metric of runs.csv\(suggestion)")
        }
        self = metric
    }
}

/// Shares as people read them.
enum Percent {
    /// `+4.2%`, `-0.35%`: two digits where one would be little.
    static func signed(_ share: Double) -> String { (share < 0 ? "" : "+") + text(share) }

    /// `4 %`, as sentences have it.
    static func whole(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }

    /// `4.2%`
    static func text(_ share: Double) -> String {
        let percent = share * 100
        return (Decimal.shortText(percent, decimals: abs(percent) < 1 ? 2 : 1) ?? "?") + "%"
    }
}

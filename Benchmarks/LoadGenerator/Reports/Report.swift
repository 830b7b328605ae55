/// What a command has found, apart from the formats in which it is written.
package struct Report: Sendable, Equatable {
    /// Figures for people, few columns wide.
    package struct Table: Sendable, Equatable {
        package var title: String
        package var header: [String]
        /// Each as long as the header.
        package var rows: [[String]]

        package init(title: String, header: [String], rows: [[String]]) {
            self.title = title
            self.header = header
            self.rows = rows
        }
    }

    /// `kbench`, and what it did.
    package var title: String
    package var checks: [Check]
    package var tables: [Table]

    package init(title: String, checks: [Check], tables: [Table] = []) {
        self.title = title
        self.checks = checks
        self.tables = tables
    }

    func count(_ outcome: Check.Outcome) -> Int { checks.count { $0.outcome == outcome } }

    /// How many checks came to what: `1 missed, 2 inconclusive, 9 passed`.
    package var tally: String { Self.tally(checks.map(\.outcome)) }

    static func tally(_ outcomes: [Check.Outcome]) -> String {
        let order: [Check.Outcome] = [.failed, .missed, .inconclusive, .passed]
        let parts = order.compactMap { outcome in
            let count = outcomes.count { $0 == outcome }
            return count > 0 ? "\(count) \(outcome.rawValue)" : nil
        }
        return parts.isEmpty ? "nothing was judged" : parts.joined(separator: ", ")
    }
}

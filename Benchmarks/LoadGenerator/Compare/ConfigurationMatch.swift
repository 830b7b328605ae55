/// Rows of two sides whose configurations are the same, or meant to be compared.
package struct ConfigurationMatch: Sendable, Equatable {
    /// What tells this configuration from the others: `codec=lz4 cores=2`; empty when there is one alone.
    package let label: String
    package let base: [RunRow]
    package let new: [RunRow]

    /// What came of matching two sides.
    package struct Result: Sendable, Equatable {
        package var matches: [ConfigurationMatch] = []
        /// Columns in which the sides differ as a whole, with both values: what is compared.
        package var differences: [String] = []
        /// Configurations that only one side has.
        package var baseAlone: [String] = []
        package var newAlone: [String] = []
    }

    /// Columns that have one value on each side, and not the same on both, are what is compared; rows match by all others.
    package static func match(base: [RunRow], new: [RunRow]) -> Result {
        var result = Result()
        var (bases, news) = (base.map(\.configuration), new.map(\.configuration))
        let names = RunResult.empty.configurationColumnNames
        var varied: [String] = []
        for name in names {
            let (baseValues, newValues) = (Set(bases.compactMap { $0[name] }), Set(news.compactMap { $0[name] }))
            if baseValues.count == 1, newValues.count == 1, baseValues != newValues {
                result.differences.append("\(name) \(Self.shown(baseValues)) and \(Self.shown(newValues))")
                for index in bases.indices { bases[index][name] = nil }
                for index in news.indices { news[index][name] = nil }
            } else if baseValues.union(newValues).count > 1 {
                varied.append(name)
            }
        }
        func label(_ configuration: [String: String]) -> String {
            varied.compactMap { name in
                guard let value = configuration[name], !value.isEmpty else { return nil }
                return "\(name)=\(value)"
            }.joined(separator: " ")
        }
        let (baseGroups, newGroups) = (Groups(base, bases), Groups(new, news))
        for (key, rows) in baseGroups.inOrder {
            if let others = newGroups.rows[key] {
                result.matches.append(ConfigurationMatch(label: label(key), base: rows, new: others))
            } else {
                result.baseAlone.append(label(key))
            }
        }
        result.newAlone = newGroups.order.filter { baseGroups.rows[$0] == nil }.map(label)
        return result
    }

    private static func shown(_ values: Set<String>) -> String {
        guard let value = values.first, !value.isEmpty else { return "none" }
        return value
    }

    /// Rows by their configuration, in the order in which configurations come first.
    private struct Groups {
        var order: [[String: String]] = []
        var rows: [[String: String]: [RunRow]] = [:]

        init(_ all: [RunRow], _ configurations: [[String: String]]) {
            for (row, configuration) in zip(all, configurations) {
                if rows[configuration] == nil { order.append(configuration) }
                rows[configuration, default: []].append(row)
            }
        }

        var inOrder: [(key: [String: String], rows: [RunRow])] { order.map { ($0, rows[$0] ?? []) } }
    }
}

extension RunRow {
    /// What tells configurations apart: every column of what was asked for, but for those that differ by themselves. Columns
    /// that an older kbench didn't have are what that one always did.
    package var configuration: [String: String] {
        var configuration: [String: String] = [:]
        for name in RunResult.empty.configurationColumnNames where !Self.incidental.contains(name) {
            configuration[name] = self[name] ?? Self.once[name] ?? ""
        }
        return configuration
    }

    /// Columns that differ between runs of one configuration.
    private static let incidental: Set<String> = ["run", "started_at", "seed"]
    private static let once = [
        "door": "lane", "may_reorder": "false", "mode": "produce", "isolation": "read_uncommitted",
    ]
}

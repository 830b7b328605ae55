/// Cells in columns, for people.
enum TextTable {
    /// A line for each row, without white space at its end; two spaces between columns.
    ///
    /// - Parameters:
    ///   - rows: each as long as the first.
    ///   - isLeft: whether a column stands to the left, as words do; numbers stand to the right.
    static func text(_ rows: [[String]], isLeft: (Int) -> Bool) -> String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - row[column].count)
                return isLeft(column) ? row[column] + padding : padding + row[column]
            }
            let line = cells.joined(separator: "  ")
            return line.prefix(upTo: line.lastIndex { $0 != " " }.map(line.index(after:)) ?? line.startIndex) + "\n"
        }.joined()
    }
}

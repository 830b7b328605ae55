/// Rows of comma-separated values, RFC 4180 with a newline at the end of a row.
package enum CSV {
    /// One row. A cell that is nil was not measured and stays empty.
    package static func row(_ cells: [String?]) -> String {
        cells.map { quoted($0 ?? "") }.joined(separator: ",") + "\n"
    }

    private static func quoted(_ cell: String) -> String {
        guard cell.utf8.contains(where: { #"",\#r\#n"#.utf8.contains($0) }) else { return cell }
        let doubled = cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
        return "\"\(doubled)\""
    }

    /// The rows of a text, each with its cells.
    ///
    /// - Throws: `ValueError` for a quote that is not closed, or that stands where none can.
    package static func rows(_ text: String) throws(ValueError) -> [[String]] {
        var rows: [[String]] = []
        var cells: [String] = []
        var cell: [UInt8] = []
        var isQuoted = false
        var wasQuoted = false
        func endCell() {
            cells.append(String(decoding: cell, as: UTF8.self))
            cell.removeAll(keepingCapacity: true)
            wasQuoted = false
        }
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\"") where isQuoted: isQuoted = false
            case UInt8(ascii: "\"") where wasQuoted || cell.isEmpty:
                // The second of two quotes within a quoted cell is one of its own.
                if wasQuoted { cell.append(byte) }
                (isQuoted, wasQuoted) = (true, true)
            case UInt8(ascii: "\""): throw ValueError("row \(rows.count + 1) has a quote in the middle of a cell")
            case UInt8(ascii: ",") where !isQuoted: endCell()
            case UInt8(ascii: "\n") where !isQuoted:
                endCell()
                rows.append(cells)
                cells = []
            default: cell.append(byte)
            }
        }
        guard !isQuoted else { throw ValueError("row \(rows.count + 1) has a quote that is not closed") }
        if !cell.isEmpty || !cells.isEmpty || wasQuoted {
            endCell()
            rows.append(cells)
        }
        return rows
    }
}

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
}

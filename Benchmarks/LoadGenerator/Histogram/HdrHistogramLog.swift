/// The text of an HdrHistogram interval log: any number of tagged histograms over one interval of time.
///
/// Format version 1.3 of HdrHistogram's `HistogramLogWriter`; times in seconds, `Interval_Max` in milliseconds.
package struct HdrHistogramLog: Sendable {
    /// The log so far.
    package private(set) var text: String

    /// - Parameter startedAtMs: when the run began, milliseconds since 1970.
    package init(startedAtMs: Int64) {
        let seconds = Decimal.text(thousandths: startedAtMs)
        let words = Timestamp(epochMs: startedAtMs).iso8601
        text = """
            #[Logged with kbench]
            #[Histogram log format version 1.3]
            #[StartTime: \(seconds) (seconds since epoch), \(words)]
            #[BaseTime: \(seconds) (seconds since epoch)]
            "StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"

            """
    }

    /// Appends a line.
    ///
    /// - Parameters:
    ///   - tag: letters, digits, `-` and `_`; commas and white space would end it.
    ///   - startNs: begin of the interval, after the start of the log.
    ///   - lengthNs: how long it was.
    package mutating func append(tag: String, startNs: Int64, lengthNs: Int64, histogram: HdrHistogram) {
        precondition(!tag.isEmpty && !tag.contains { $0 == "," || $0.isWhitespace }, "a tag that cannot be read back")
        let start = Decimal.text(thousandths: startNs / 1_000_000)
        let length = Decimal.text(thousandths: lengthNs / 1_000_000)
        let largest = Decimal.text(thousandths: histogram.max / 1000)
        text += "Tag=\(tag),\(start),\(length),\(largest),\(histogram.encodedBase64())\n"
    }
}

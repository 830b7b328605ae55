import KafkaClient
import KafkaTransport

/// `slowest.csv`: the slowest batches of each run, and where the time of each went.
struct SlowestFile: Sendable, Equatable {
    let path: String

    static let columnNames = [
        "run", "rank", "ended_s", "total_us", "topic", "partition", "broker", "first_offset", "records", "bytes",
        "attempts",
        "outcome", "due_us", "build_us", "compress_us", "queue_us", "throttle_us", "retry_us", "wire_us", "broker_us",
        "error",
    ]

    /// Appends the batches of a run, the slowest first, after the header if the file is new.
    ///
    /// - Parameter begin: of the run.
    /// - Throws: `OutputError`; the file then ends where it ended before.
    func append(run: Int, _ batches: SlowestBatches, since begin: MonotonicInstant) throws(OutputError) {
        let rows = batches.sorted.enumerated().map { index, entry in
            let (delivery, parts) = (entry.delivery, entry.parts)
            var firstOffset: Int64?
            if case .acknowledged(let offset, _) = delivery.outcome, offset >= 0 { firstOffset = offset }
            let batch: [String?] = [
                String(run), String(index + 1),
                Decimal.text(Double(delivery.ended.nanoseconds(since: begin)) / 1e9, decimals: 6),
                Decimal.text(thousandths: entry.totalNs), delivery.batch.topic, String(delivery.partition),
                (delivery.exchanges.last?.broker).map { String($0) }, firstOffset.map { String($0) },
                String(delivery.batch.recordCount), String(delivery.batch.byteCount), String(delivery.exchanges.count),
                delivery.isAcknowledged ? "acknowledged" : "failed",
            ]
            let times = [
                parts.due, parts.build, parts.compress, parts.queue, parts.throttle, parts.retry, parts.wire,
                parts.broker,
            ].map { $0.map(Decimal.text(thousandths:)) }
            return CSV.row(batch + times + [Self.error(of: delivery)])
        }
        try OutputFile(path: path).append(rows.joined(), header: CSV.row(Self.columnNames))
    }

    /// What went wrong last with a batch, on one line; nil when nothing did.
    private static func error(of delivery: Delivery) -> String? {
        let failed = delivery.exchanges.last { $0.errorCode != KafkaErrorCode.none }
        let words = delivery.error.map { "\($0)" } ?? failed?.error.map { "\($0)" } ?? failed?.errorCode.map { "\($0)" }
        // A broker's message may have any characters.
        return words?.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}

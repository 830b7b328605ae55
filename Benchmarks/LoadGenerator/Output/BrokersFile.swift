/// `brokers.csv`: how the load of each run lay on the brokers.
struct BrokersFile: Sendable, Equatable {
    let path: String

    static let columnNames = [
        "run", "broker", "partitions_led", "connections", "batches", "records", "bytes", "share_of_records",
        "fair_share",
    ]

    /// Appends a row for each broker, after the header if the file is new.
    ///
    /// - Throws: `OutputError`; the file then ends where it ended before.
    func append(run: Int, _ placement: Placement) throws(OutputError) {
        let rows = placement.brokers.map { broker in
            let counts = [
                Int64(run), Int64(broker.id), Int64(broker.partitionsLed), Int64(broker.connections),
                broker.load.batches,
                broker.load.records, broker.load.bytes,
            ]
            let shares = [placement.share(of: broker), placement.shareEven].map { share in
                share.flatMap { Decimal.shortText($0, decimals: 4) }
            }
            return CSV.row(counts.map { String($0) } + shares)
        }
        try OutputFile(path: path).append(rows.joined(), header: CSV.row(Self.columnNames))
    }
}

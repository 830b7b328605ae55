/// `events.csv`: what happened to connections, leaders, topics and batches during a run.
package struct EventsFile: Sendable, Equatable {
    /// One event.
    package struct Row: Sendable, Equatable {
        package var run: Int
        /// After the start of the run, in ns.
        package var timeNs: Int64
        /// A word that stays: scripts look for it.
        package var event: String
        package var topic: String?
        package var partition: Int32?
        /// A node id.
        package var broker: Int32?
        /// For people, on one line.
        package var detail = ""

        package init(run: Int, timeNs: Int64, event: String) {
            self.run = run
            self.timeNs = timeNs
            self.event = event
        }
    }

    package let path: String

    package init(path: String) { self.path = path }

    package static let columnNames = ["run", "t_s", "event", "topic", "partition", "broker", "detail"]

    /// Appends the rows of a run, after the header if the file is new; a run in which nothing happened has none.
    ///
    /// - Throws: `OutputError`; the file then ends where it ended before.
    package func append(_ rows: [Row]) throws(OutputError) {
        let text = rows.map { row in
            CSV.row([
                String(row.run), Decimal.shortText(Double(row.timeNs) / 1e9, decimals: 6), row.event, row.topic,
                row.partition.map(String.init), row.broker.map(String.init), row.detail,
            ])
        }
        try OutputFile(path: path).append(text.joined(), header: CSV.row(Self.columnNames))
    }
}

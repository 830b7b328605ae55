import KafkaClient
import KafkaProtocol
import KafkaTransport

extension EventLog.History {
    /// A gap belongs to a leader's move when it lasts then, or begins within this time after it.
    private static let afterMoveNs: Int64 = 1_000_000_000

    /// The rows of `events.csv`, in the order of time.
    ///
    /// - Parameters:
    ///   - topic: the one that the gaps are of.
    func rows(run: Int, topic: String, gaps: PartitionGaps) -> [EventsFile.Row] {
        guard let begin else { return [] }
        var rows = entries.sorted { $0.event.time < $1.event.time }.map { entry in
            var row = EventsFile.Row(run: run, timeNs: entry.event.time.nanoseconds(since: begin), entry)
            if case .leaderMoved(topic, let partition, _, _, _) = entry.event.kind {
                let end = entry.event.time.advanced(byNanoseconds: Self.afterMoveNs)
                row.add(gaps.longest(of: partition, from: entry.event.time, to: end), keptNs: gaps.keptNs)
            }
            return row
        }
        if leftOutCount > 0 {
            var row = EventsFile.Row(run: run, timeNs: rows.last?.timeNs ?? 0, event: "left-out")
            row.detail = "\(leftOutCount) more events are not listed"
            rows.append(row)
        }
        return rows
    }
}

extension EventsFile.Row {
    /// Longer messages are cut off.
    private static let messageLengthMax = 200

    init(run: Int, timeNs: Int64, _ entry: EventLog.Entry) {
        self.init(run: run, timeNs: timeNs, event: entry.event.kind.name)
        switch entry.event.kind {
        case .connected(let broker, let endpoint): fill(broker, "\(endpoint)")
        case .secured(let broker, let endpoint, let version, let cipher, let isResumed):
            fill(broker, "\(endpoint): \(version), \(cipher)\(isResumed ? ", resumed" : "")")
        case .authenticated(let broker, let endpoint, let mechanism, let user),
            .reauthenticated(let broker, let endpoint, let mechanism, let user):
            fill(broker, "\(endpoint): \(mechanism)\(user.map { ", \($0)" } ?? "")")
        case .connectFailed(let broker, let endpoint, let error), .disconnected(let broker, let endpoint, let error):
            fill(broker, "\(endpoint): \(Self.text(error))")
        case .leaderMoved(let topic, let partition, let from, let to, let epoch):
            (self.topic, self.partition) = (topic, partition)
            fill(to, "from \(Self.name(from)) to \(Self.name(to)), leader epoch \(epoch)")
        case .topicGrew(let topic, let from, let to), .topicMadeAnew(let topic, let from, let to):
            self.topic = topic
            detail = "from \(from) to \(to) partitions"
        case .topicMissing(let topic), .topicGone(let topic), .topicFound(let topic): self.topic = topic
        case .throttled(let broker, let time): fill(broker, Self.text(time))
        case .retried(let topic, let partition, let broker, _, let error):
            (self.topic, self.partition) = (topic, partition)
            let batches = entry.batchCount > 1 ? " in \(entry.batchCount) batches" : ""
            fill(broker, "\(Quantity.counted(entry.recordCount, "record"))\(batches): \(Self.text(error))")
        case .batchSplit(let topic, let partition, let broker, let recordCount, let byteCount):
            (self.topic, self.partition) = (topic, partition)
            fill(broker, "\(Quantity.counted(Int64(recordCount), "record")) of \(byteCount) B are sent as two batches")
        case .identified(let producerID): detail = "producer id \(producerID)"
        case .epochBumped(let topic, let partition, let producerID, let from, let to):
            (self.topic, self.partition) = (topic, partition)
            detail = "producer id \(producerID), from epoch \(from) to \(to)"
        case .brokersChanged(let from, let to): detail = "from \(from) to \(to) brokers"
        case .leftOut(let name, let count): detail = "\(count) more of \(name) are not listed"
        case .unusableFiles(let error): detail = Self.text(error)
        case .groupTroubled(let group, let error): detail = "\(group): \(Self.text(error))"
        case .transactionAborted(let id, let duration, let error):
            detail = "\(id), after \(Self.text(duration))" + (error.map { ": \(Self.text($0))" } ?? "")
        case .transactionalProducerFailed(let id, let error): detail = "\(id): \(Self.text(error))"
        case .rebootstrapped: break
        }
    }

    /// - Parameter gap: nil when it was too short to be kept.
    fileprivate mutating func add(_ gap: AckGaps.Gap?, keptNs: Int64) {
        guard let gap else {
            detail += ", no batch waited for \(keptNs / 1_000_000) ms"
            return
        }
        detail += ", no acknowledgement for \(gap.durationNs / 1_000_000) ms"
        if gap.retriedRecords > 0 { detail += ", \(Quantity.counted(gap.retriedRecords, "record")) retried" }
    }

    /// - Parameter broker: -1 for none.
    private mutating func fill(_ broker: Int32, _ detail: String) {
        self.broker = broker < 0 ? nil : broker
        self.detail = detail
    }

    private static func name(_ broker: Int32) -> String { broker < 0 ? "none" : "\(broker)" }

    private static func text(_ time: Duration) -> String {
        "\(Decimal.shortText(Double(time.nanoseconds) / 1e6, decimals: 3) ?? "?") ms"
    }

    /// The code and the message, on one line.
    private static func text(_ error: KafkaClientError) -> String {
        let words = error.description.split { $0.isWhitespace || $0.isNewline }.joined(separator: " ")
        let line = String(
            String.UnicodeScalarView(words.unicodeScalars.filter { $0.properties.generalCategory != .control }))
        let short = line.count > messageLengthMax ? line.prefix(messageLengthMax - 1) + "…" : line[...]
        let code = error.brokerError?.name ?? error.code.rawValue
        return short.contains(code) ? String(short) : "\(code): \(short)"
    }
}

import KafkaClient

/// What options say against each other.
extension RunPlanReader {
    /// - Throws: `UsageError` with all pairs of options that can't be given together, whatever their values.
    func refuseContradictions() throws(UsageError) {
        let table = OptionTable.shared
        var problems = Problems()
        let exclusive = [
            (table.records.row, table.duration.row), (table.warmupRecords.row, table.warmupDuration.row),
            (table.payloadFile.row, table.recordSize.row), (table.payloadFile.row, table.compressibility.row),
            // Of other brokers nobody but the network decides how far away they are.
            (table.bootstrapServer.row, table.rtt.row),
        ]
        for (first, second) in exclusive where options.has(first) && options.has(second) {
            problems.add("\(first.flag) and \(second.flag) cannot be combined; give one of them")
        }
        let dependent = [
            (table.keySize.row, table.keys.row), (table.headerSize.row, table.headers.row),
            (table.payloadDelimiter.row, table.payloadFile.row), (table.keepTopic.row, table.bootstrapServer.row),
            (table.traceRate.row, table.trace.row), (table.expectWhere.row, table.expect.row),
        ]
        for (option, base) in dependent where options.has(option) && !options.has(base) {
            problems.add("\(option.flag) has no effect without \(base.flag)")
        }
        let stage = try options(\.stage)
        let brokerOnly = [
            table.bootstrapServer.row, table.topic.row, table.keepTopic.row, table.replicationFactor.row,
            table.rtt.row, table.commandConfig.row, table.commandProperty.row, table.metadataMaxAge.row, table.acks.row,
            table.idempotence.row, table.mayReorder.row, table.transactionalID.row, table.verify.row, table.trace.row,
        ]
        for option in brokerOnly where options.has(option) && stage != .broker {
            problems.add("\(option.flag) cannot be combined with --stage \(stage.rawValue), which needs no broker")
        }
        try problems.refuse()
    }

    /// - Throws: `UsageError` with all that the settings of a run say against each other.
    func check(_ configurations: [RunConfiguration], _ settings: ClientSettings) throws(UsageError) {
        var problems = Problems()
        for configuration in configurations {
            problems.add(contradictionsOf: configuration)
            problems.add(contradictionsOfTransactions: configuration, settings)
        }
        if options.has(\.transactionDuration), configurations.allSatisfy({ $0.transactionalID == nil }) {
            problems.add("--transaction-duration has no effect without --transactional-id")
        }
        if options.has(\.keySize), configurations.allSatisfy({ $0.keys == .none }) {
            problems.add("--key-size has no effect without --keys other than none")
        }
        if options.has(\.tasks), configurations.allSatisfy({ $0.door == .lane }) {
            problems.add("--tasks has no effect without --door other than lane")
        }
        if options.has(\.headerSize), configurations.allSatisfy({ $0.headerCount == 0 }) {
            problems.add("--header-size has no effect without --headers above 0")
        }
        try problems.refuse()
    }
}

extension Problems {
    fileprivate mutating func add(contradictionsOf run: RunConfiguration) {
        if run.partitioner.needsKeys, run.keys == .none {
            add("--partitioner \(run.partitioner.rawValue) goes by the key and needs --keys")
        }
        if run.codec != .none, run.stage == .generate || run.stage == .build {
            add("--codec \(run.codec) has no effect with --stage \(run.stage.rawValue)")
        }
        if run.door != .lane, run.stage != .broker {
            add(
                "--door \(run.door.rawValue) cannot be combined with --stage \(run.stage.rawValue): it leads to a broker"
            )
        }
        if run.idempotence == .on, run.acks != .all {
            add("--idempotence true needs --acks all, and not \(run.acks.rawValue)")
        }
        let most = ProducerConfiguration.inFlightIdempotentMax
        if run.idempotence == .on, !run.mayReorder, run.concurrency > most {
            add(
                """
                --idempotence true allows at most \(most) requests in flight for each broker and lane, and --concurrency is \
                \(run.concurrency)
                """)
        }
        if run.idempotence == .on, run.mayReorder {
            add("--idempotence true and --may-reorder cannot be combined: the order is kept; give one of them")
        }
        if run.rate != nil, run.stage != .broker, run.stage != .null {
            add("--rate cannot be combined with --stage \(run.stage.rawValue): nothing is acknowledged")
        }
        if run.keys != .none, run.keySize < 8, run.keys.keyCount > Int64(1) << Int64(8 * run.keySize) {
            add("--key-size: \(run.keys.keyCount) keys do not fit into \(run.keySize) bytes")
        }
        let needed = run.neededBatchByteCount
        if needed > run.batchSizeBytes {
            let size = Quantity.formatBytes(Int64(run.batchSizeBytes))
            add("--batch-size: a record may need \(needed) B with its overhead, which \(size) do not hold")
        }
        let largest = OptionTable.batchSizes.upperBound
        if run.batchSizeBytes > largest {
            let size = Quantity.formatBytes(Int64(largest))
            add("--record-size: a record may need \(needed) B with its key and headers; \(size) is the most")
        }
        if run.warmup == .untilSteady, run.stage == .generate {
            add("--warmup-duration auto cannot be combined with --stage generate: nothing is acknowledged")
        }
        if case .records = run.amount, run.payloadBytes == nil {
            add("--records: the bytes of so many records are beyond counting")
        }
    }
}

/// What transactions need.
extension Problems {
    fileprivate mutating func add(contradictionsOfTransactions run: RunConfiguration, _ settings: ClientSettings) {
        guard run.transactionalID != nil else { return }
        if run.door == .lane {
            let others = DoorChoice.allCases.filter { $0 != .lane }.map(\.rawValue).joined(separator: ", ")
            add(
                """
                --door lane goes in below the producer, which has the transactions; with --transactional-id give --door \(others), or \
                leave it out
                """)
        }
        if run.acks != .all { add("--transactional-id needs --acks all, and not \(run.acks.rawValue)") }
        if run.idempotence == .off { add("--transactional-id needs --idempotence true or auto, and not false") }
        if run.mayReorder {
            add("--transactional-id and --may-reorder cannot be combined: the order is kept; give one of them")
        }
        let most = ProducerConfiguration.inFlightIdempotentMax
        if !run.mayReorder, run.idempotence != .on, run.concurrency > most {
            add(
                """
                --transactional-id allows at most \(most) requests in flight for each broker and lane, and --concurrency is \
                \(run.concurrency)
                """)
        }
        let timeout = settings.transactionTimeout ?? RunConfiguration.usualTransactionTimeout
        if Duration.nanoseconds(run.transactionDurationNs) >= timeout {
            add(
                """
                --transaction-duration \(Quantity.formatDuration(ns: run.transactionDurationNs).filter { $0 != " " }): brokers abort \
                transactions after \(Quantity.formatDuration(ns: timeout.nanoseconds)); give a shorter one, or \
                -X transaction.timeout.ms=… more
                """)
        }
    }
}

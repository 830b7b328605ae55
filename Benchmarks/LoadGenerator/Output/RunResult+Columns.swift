package import KafkaJSON

/// A run as the columns of `runs.csv`, and as JSON with the same names.
extension RunResult {
    /// A cell with its column.
    struct Column {
        let name: String
        let value: JSONValue
        /// Nil: an empty cell.
        let text: String?
        /// Whether its cells are numbers that can be greater or less than another.
        var isNumber = false
    }

    /// Every column in its order, whatever was measured.
    var columns: [Column] {
        configurationColumns + securityColumns + resultColumns + latencyColumns + verificationColumns + [
            .text("verdict", verdict.rawValue)
        ]
    }

    /// The columns of what was asked for.
    var configurationColumnNames: [String] { (configurationColumns + securityColumns).map(\.name) }

    /// The columns of what was measured.
    var resultColumnNames: [String] { (resultColumns + latencyColumns + verificationColumns).map(\.name) }

    /// The columns as an object, and the verdicts in words.
    package var json: JSONValue {
        let reasons = verdicts.filter { $0.kind != .ok }.map(\.json)
        return .object(columns.map { ($0.name, $0.value) } + [("verdicts", .array(reasons))])
    }

    /// What was asked for; the rest is what came of it.
    var configurationColumns: [Column] {
        let c = configuration
        var records: Int64?
        if case .records(let count) = c.amount { records = count }
        let size: Column
        switch c.recordSize {
        case .fixed(let byteCount), .pieces(_, mean: let byteCount, _):
            size = .integer("record_size_bytes", Int64(byteCount))
        default: size = .text("record_size_bytes", c.recordSize.description)
        }
        return [
            .integer("run", Int64(run)), .text("started_at", startedAt.iso8601), .text("target", target),
            .text("stage", c.stage.rawValue), .text("builder", c.builder.rawValue), .integer("cores", Int64(c.cores)),
            .integer("concurrency", Int64(c.concurrency)), .text("codec", c.codec.codec.name),
            .integer("codec_level", c.codec.level.map(Int64.init)), .integer("partitions", Int64(c.partitions)),
            .integer("records", records), size, .integer("batch_size_bytes", Int64(c.batchSizeBytes)),
            .number("linger_ms", Double(c.lingerNs) / 1e6, decimals: 6), .text("acks", c.acks.rawValue),
            .bool("idempotence", c.isIdempotent), .number("rate_target_rps", c.rate, decimals: 6),
            Column(name: "seed", value: .unsigned(c.seed), text: String(c.seed)),
            .text("door", c.door.rawValue), .integer("tasks", c.door == .lane ? nil : Int64(c.tasks)),
            .number("rtt_ms", c.rttNs > 0 ? Double(c.rttNs) / 1e6 : nil, decimals: 6),
            .bool("may_reorder", c.mayReorder), .text("mode", c.mode.rawValue),
            .integer("consumers", c.reads ? Int64(c.consumers) : nil),
            .optional("role", c.mode == .endToEnd ? c.role.rawValue : nil),
            .optional("isolation", c.reads ? c.isolation.rawValue : nil), .optional("group", c.group),
            .optional("group_protocol", c.group == nil ? nil : c.groupProtocol.rawValue),
            .number(
                "transaction_duration_ms", c.transactionalID == nil ? nil : Double(c.transactionDurationNs) / 1e6,
                decimals: 6),
            .integer("decoders", c.mode == .consume ? Int64(c.decoders) : nil),
        ]
    }

    /// How connections were secured, which is known before they are.
    var securityColumns: [Column] {
        let (securityProtocol, mechanism) = (security?.securityProtocol.rawValue, security?.sasl?.name)
        return [
            .optional("security_protocol", securityProtocol), .optional("sasl_mechanism", mechanism),
        ]
    }

    private var resultColumns: [Column] {
        [
            .number("duration_s", durationSeconds, decimals: 6), .integer("records_acked", recordsAcked),
            .integer("records_failed", recordsFailed), .number("throughput_rps", throughputRps, decimals: 1),
            .number("throughput_bytes_per_s", throughputBytesPerSecond, decimals: 0),
            .number("wire_bytes_per_s", wireBytesPerSecond, decimals: 0),
            .number("compression_ratio", compressionRatio, decimals: 4), .integer("batches", batches),
            .number("records_per_batch", recordsPerBatch, decimals: 2),
            .number("client_cpu_s", clientCpuNs.map { Double($0) / 1e9 }, decimals: 6),
            .number("client_cpu_ns_per_record", clientCpuNsPerRecord, decimals: 2),
            .number("generator_cpu_ns_per_record", generatorCpuNsPerRecord, decimals: 2),
            .number("broker_cpu_s", brokerCpuNs.map { Double($0) / 1e9 }, decimals: 6),
            .integer("client_peak_rss_bytes", clientPeakRssBytes), .integer("leaders_moved", leadersMoved),
            .integer("records_retried", recordsRetried),
            .number("gap_max_ms", (longestGap?.durationNs).map { Double($0) / 1e6 }, decimals: 3),
            .number("generator_capacity_rps", generatorCapacityRps, decimals: 0),
            .number("generator_capacity_share", generatorCapacityShare, decimals: 4),
            .number("decompress_cpu_ns_per_record", decompressCpuNsPerRecord, decimals: 2),
            .number("group_join_s", groupJoinNs.map { Double($0) / 1e9 }, decimals: 6),
            .integer("transactions", transactions),
        ]
    }

    private var latencyColumns: [Column] {
        LatencyStage.allCases.flatMap { stage in
            let figures = latencies[stage]?.columns
            return LatencyFigures.columnNames.enumerated().map { position, name in
                let us = figures.map { Double($0[position].valueNs) / 1000 }
                return Column.number("latency_\(stage.rawValue)_\(name)_us", us, decimals: 3)
            }
        } + [
            .integer("latency_total_above_1h", recordsClamped),
            .integer("latency_end_to_end_not_positive", received?.notPositive),
            .number("clock_ahead_us", received?.clockAheadNs.map { Double($0) / 1e3 }, decimals: 3),
            .number("clock_error_us", received?.clockErrorNs.map { Double($0) / 1e3 }, decimals: 3),
        ]
    }
}

extension RunResult {
    private var verificationColumns: [Column] {
        let wrong = verified?.wrong
        return [
            .integer("records_read", verified?.read ?? received?.read ?? recordsRead),
            .integer("records_lost", wrong?.lost ?? received?.lost),
            .integer("records_duplicated", wrong?.duplicated ?? received?.duplicated),
            .integer("records_reordered", wrong?.reordered),
            .integer("records_corrupted", wrong?.corrupted),
        ]
    }
}

extension RunResult.Column {
    fileprivate static func text(_ name: String, _ text: String) -> Self {
        Self(name: name, value: .string(text), text: text)
    }

    fileprivate static func optional(_ name: String, _ text: String?) -> Self {
        Self(name: name, value: .optional(text), text: text)
    }

    fileprivate static func bool(_ name: String, _ value: Bool) -> Self {
        Self(name: name, value: .bool(value), text: String(value))
    }

    fileprivate static func integer(_ name: String, _ value: Int64?) -> Self {
        Self(name: name, value: .optional(value), text: value.map(String.init), isNumber: true)
    }

    fileprivate static func number(_ name: String, _ value: Double?, decimals: Int) -> Self {
        let text = value.flatMap { Decimal.shortText($0, decimals: decimals) }
        return Self(name: name, value: .optional(value), text: text, isNumber: true)
    }
}

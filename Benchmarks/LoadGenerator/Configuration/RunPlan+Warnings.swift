import KafkaClient

/// What is allowed and yet likely to go wrong.
extension RunPlan {
    /// Kafka's default of the broker's `message.max.bytes`.
    static let brokerBatchByteCountMax = 1_048_588

    /// Sentences without a full stop, each once. Linear in the number of configurations.
    package var warnings: [String] {
        sizeWarnings + pieceWarnings + securityWarnings + expectations.warnings(self)
    }

    private var securityWarnings: [String] {
        var warnings: [String] = []
        if target.areSecretsReadable, let path = target.commandConfigPath {
            warnings.append("others can read \(path), which holds secrets; chmod 600 \(path)")
        }
        let security = target.clientSettings.security
        if security.tls?.verification == TLSConfiguration.Verification.none {
            warnings.append("brokers' certificates are not verified: anybody on the way can pass for a broker")
        }
        if let name = security.sasl?.name, security.tls == nil, name == "PLAIN" || name == "OAUTHBEARER" {
            warnings.append("\(name) in the clear: whoever sees the connection has the password or token; use SASL_SSL")
        }
        return warnings
    }

    private var pieceWarnings: [String] {
        let sentences = configurations.compactMap { run -> String? in
            guard case .file(let path, _) = run.payload, case .pieces(let count, let mean, _) = run.recordSize else {
                return nil
            }
            let recordsPerBatch = run.batchSizeBytes / (mean + 7)
            guard count < recordsPerBatch else { return nil }
            return """
                a batch of \(run.batchSizeBytes) B holds about \(recordsPerBatch) records and '\(path)' has \(count): batches \
                repeat themselves, which flatters every codec; give a larger file or a smaller --batch-size
                """
        }
        return Set(sentences).sorted()
    }

    private var sizeWarnings: [String] {
        let sizes = configurations.lazy.filter { $0.stage == .broker }.map(\.batchSizeBytes)
        let remedy =
            target.bootstrapServers == nil
            ? "the embedded broker has that limit too"
            : "raise its message.max.bytes or the topic's max.message.bytes, or make batches or records smaller"
        return Set(sizes.filter { $0 > Self.brokerBatchByteCountMax }).sorted().map { size in
            """
            batches of up to \(size) B may be refused: a broker's message.max.bytes (max.message.bytes of the topic) is \
            \(Self.brokerBatchByteCountMax) B by default, after the codec; \(remedy)
            """
        }
    }
}

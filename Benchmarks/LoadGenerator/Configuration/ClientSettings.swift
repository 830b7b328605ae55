// Settings of the client by the names that Kafka's users know: Java's, and librdkafka's where they differ.

import KafkaClient
import KafkaProtocol

/// What `--command-config` and `--command-property` set beyond the options. Nil: the client's own default.
package struct ClientSettings: Sendable, Equatable {
    package var clientID = "kbench"
    package var connectTimeout: Duration?
    package var requestTimeout: Duration?
    package var deliveryTimeout: Duration?
    package var retryBackoff: Duration?
    package var retryBackoffMax: Duration?
    package var attempts: Int?
    package var inFlightPerBroker: Int?
    package var requestByteCountMax: Int?
    package var acks: AcksChoice?
    package var lingerNs: Int64?
    package var batchSizeBytes: Int?
    package var codec: CodecChoice?
    package var metadataMaxAgeNs: Int64?
    package var idempotence: IdempotenceChoice?
    package var transactionalID: String?
    /// After which brokers abort a transaction that has not ended.
    package var transactionTimeout: Duration?
    /// Whether metrics are pushed to brokers that ask for them (KIP-714).
    package var pushesMetrics = false
    package var security = ClientSecurity.none

    package init() {}

    private typealias Apply = @Sendable (inout ClientSettings, String) throws(ValueError) -> Void

    /// Every setting that is understood: Java's name, librdkafka's, the option of kbench that says the same, and what it
    /// does.
    private static let table: [(name: String, alias: String?, option: OptionRow?, apply: Apply)] = [
        ("client.id", nil, nil, { $0.clientID = $1 }),
        (
            "acks", "request.required.acks", OptionTable.shared.acks.row,
            { settings, text throws(ValueError) in
                settings.acks = try AcksChoice(parsing: text)
            }
        ),
        (
            "linger.ms", "queue.buffering.max.ms", OptionTable.shared.linger.row,
            { settings, text throws(ValueError) in
                let mostMs = Int(OptionTable.lingersNs.upperBound / 1_000_000)
                settings.lingerNs = Int64(try number(text, 0...mostMs)) * 1_000_000
            }
        ),
        (
            "batch.size", nil, OptionTable.shared.batchSize.row,
            { settings, text throws(ValueError) in
                settings.batchSizeBytes = try number(text, 1...OptionTable.batchSizes.upperBound)
            }
        ),
        (
            "compression.type", "compression.codec", OptionTable.shared.codec.row,
            { settings, text throws(ValueError) in
                settings.codec = try CodecChoice(parsing: text)
            }
        ),
        (
            "enable.metrics.push", nil, nil,
            { settings, text throws(ValueError) in
                settings.pushesMetrics = try flag(text)
            }
        ),
        (
            "metadata.max.age.ms", "topic.metadata.refresh.interval.ms", OptionTable.shared.metadataMaxAge.row,
            { settings, text throws(ValueError) in
                let bounds = OptionTable.metadataAgesNs
                let boundsMs = Int(bounds.lowerBound / 1_000_000)...Int(bounds.upperBound / 1_000_000)
                settings.metadataMaxAgeNs = Int64(try number(text, boundsMs)) * 1_000_000
            }
        ),
        (
            "max.in.flight.requests.per.connection", "max.in.flight", OptionTable.shared.concurrency.row,
            { settings, text throws(ValueError) in
                settings.inFlightPerBroker = try number(text, 1...100_000)
            }
        ),
        (
            "max.request.size", "message.max.bytes", nil,
            { settings, text throws(ValueError) in
                settings.requestByteCountMax = try number(text, 1 << 18...1 << 30)
            }
        ),
        (
            "request.timeout.ms", "socket.timeout.ms", nil,
            { settings, text throws(ValueError) in
                settings.requestTimeout = try milliseconds(text)
            }
        ),
        (
            "delivery.timeout.ms", "message.timeout.ms", nil,
            { settings, text throws(ValueError) in
                settings.deliveryTimeout = try milliseconds(text)
            }
        ),
        (
            "socket.connection.setup.timeout.ms", nil, nil,
            { settings, text throws(ValueError) in
                settings.connectTimeout = try milliseconds(text)
            }
        ),
        (
            "retries", "message.send.max.retries", nil,
            { settings, text throws(ValueError) in
                settings.attempts = try number(text, 0...Int(Int32.max)) + 1
            }
        ),
        (
            "retry.backoff.ms", nil, nil,
            { settings, text throws(ValueError) in
                settings.retryBackoff = .milliseconds(try number(text, 0...3_600_000))
            }
        ),
        (
            "retry.backoff.max.ms", nil, nil,
            { settings, text throws(ValueError) in
                settings.retryBackoffMax = .milliseconds(try number(text, 0...3_600_000))
            }
        ),
        (
            "enable.idempotence", nil, OptionTable.shared.idempotence.row,
            { settings, text throws(ValueError) in
                settings.idempotence = try flag(text) ? .on : .off
            }
        ),
        (
            "transactional.id", nil, OptionTable.shared.transactionalID.row,
            { settings, text throws(ValueError) in
                settings.transactionalID = try ValueKind<String>.transactionalID.parse(text)
            }
        ),
        (
            "transaction.timeout.ms", nil, nil,
            { settings, text throws(ValueError) in
                settings.transactionTimeout = try milliseconds(text)
            }
        ),
    ]

    /// Reads settings in order; of two with the same name the later one counts.
    ///
    /// - Parameter given: the options of the command line, which a setting must not contradict.
    /// - Throws: `UsageError` with every setting that is not accepted, and the nearest known one for a name that is not.
    init(
        _ properties: [TargetSettings.Property], given: ParsedOptions, variables: [String: String] = [:]
    ) throws(UsageError) {
        var problems = Problems()
        var security = SecurityProperties()
        let references = PropertyReferences(variables: variables)
        for property in properties {
            problems.collect { () throws(UsageError) in
                let property = try property.resolved(references)
                if SecurityProperties.knows(property.name) {
                    security.set(property.name, property.value)
                } else {
                    try apply(property, given)
                }
            }
        }
        problems.collect { () throws(UsageError) in self.security = try ClientSecurity(security, variables: variables) }
        if let retryBackoff, let retryBackoffMax, retryBackoff > retryBackoffMax {
            let (backoff, most) = (retryBackoff / .milliseconds(1), retryBackoffMax / .milliseconds(1))
            problems.add(
                "retry.backoff.ms=\(Int(backoff)) is more than retry.backoff.max.ms=\(Int(most)); make it at most as long"
            )
        }
        try problems.refuse()
    }

    private mutating func apply(_ property: TargetSettings.Property, _ given: ParsedOptions) throws(UsageError) {
        let name = property.name
        guard let entry = Self.table.first(where: { $0.name == name || $0.alias == name }) else {
            throw Self.unknown(name)
        }
        if let option = entry.option, given.has(option) {
            throw UsageError("\(name) and \(option.flag) say the same; give one of them")
        }
        do throws(ValueError) {
            try entry.apply(&self, property.value)
        } catch {
            throw UsageError("\(name)=\(property.redactedValue): \(error)")
        }
    }

    private static func unknown(_ name: String) -> UsageError {
        let names = table.flatMap { [$0.name] + ($0.alias.map { [$0] } ?? []) } + SecurityProperties.allNames
        let hint =
            Suggestion.words(for: name, among: names) ?? """
                ; known are \(table.map(\.name).joined(separator: ", ")), and for security \
                \(SecurityProperties.allNames.joined(separator: ", "))
                """
        return UsageError("unknown client setting \(name)\(hint)")
    }

    private static func number(_ text: String, _ range: ClosedRange<Int>) throws(ValueError) -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw ValueError("a whole number from \(range.lowerBound) to \(range.upperBound) is accepted")
        }
        return number
    }

    private static func flag(_ text: String) throws(ValueError) -> Bool {
        guard text == "true" || text == "false" else { throw ValueError("true or false is accepted") }
        return text == "true"
    }

    private static func milliseconds(_ text: String) throws(ValueError) -> Duration {
        .milliseconds(try number(text, 1...86_400_000))
    }

    /// Applies the settings that options of kbench set as well.
    func apply(to run: inout RunConfiguration) {
        if let acks { run.acks = acks }
        if let lingerNs { run.lingerNs = lingerNs }
        if let batchSizeBytes {
            run.batchSizeBytes = batchSizeBytes
            run.adaptsBatchSize = false
        }
        if let inFlightPerBroker { run.concurrency = inFlightPerBroker }
        if let codec { run.codec = codec }
        if let idempotence { run.idempotence = idempotence }
        if let metadataMaxAgeNs { run.metadataMaxAgeNs = metadataMaxAgeNs }
    }
}

extension TargetSettings.Property {
    /// The settings of a file of Java properties.
    ///
    /// - Throws: `UsageError` naming the file, and the line that is no property.
    static func read(_ path: String) throws(UsageError) -> [TargetSettings.Property] {
        guard let text = TextFile.text(path) else { throw UsageError("--command-config: \(path) can't be read") }
        do throws(ValueError) {
            return try JavaProperties.parse(text).map {
                let property = TargetSettings.Property(name: $0.name, value: $0.value)
                // A password may end with a space, as Java has it; a number never does.
                return property.isSecret ? property : TargetSettings.Property(name: $0.name, value: $0.value.trimmed)
            }
        } catch {
            throw UsageError("--command-config: \(path): \(error.description)")
        }
    }

    /// The setting with what its value refers to.
    func resolved(_ references: PropertyReferences) throws(UsageError) -> TargetSettings.Property {
        do throws(ValueError) {
            return TargetSettings.Property(name: name, value: try references.resolve(value))
        } catch {
            throw UsageError("\(name): \(error.description)")
        }
    }
}

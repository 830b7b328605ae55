import KafkaClient
import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport

// Values with a grammar of their own. The type of each value says what is accepted.

extension ValueKind where Value == RecordSize {
    static var recordSize: Self {
        Self(
            placeholder: "SIZE", accepted: RecordSize.accepted, completion: .nothing,
            parse: { text throws(ValueError) in try RecordSize(parsing: text) }, text: \.description)
    }
}

extension ValueKind where Value == KeyDistribution {
    static var keys: Self {
        Self(
            placeholder: "KEYS", accepted: KeyDistribution.accepted,
            completion: .words(["none", "sequential:", "uniform:", "zipf:"]),
            parse: { text throws(ValueError) in try KeyDistribution(parsing: text) }, text: \.description)
    }
}

extension ValueKind where Value == CodecChoice {
    static var codec: Self {
        Self(
            placeholder: "CODEC[:LEVEL]", accepted: Codec.acceptedForms,
            completion: .words(CompressionType.allCases.map(\.description)),
            parse: { text throws(ValueError) in try CodecChoice(parsing: text) }, text: \.description)
    }
}

extension ValueKind where Value == [BootstrapServer] {
    static var servers: Self {
        Self(
            placeholder: "HOST:PORT[,…]",
            accepted: "HOST:PORT[,…], or the name of a service such as _kafka._tcp.example.com",
            parse: { text throws(ValueError) in
                do throws(EndpointError) {
                    return try BootstrapServer.list(text)
                } catch {
                    throw ValueError(error.description)
                }
            }, text: { $0.map(\.description).joined(separator: ",") })
    }
}

extension ValueKind where Value == String {
    /// Kafka's own rule of names.
    static var topic: Self {
        let accepted = "1 … \(TopicName.characterCountMax) letters, digits, dots, dashes and underscores"
        return Self(
            placeholder: "NAME", accepted: accepted,
            parse: { text throws(ValueError) in
                guard TopicName.isLegal(text) else {
                    throw ValueError("'\(text)' is not a topic's name: \(accepted)")
                }
                return text
            }, text: { $0 })
    }
}

extension ValueKind where Value == String {
    /// Of a group.
    static var groupName: Self {
        let accepted = "a name of 1 … 249 characters"
        return Self(
            placeholder: "NAME", accepted: accepted,
            parse: { text throws(ValueError) in
                guard !text.isEmpty, text.utf8.count <= 249 else { throw ValueError("'\(text)' is not \(accepted)") }
                return text
            }, text: { $0 })
    }

    /// Of a producer in transactions.
    static var transactionalID: Self {
        let accepted = "an id of 1 … 32767 bytes"
        return Self(
            placeholder: "ID", accepted: accepted,
            parse: { text throws(ValueError) in
                guard (1...Int(Int16.max)).contains(text.utf8.count) else {
                    throw ValueError("\(text.isEmpty ? "it is empty" : "it is too long"); accepted is \(accepted)")
                }
                return text
            }, text: { $0 })
    }
}

extension ValueKind where Value == ListenAddress {
    static var listenAddress: Self {
        Self(
            placeholder: "[ADDRESS:]PORT", accepted: ListenAddress.accepted,
            parse: { text throws(ValueError) in try ListenAddress(parsing: text) }, text: \.description)
    }
}

extension ValueKind where Value == TargetSettings.Property {
    static var property: Self {
        Self(
            placeholder: "NAME=VALUE",
            parse: { text throws(ValueError) in
                guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
                    throw ValueError("'\(text)' is not NAME=VALUE")
                }
                return Value(name: String(text[..<equals]), value: String(text[text.index(after: equals)...]))
            }, text: { "\($0.name)=\($0.value)" })
    }
}

extension ValueKind where Value == BrokerOptions.LogMode {
    static var logMode: Self {
        Self(
            placeholder: "MODE", accepted: BrokerOptions.LogMode.accepted, completion: .words(["drop", "memory:"]),
            parse: { text throws(ValueError) in try BrokerOptions.LogMode(parsing: text) }, text: \.description)
    }
}

extension ValueKind where Value == FaultRule {
    static var fault: Self {
        Self(
            placeholder: "FAULT",
            parse: { text throws(ValueError) in
                do throws(EmbeddedBrokerError) {
                    return try FaultRule(parsing: text)
                } catch {
                    throw ValueError("\(error)")
                }
            }, text: { "\($0)" })
    }
}

extension ValueKind where Value == RunConfiguration.WarmUp {
    /// A time, or `auto`.
    static func warmUp(in range: ClosedRange<Int64>) -> Self {
        let time = ValueKind<Int64>.duration(in: range)
        return Self(
            placeholder: "TIME", accepted: time.accepted, completion: .words(["auto"]),
            parse: { text throws(ValueError) in
                text == "auto" ? .untilSteady : .fixed(.durationNs(try time.parse(text)))
            },
            text: { value in
                guard case .fixed(.durationNs(let ns)) = value else { return "auto" }
                return time.text(ns)
            })
    }
}

extension ValueKind where Value == [Gate] {
    static var gates: Self {
        Self(
            placeholder: "GATE[,…]", accepted: Gate.accepted,
            parse: { text throws(ValueError) in try Gate.list(text) },
            text: { $0.map(\.description).joined(separator: ",") })
    }
}

extension ValueKind where Value == [MetricColumn] {
    static var metrics: Self {
        Self(
            placeholder: "COLUMN[,…]", completion: .words(MetricColumn.all.map(\.name)),
            parse: { text throws(ValueError) in
                var metrics: [MetricColumn] = []
                for name in text.split(separator: ",", omittingEmptySubsequences: false) {
                    metrics.append(try MetricColumn(parsing: String(name)))
                }
                return metrics
            }, text: { $0.map(\.name).joined(separator: ",") })
    }
}

extension ValueKind where Value == [String] {
    /// Words of a command line in one argument.
    static var words: Self {
        Self(
            placeholder: "'OPTIONS'", mayBeginWithDash: true,
            parse: { text throws(ValueError) in try ShellWords.split(text) },
            text: { $0.joined(separator: " ") })
    }
}

extension ValueKind where Value == Double {
    /// A share that is written as `5%`.
    static func percent(in range: ClosedRange<Double>) -> Self {
        let accepted = "\(Percent.text(range.lowerBound)) … \(Percent.text(range.upperBound))"
        return Self(
            placeholder: "N%", accepted: accepted,
            parse: { text throws(ValueError) in
                guard text.hasSuffix("%"), let percent = Double(text.dropLast()), range.contains(percent / 100) else {
                    throw ValueError("'\(text)' is no such percentage; accepted is \(accepted)")
                }
                return percent / 100
            }, text: { Percent.text($0) })
    }
}

extension ValueKind where Value == OverList {
    static var over: Self {
        let names = OverList.names
        return Self(
            placeholder: "OPTION=LIST", completion: .words(names.map { $0 + "=" }),
            parse: { text throws(ValueError) in
                guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
                    throw ValueError("'\(text)' is not OPTION=LIST, such as codec=none,lz4")
                }
                let name = String(text[..<equals])
                guard names.contains(name) else {
                    let suggestion =
                        Suggestion.words(for: name, among: names) ?? "; it is one of \(names.asAlternatives)"
                    throw ValueError("'\(name)' is no option that takes a list of values to run\(suggestion)")
                }
                return OverList(option: name, list: String(text[text.index(after: equals)...]))
            }, text: { "\($0.option)=\($0.list)" })
    }
}

import KafkaClient
import KafkaProtocol

/// A setting with a fixed set of words, parsed and listed alike everywhere.
package protocol NamedChoice: RawRepresentable<String>, CaseIterable, Sendable, Hashable {
    /// What the setting is called in an error.
    static var noun: String { get }

    /// - Throws: `ValueError` that names the words that are accepted.
    init(parsing text: String) throws(ValueError)
}

extension NamedChoice {
    package init(parsing text: String) throws(ValueError) {
        guard let choice = Self(rawValue: text) else {
            throw Self.refusal(text)
        }
        self = choice
    }

    static func refusal(_ text: String) -> ValueError {
        let words = allCases.map(\.rawValue)
        let suggestion = Suggestion.words(for: text, among: words) ?? ""
        return ValueError("'\(text)' is not a \(noun); accepted is \(words.joined(separator: ", "))\(suggestion)")
    }
}

/// What a run does.
package enum RunMode: String, NamedChoice {
    /// Records are made and sent.
    case produce
    /// Records are read.
    case consume
    /// Records are sent and read at the same time, and the time from one to the other is measured.
    case endToEnd = "end-to-end"

    package static let noun = "mode"

    /// The stage whose latencies are what such runs are about; nil where records are only read.
    func shownStage(_ role: EndToEndRole) -> LatencyStage? {
        switch self {
        case .produce: .total
        case .consume: nil
        case .endToEnd: role == .produce ? .total : .endToEnd
        }
    }
}

/// What a process of `kbench end-to-end` does.
package enum EndToEndRole: String, NamedChoice {
    /// It sends and receives.
    case both
    /// It sends; another process on this machine receives.
    case produce
    /// It receives what other processes on this machine send.
    case consume

    package static let noun = "role"
}

/// Which records of transactions are read.
package enum IsolationChoice: String, NamedChoice {
    case readUncommitted = "read_uncommitted"
    case readCommitted = "read_committed"

    package static let noun = "isolation level"

    /// As the library names it.
    var level: IsolationLevel { self == .readCommitted ? .readCommitted : .readUncommitted }
}

/// How the members of a group and its coordinator agree on who reads what.
package enum GroupProtocolChoice: String, NamedChoice {
    /// A member assigns.
    case classic
    /// The coordinator assigns (KIP-848).
    case consumer

    package static let noun = "group protocol"

    /// As the library names it.
    var groupProtocol: GroupConfiguration.GroupProtocol { self == .consumer ? .consumer : .classic }
}

/// Where the pipeline ends.
package enum PipelineStage: String, NamedChoice {
    /// Records are made and thrown away.
    case generate
    /// Batches are built, without a codec.
    case build
    /// Batches are built and compressed.
    case compress
    /// Batches go all the way to a sink in this process that acknowledges at once.
    case null
    /// Batches go to a broker.
    case broker

    package static let noun = "stage"
}

/// Which strategy builds the batches.
package enum BuilderChoice: String, NamedChoice {
    case sequential, sharded

    package static let noun = "builder"
}

/// Through which of the library's doors records go in.
package enum DoorChoice: String, NamedChoice {
    /// A builder's lane, by a generator that lives on its thread.
    case lane
    /// A `RecordWriter` of each task, record by record.
    case writer
    /// The producer, record by record, by all tasks.
    case record
    /// The producer, chunk by chunk.
    case chunk

    package static let noun = "door"

    /// Whether records go in one by one.
    var takesRecords: Bool { self == .writer || self == .record }
}

/// How a record's partition is chosen.
package enum PartitionerChoice: String, NamedChoice {
    /// Not at all: the producer takes any.
    case none
    case roundRobin = "round-robin"
    /// One partition until its batch is full.
    case sticky
    /// Java's default for keys.
    case murmur2
    /// librdkafka's `consistent_random`.
    case crc32
    /// Sarama's, and librdkafka's `fnv1a_random`.
    case fnv1a
    /// A function of the key, as an application has one.
    case custom

    package static let noun = "partitioner"

    /// Whether it has nothing to go by without a key.
    package var needsKeys: Bool {
        switch self {
        case .murmur2, .crc32, .fnv1a, .custom: true
        case .none, .roundRobin, .sticky: false
        }
    }
}

/// Whether brokers store each batch once.
package enum IdempotenceChoice: String, NamedChoice {
    /// With `--acks all` and up to five requests in flight for each lane.
    case auto
    case on = "true"
    case off = "false"

    package static let noun = "value of idempotence"

    /// As the library takes it.
    package var setting: Bool? {
        switch self {
        case .auto: nil
        case .on: true
        case .off: false
        }
    }
}

/// Whose acknowledgement a produce request waits for.
package enum AcksChoice: String, NamedChoice {
    case none = "0"
    case leader = "1"
    case all

    package static let noun = "value of acks"

    /// As the library names it.
    package var acks: Acks {
        switch self {
        case .none: .none
        case .leader: .leader
        case .all: .all
        }
    }

    /// Reads `0`, `1`, `all` or `-1`.
    package init(parsing text: String) throws(ValueError) {
        if text == "-1" {
            self = .all
            return
        }
        guard let choice = Self(rawValue: text) else {
            throw ValueError("'\(text)' is not a \(Self.noun); accepted is 0, 1, all (or -1)")
        }
        self = choice
    }
}

/// How results are printed.
package enum OutputFormat: String, NamedChoice {
    case text, json

    package static let noun = "format"
}

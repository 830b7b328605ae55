/// What a shell can offer as an option's value.
enum OptionValues: Sendable, Equatable {
    /// Nothing: a number, a name, a time.
    case free
    /// Words; those that end with a colon are begun only.
    case words([String])
    case file
    case folder
}

extension CommandOption {
    var values: OptionValues {
        switch name {
        case .stage: .words(PipelineStage.allCases.map(\.rawValue))
        case .keys: .words(["none", "sequential:", "uniform:", "zipf:"])
        case .partitioner: .words(PartitionerChoice.allCases.map(\.rawValue))
        case .builder: .words(BuilderChoice.allCases.map(\.rawValue))
        case .codec: .words(CodecChoice.Name.allCases.map(\.rawValue))
        case .acks: .words(AcksChoice.allCases.map(\.rawValue))
        case .format: .words(OutputFormat.allCases.map(\.rawValue))
        case .log: .words(["drop", "memory:"])
        case .payloadFile, .commandConfig: .file
        case .output, .resume: .folder
        default: .free
        }
    }

    /// Whether it takes several values between commas.
    var isList: Bool { if case .sweep = arity { true } else { false } }

    var takesValue: Bool { !placeholder.isEmpty }

    /// Every way to write it, with its dashes.
    var spellings: [String] {
        (shortName.map { ["-\($0)"] } ?? []) + [name.flag] + aliases.map { "--" + $0 }
    }
}

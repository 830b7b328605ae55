import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport

/// A command for a broker that runs, as `kbench broker --control` reads it: a word and its arguments, separated by spaces.
enum ControlCommand: Equatable, Sendable {
    case fault(FaultRule)
    case clearFaults
    case grow(topic: String, partitions: Int)
    case anew(topic: String, partitions: Int)
    case create(topic: String, partitions: Int)
    case delete(topic: String)
    case leader(topic: String, partition: Int32, node: Int32)
    case leaderless(topic: String, partition: Int32)
    case elect
    /// Without a partition: all of the topic.
    case forgetProducers(topic: String, partition: Int32?)
    /// Another coordinator of a group.
    case coordinator(group: String, node: Int32)
    case freeze(node: Int32)
    case thaw(node: Int32)
    case stop(node: Int32)
    /// Without a port: the one that it had.
    case start(node: Int32, port: UInt16?)
    case pause(node: Int32)
    case resume(node: Int32)
    case add
    /// Without an endpoint: where it listens.
    case advertise(node: Int32, endpoint: Endpoint?)
    case hide(node: Int32)
    case show(node: Int32)
    case statistics
    /// The answers that rules have held back.
    case delays
    case clearDelays
    case help

    /// How each command is written: its words, those in capitals as placeholders, those in brackets optional.
    static let usages = [
        "fault RULE", "faults clear", "grow TOPIC N", "anew TOPIC N", "create TOPIC N", "delete TOPIC",
        "leader TOPIC PARTITION NODE", "leaderless TOPIC PARTITION", "elect", "forget-producers TOPIC [PARTITION]",
        "coordinator GROUP NODE", "freeze NODE", "thaw NODE", "stop NODE",
        "start NODE [PORT]", "pause NODE", "resume NODE", "add", "advertise NODE [HOST:PORT]", "hide NODE", "show NODE",
        "stats", "delays [clear]", "help",
    ]

    /// Reads a command.
    ///
    /// - Throws: `ValueError`, saying what is wrong and what is accepted.
    init(parsing line: String) throws(ValueError) {
        let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
        let name = words.first ?? ""
        guard let usage = Self.usages.first(where: { $0 == name || $0.hasPrefix(name + " ") }), !name.isEmpty else {
            let names = Self.usages.map { String($0.prefix { $0 != " " }) }
            let suggestion = Suggestion.words(for: name, among: names) ?? ""
            throw ValueError(
                "'\(name)' is no command; accepted are \(names.joined(separator: ", "))\(suggestion)")
        }
        let placeholders = usage.split(separator: " ").dropFirst()
        let needed = placeholders.count { !$0.hasPrefix("[") }
        guard (needed...placeholders.count).contains(words.count - 1) else {
            throw ValueError("'\(name)' takes other arguments; accepted is: \(usage)")
        }
        do {
            self = try Self.read(name, ControlArguments(words: Array(words.dropFirst())))
        } catch {
            throw ValueError("\(error); accepted is: \(usage)")
        }
    }

    /// - Parameter arguments: as many as the command takes.
    private static func read(_ name: String, _ arguments: ControlArguments) throws(ValueError) -> ControlCommand {
        switch name {
        case "fault": .fault(try arguments.rule(0))
        case "faults":
            if arguments.words == ["clear"] {
                .clearFaults
            } else {
                throw ValueError("'\(arguments.words[0])' is not understood")
            }
        case "grow": .grow(topic: arguments.words[0], partitions: try arguments.count(1))
        case "anew": .anew(topic: arguments.words[0], partitions: try arguments.count(1))
        case "create": .create(topic: arguments.words[0], partitions: try arguments.count(1))
        case "delete": .delete(topic: arguments.words[0])
        case "leader":
            .leader(
                topic: arguments.words[0], partition: try arguments.partition(1), node: try arguments.node(2))
        case "leaderless": .leaderless(topic: arguments.words[0], partition: try arguments.partition(1))
        case "elect": .elect
        case "forget-producers":
            .forgetProducers(
                topic: arguments.words[0], partition: arguments.words.count > 1 ? try arguments.partition(1) : nil)
        case "coordinator": .coordinator(group: arguments.words[0], node: try arguments.node(1))
        case "freeze": .freeze(node: try arguments.node(0))
        case "thaw": .thaw(node: try arguments.node(0))
        case "stop": .stop(node: try arguments.node(0))
        case "start":
            .start(node: try arguments.node(0), port: arguments.words.count > 1 ? try arguments.port(1) : nil)
        case "pause": .pause(node: try arguments.node(0))
        case "resume": .resume(node: try arguments.node(0))
        case "add": .add
        case "advertise":
            .advertise(
                node: try arguments.node(0), endpoint: arguments.words.count > 1 ? try arguments.endpoint(1) : nil)
        case "hide": .hide(node: try arguments.node(0))
        case "show": .show(node: try arguments.node(0))
        case "stats": .statistics
        case "delays":
            switch arguments.words {
            case []: .delays
            case ["clear"]: .clearDelays
            default: throw ValueError("'\(arguments.words[0])' is not understood")
            }
        default: .help
        }
    }
}

/// What stands behind the word of a command.
private struct ControlArguments {
    let words: [String]

    func count(_ index: Int) throws(ValueError) -> Int { try number(index, "number of partitions", 1...Int(Int32.max)) }
    func partition(_ index: Int) throws(ValueError) -> Int32 {
        Int32(try number(index, "partition", 0...Int(Int32.max)))
    }
    func node(_ index: Int) throws(ValueError) -> Int32 { Int32(try number(index, "node id", 0...Int(Int32.max))) }
    func port(_ index: Int) throws(ValueError) -> UInt16 {
        UInt16(try number(index, "port", 0...Int(UInt16.max)))
    }

    func endpoint(_ index: Int) throws(ValueError) -> Endpoint {
        do {
            return try Endpoint(parsing: words[index])
        } catch {
            throw ValueError(error.description)
        }
    }

    func rule(_ index: Int) throws(ValueError) -> FaultRule {
        do {
            return try FaultRule(parsing: words[index])
        } catch {
            throw ValueError(error.message)
        }
    }

    private func number(_ index: Int, _ what: String, _ range: ClosedRange<Int>) throws(ValueError) -> Int {
        guard let number = Int(words[index]), range.contains(number) else {
            throw ValueError("'\(words[index])' is no \(what) of \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}

import Foundation
import KafkaClient

/// What the command line says.
struct Options: Sendable {
    var servers: [String] = []
    var topics: [String] = []
    var lanes = 1
    var isKeyed = false
    var door = "writer"
    var rate = 200_000
    var seconds: Double?
    var maxAge = 300
    var acked: String?

    static let usage = """
        usage: drill SERVERS TOPIC… [--lanes N] [--keyed] [--door writer|record] [--rate RECORDS/S] [--seconds N]
                     [--max-age SECONDS] [--acked FOLDER]

        Appends records of 100 bytes that carry a running number to every topic, the rate divided among them, and tells
        by lines of JSON what becomes of them: one every 100 ms, one for each event, and a summary. It ends after
        --seconds, or when standard input ends. Before that, standard input may say:
          measure        gaps count from now on
          forget TOPIC   what was acknowledged so far need not be stored
        FOLDER gets a file TOPIC.acked with a bit for each number: whether the record was acknowledged.
        """

    init(_ arguments: [String]) {
        var rest = arguments[...]
        func value(of option: String) -> String {
            guard let value = rest.popFirst() else { Self.fail("\(option) needs a value") }
            return value
        }
        func number(of option: String) -> Int {
            guard let number = Int(value(of: option)), number > 0 else {
                Self.fail("\(option) takes a number from 1 on")
            }
            return number
        }
        while let word = rest.popFirst() {
            switch word {
            case "--lanes": lanes = number(of: word)
            case "--keyed": isKeyed = true
            case "--door": door = value(of: word)
            case "--rate": rate = number(of: word)
            case "--seconds": seconds = Double(number(of: word))
            case "--max-age": maxAge = number(of: word)
            case "--acked": acked = value(of: word)
            case _ where word.hasPrefix("-"): Self.fail("'\(word)' is not understood")
            case _ where servers.isEmpty: servers = word.split(separator: ",").map(String.init)
            default: topics.append(word)
            }
        }
        if topics.isEmpty { Self.fail("servers and a topic are needed") }
        if !["writer", "record"].contains(door) { Self.fail("--door is writer or record") }
    }

    private static func fail(_ reason: String) -> Never {
        FileHandle.standardError.write(Data("drill: \(reason)\n\(usage)\n".utf8))
        exit(64)
    }
}

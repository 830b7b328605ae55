import Foundation
import KafkaClient
import Synchronization

/// When appending is over, and what else standard input says.
final class Ending: Sendable {
    private let over = Atomic<Bool>(false)

    var isOver: Bool { over.load(ordering: .relaxed) }

    func end() { over.store(true, ordering: .relaxed) }

    /// Reads commands on a thread of its own.
    func readCommands(for topics: [TopicRecord]) {
        Thread.detachNewThread { [self] in
            while let line = readLine() {
                let words = line.split(separator: " ").map(String.init)
                switch words.first {
                case "measure": for topic in topics { topic.beginGaps() }
                case "forget": for topic in topics where topic.name == words.last { topic.forgetAcknowledged() }
                default: break
                }
            }
            end()
        }
    }
}

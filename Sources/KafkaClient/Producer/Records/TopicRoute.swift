import Synchronization

/// A topic as doors and lanes know it: its name is looked up once, and not for each record or chunk.
final class TopicRoute: Sendable {
    let name: String
    /// A small number, by which lanes find what they keep of the topic.
    let index: Int
    private let count: Atomic<Int>

    init(_ name: String, index: Int, partitionCount: Int) {
        self.name = name
        self.index = index
        count = Atomic(partitionCount)
    }

    /// The partitions that are known. They become more when the topic has gained some.
    var partitionCount: Int { count.load(ordering: .relaxed) }

    func grow(to partitionCount: Int) { count.max(partitionCount, ordering: .relaxed) }
}

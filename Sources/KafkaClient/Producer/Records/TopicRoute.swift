/// A topic as doors and lanes know it: its name is looked up once, and not for each record or chunk.
final class TopicRoute: Sendable {
    let name: String
    /// A small number, by which lanes find what they keep of the topic.
    let index: Int
    let partitionCount: Int

    init(_ name: String, index: Int, partitionCount: Int) {
        self.name = name
        self.index = index
        self.partitionCount = partitionCount
    }
}

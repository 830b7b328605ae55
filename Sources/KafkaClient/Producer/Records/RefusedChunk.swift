import KafkaProtocol

/// Records of which a door or a lane could not make a batch.
struct RefusedChunk: Sendable {
    let topic: String
    let recordCount: Int
    /// Those of all records of the chunk, where none was taken.
    let marks: [BatchMark]
    let error: KafkaClientError

    init(_ topic: KnownTopic, _ chunk: RecordChunk, _ range: Range<Int>, taken: Int = 0, _ error: KafkaClientError) {
        self.topic = topic.name
        recordCount = range.count - taken
        var marks: [BatchMark] = []
        // The records that were taken are the first ones.
        chunk.forEachMark(in: range.lowerBound + taken..<range.upperBound) { mark, run in
            marks.add(mark, at: run.lowerBound - range.lowerBound - taken, count: run.count)
        }
        self.marks = marks
        self.error = error
    }
}

import KafkaProtocol
import KafkaTransport

/// Records on their way from a door to a lane: a chunk or the part of it that belongs to the lane.
struct HandedChunk: Sendable {
    let topic: TopicRoute
    let chunk: RecordChunk
    let range: Range<Int>
    let targets: RecordTargets
    /// When the first record came, on both clocks. Records without a timestamp take the second.
    let began: MonotonicInstant
    let beganMs: Int64
    /// The bytes that count against the room as long as the lane has not written the records into batches.
    let byteCount: Int
    /// Where the records lie, to be used again; nil for a chunk of the user's.
    let origin: OpenChunk?
}

/// Records of which a door or a lane could not make a batch.
struct RefusedChunk: Sendable {
    let topic: String
    let recordCount: Int
    /// Those of all records of the chunk, where none was taken.
    let marks: [BatchMark]
    let error: KafkaClientError

    init(_ topic: TopicRoute, _ chunk: RecordChunk, _ range: Range<Int>, taken: Int = 0, _ error: KafkaClientError) {
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

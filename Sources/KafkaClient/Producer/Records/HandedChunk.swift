import KafkaProtocol
import KafkaTransport

/// Records on their way from a door to a lane: a chunk or the part of it that belongs to the lane.
struct HandedChunk: Sendable {
    let topic: KnownTopic
    let chunk: RecordChunk
    let range: Range<Int>
    let targets: RecordTargets
    /// The partitions that the topic needs for the targets. It may have fewer by now, if it was made anew.
    let partitionCount: Int
    /// When the first record came, on both clocks. Records without a timestamp take the second.
    let began: MonotonicInstant
    let beganMs: Int64
    /// The bytes that count against the room as long as the lane has not written the records into batches.
    let byteCount: Int
    /// Where the records lie, to be used again; nil for a chunk of the user's.
    let origin: OpenChunk?
}

extension HandedChunk {
    /// What could not be taken of it.
    ///
    /// - Parameter error: what the builder has thrown. The records that it says were taken are the first ones.
    func refused(_ error: any Error) -> RefusedChunk {
        let reason =
            error as? KafkaClientError
            ?? KafkaClientError(.closed, "records could not be handed to the builder", underlying: error)
        return RefusedChunk(topic, chunk, range, taken: reason.takenRecordCount, reason)
    }
}

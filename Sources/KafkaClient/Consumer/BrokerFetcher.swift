// Reads many partitions with few connections: one to each broker, and one request for all partitions that it leads.

import KafkaProtocol
import KafkaTransport

/// Fetches from those partitions of a topic that one broker leads, over one connection. It never retries.
///
/// Belongs to one actor and lives on its loop.
package final class BrokerFetcher {
    /// A partition, and the offset of the first record wanted.
    package struct Position {
        package let partition: Int32
        package let offset: Int64

        package init(partition: Int32, offset: Int64) {
            self.partition = partition
            self.offset = offset
        }
    }

    /// What the broker says of one partition.
    ///
    /// Source: Fetch, API key 1.
    package struct Answer {
        package let partition: Int32
        package let errorCode: KafkaErrorCode
        /// The offset behind the last record that every in-sync replica has; -1 with an error.
        package let highWatermark: Int64
        /// The first offset that is still in the log; -1 when the broker does not tell.
        package let logStartOffset: Int64
    }

    private let topic: String
    private let connection: LeaderConnection

    /// - Parameters:
    ///   - description: what is known of the topic.
    ///   - node: the broker's node id.
    ///   - loop: where the owner lives. Close this fetcher before the loop is shut down.
    package init(
        topic: String, _ description: TopicDescription, node: Int32, at endpoint: Endpoint, on loop: EventLoop,
        _ configuration: ConnectionConfiguration
    ) {
        self.topic = topic
        connection = LeaderConnection(
            to: PartitionLeader(id: node, endpoint: endpoint, topicID: description.id), on: loop, configuration)
    }

    /// - Throws: `KafkaClientError` when the broker can't be connected to. `CancellationError`.
    package nonisolated(nonsending) func open() async throws { try await connection.open() }

    /// Asks for records of several partitions, and calls `body` with what the broker says of each.
    ///
    /// - Parameters:
    ///   - positions: the broker serves them in this order until `byteCountMax` is reached.
    ///   - byteCountMax: the most bytes of records of all partitions together. The first batch is sent whole even when it is
    ///     longer.
    ///   - partitionByteCountMax: the most bytes of records of one partition.
    ///   - maxWait: how long the broker waits for a first record. It gets whole milliseconds.
    ///   - body: gets the batches of a partition, one behind the other; the last one may be cut off. They are valid during
    ///     the call.
    /// - Returns: the error code of the answer as a whole, and the bytes of records in it.
    /// - Throws: `KafkaClientError` when there is no answer: `.connectionFailed`, `.requestTimedOut`, `.protocolViolation`,
    ///   `.unsupportedVersion` or `.closed`. `CancellationError`.
    ///
    /// Source: Fetch, API key 1, versions 4 to 18, without a session (KIP-227).
    package nonisolated(nonsending) func fetch(
        _ positions: [Position], byteCountMax: Int32, partitionByteCountMax: Int32, maxWait: Duration,
        timeout: Duration, _ body: @escaping (Answer, RawSpan) -> Void
    ) async throws -> (errorCode: KafkaErrorCode, byteCount: Int) {
        var request = FetchRequest()
        request.maxWaitMs = maxWait.milliseconds
        request.minBytes = 1
        request.maxBytes = byteCountMax
        var asked = FetchRequest.Topic()
        asked.name = topic
        asked.topicID = connection.leader.topicID
        asked.partitions = positions.map { position in
            var partition = FetchRequest.Partition()
            partition.index = position.partition
            partition.fetchOffset = position.offset
            partition.partitionMaxBytes = partitionByteCountMax
            return partition
        }
        request.topics = [asked]
        return try await connection.exchange(request, byNameUpTo: 12, timeout: timeout + maxWait) {
            frame, version, _ throws(WireError) in
            let response = try ResponseFrame.decode(FetchResponse.self, version: version, frame)
            var byteCount = 0
            for answer in response.topics.flatMap(\.partitions) {
                let told = Answer(
                    partition: answer.index, errorCode: answer.errorCode, highWatermark: answer.highWatermark,
                    logStartOffset: answer.logStartOffset)
                if case .located(let range) = answer.records {
                    byteCount += range.count
                    body(told, UnsafeRawBufferPointer(rebasing: frame[range]).bytes)
                } else {
                    body(told, RawSpan())
                }
            }
            return (response.errorCode, byteCount)
        }
    }

    /// Closes the connection. Calls that wait for an answer throw `.closed`, and have thrown it when this returns.
    package nonisolated(nonsending) func close() async { await connection.close() }
}

import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaEmbeddedBroker

/// Runs `body` with a broker that is stopped afterwards, whatever happens.
func withBroker(
    _ change: (inout EmbeddedBrokerConfiguration) -> Void = { _ in },
    _ body: (EmbeddedBroker, [Endpoint]) async throws -> Void
) async throws {
    var configuration = EmbeddedBrokerConfiguration()
    change(&configuration)
    let broker = try EmbeddedBroker(configuration)
    let endpoints = try await broker.start()
    do {
        try await body(broker, endpoints)
    } catch {
        await broker.stop()
        throw error
    }
    await broker.stop()
}

/// A sealed batch of records without keys, each of `valueByteCount` bytes.
func makeBatch(
    records: Int = 1, valueByteCount: Int = 10, baseTimestampMs: Int64 = 1_700_000_000_000,
    _ change: (inout RecordBatchHeader) -> Void = { _ in }
) -> [UInt8] {
    var body: [UInt8] = []
    func varint(_ value: Int, into bytes: inout [UInt8]) {
        var rest = UInt64(bitPattern: Int64(value << 1 ^ value >> 63))
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
    for index in 0..<records {
        var record: [UInt8] = [0]
        varint(index, into: &record)  // timestamp delta
        varint(index, into: &record)  // offset delta
        varint(-1, into: &record)
        varint(valueByteCount, into: &record)
        record.append(contentsOf: repeatElement(UInt8(truncatingIfNeeded: 65 + index), count: valueByteCount))
        varint(0, into: &record)
        varint(record.count, into: &body)
        body += record
    }
    var header = RecordBatchHeader()
    header.batchByteCount = RecordBatchHeader.byteCount + body.count
    header.lastOffsetDelta = Int32(records - 1)
    header.recordCount = Int32(records)
    header.baseTimestampMs = baseTimestampMs
    header.maxTimestampMs = baseTimestampMs + Int64(records - 1)
    change(&header)
    var batch = [UInt8](repeating: 0, count: RecordBatchHeader.byteCount) + body
    batch.withUnsafeMutableBytes { bytes in
        header.batchByteCount = bytes.count
        header.seal(bytes)
    }
    return batch
}

/// A produce request for partitions of one topic.
func makeProduce(
    _ batches: [(Int32, [UInt8])], to topic: String = "t", id: KafkaUUID = .zero, acks: Int16 = 1
) -> ProduceRequest {
    ProduceRequest(
        acks: acks, timeoutMs: 1000,
        topics: [
            .init(
                name: topic, topicID: id,
                partitions: batches.map { ProduceRequest.Partition(index: $0.0, records: .bytes($0.1)) })
        ])
}

/// A fetch of partitions of one topic by name, in version 12.
func makeFetch(
    _ topic: String, _ offsets: [(Int32, Int64)], maxWaitMs: Int32 = 0, minBytes: Int32 = 1,
    partitionMaxBytes: Int32 = 1 << 20
) -> FetchRequest {
    var request = FetchRequest()
    request.maxWaitMs = maxWaitMs
    request.minBytes = minBytes
    var asked = FetchRequest.Topic()
    asked.name = topic
    asked.partitions = offsets.map { index, offset in
        var partition = FetchRequest.Partition()
        partition.index = index
        partition.fetchOffset = offset
        partition.partitionMaxBytes = partitionMaxBytes
        return partition
    }
    request.topics = [asked]
    return request
}

extension RawClient {
    /// Produces one batch in version 9 (by name) and gives the partition's answer.
    func produce(
        _ batch: [UInt8], to topic: String = "t", partition: Int32 = 0, acks: Int16 = 1, version: Int16 = 9
    ) throws -> ProduceResponse.Partition {
        let response = try call(makeProduce([(partition, batch)], to: topic, acks: acks), version: version)
        return try #require(response.topics.first?.partitions.first)
    }

    /// Fetches in version 12 and gives each partition's answer with its records.
    func fetch(_ request: FetchRequest) throws -> [(answer: FetchResponse.Partition, records: [UInt8])] {
        try send(request, version: 12)
        let frame = try receiveFrame()
        let response = try Self.decode(FetchResponse.self, version: 12, frame).response
        return response.topics.flatMap(\.partitions).map { partition in
            guard case .located(let range) = partition.records else { return (partition, []) }
            return (partition, Array(frame[range]))
        }
    }
}

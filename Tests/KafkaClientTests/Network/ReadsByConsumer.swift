import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaClient

/// What suites of consumers have in common: topic `t`, whose records are texts.
protocol ReadsByConsumer {}

extension ReadsByConsumer {
    /// Runs `body` with a consumer on loops of its own, which is closed afterwards.
    func withConsumer(
        _ fixture: NetworkFixture, _ partitions: [TopicPartition: StartOffset],
        _ configuration: ConsumerConfiguration = ConsumerConfiguration(maxWait: .milliseconds(50)),
        _ body: (Consumer) async throws -> Void
    ) async throws {
        let group = try EventLoopGroup(count: configuration.lanes, name: "consumer")
        let consumer = Consumer(
            configuration, cluster: fixture.cluster, connection: fixture.connection, on: group.loops, ownLoops: group)
        await consumer.add(partitions)
        do { try await body(consumer) } catch {
            await consumer.close()
            throw error
        }
        await consumer.close()
    }

    /// Partitions of topic `t`, all read from the same place.
    func all(_ count: Int, from start: StartOffset = .earliest) -> [TopicPartition: StartOffset] {
        Dictionary(uniqueKeysWithValues: (0..<count).map { (TopicPartition("t", Int32($0)), start) })
    }

    /// The texts of so many records, by partition.
    func take(_ count: Int, of consumer: Consumer) async throws -> [Int32: [String]] {
        var found: [Int32: [String]] = [:]
        var left = count
        let reader = RecordReader()
        var batches = consumer.makeAsyncIterator()
        while left > 0 {
            guard let batch = try await batches.next() else { break }
            try reader.forEachRecord(in: batch) { record in
                found[batch.partition, default: []].append(
                    String(decoding: record.valueBytes ?? [], as: UTF8.self).trimmed)
                left -= 1
            }
        }
        return found
    }

    func expect(_ expected: [Int32: [String]], from consumer: Consumer) async throws {
        let found = try await take(expected.values.joined().count, of: consumer)
        #expect(found == expected)
    }

    func fill(
        _ fixture: NetworkFixture, partitions: Int, records: Int, valueByteCount: Int = 0,
        codec: any CompressionCodec = Codec.uncompressed
    ) async throws {
        try fixture.broker.createTopic("t", partitions: partitions)
        for partition in 0..<partitions {
            let values = (0..<records).map { "\(partition).\($0)" }
            _ = try await fixture.deliver(
                try await fixture.makeBatches(
                    values, partition: Int32(partition), valueByteCount: valueByteCount, codec: codec))
        }
    }

    func expected(_ partitions: Int, _ records: Range<Int>) -> [Int32: [String]] {
        Dictionary(
            uniqueKeysWithValues: (0..<partitions).map { partition in
                (Int32(partition), records.map { "\(partition).\($0)" })
            })
    }
}

// The primitives beneath the producer: one exchange per call with the leader of one partition. They retry nothing and give
// back what the broker answered, so that a program can have a policy of its own.

import ExampleRun
import KafkaClient

/// Makes one batch of three records, without a broker.
func makeBatch() async throws -> RecordBatch {
    let loops = try EventLoopGroup.start(count: 1)
    let (builder, batches) = try ShardedBuilder.withSequence(
        BuilderConfiguration(codec: Codec.snappy), on: loops.loops, topics: FixedTopics(["events": 8]))
    var chunk = RecordChunk()
    for value in ["one", "two", "three"] { try chunk.append(value: value) }
    try await builder.append(chunk, to: "events", partition: 0)
    await builder.finish()
    let batch = await batches.first { _ in true }
    await loops.shutDown()
    try Example.expect(batch != nil, "the builder made no batch")
    return batch!
}

func produce(_ batch: RecordBatch, _ client: Client) async throws -> Int64 {
    let loop = try EventLoop.start()
    let producer = try await PartitionProducer(
        topic: "events", partition: 0, cluster: client.cluster, on: loop, client.configuration.connection)
    let answer = try await producer.produce(batch)
    try Example.expect(answer.errorCode == .none, "the broker said \(answer.errorCode)")
    await producer.close()
    await loop.shutDown()
    return answer.baseOffset
}

func fetch(_ client: Client) async throws -> Int64 {
    let loop = try EventLoop.start()
    let fetcher = try await PartitionFetcher(
        topic: "events", partition: 0, cluster: client.cluster, on: loop, client.configuration.connection)
    let answer = try await fetcher.fetch(from: 0)
    if answer.errorCode != .none { throw answer.errorCode }  // yours to retry: nothing does it for you
    let next = try RecordReader().forEachRecord(in: answer.records, from: 0) { record, batch in
        print(record.offset, record.valueBytes?.count ?? 0)
    }
    print("next offset \(next) of \(answer.highWatermark)")
    await fetcher.close()
    await loop.shutDown()
    return answer.highWatermark
}

await Example.run(topic: "events", storing: 3) { server in
    let batch = try await makeBatch()
    try await Client.withConnection(to: [server]) { client in
        let offset = try await produce(batch, client)
        let end = try await fetch(client)
        try Example.expect(end == offset + 3, "stored at \(offset), but the partition ends at \(end)")
    }
}

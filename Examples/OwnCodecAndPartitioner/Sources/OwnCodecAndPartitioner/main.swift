// A codec and a partitioner of one's own, and a look at each partition: are its records those that belong there?

import ExampleRun
import KafkaClient

let topic = "orders-by-region"
let partitionCount: Int32 = 4

/// Reads a partition from `offset` on, and gives the number of records that are there.
func read(_ partition: Int32, from offset: Int64, _ client: Client) async throws -> Int {
    let loop = try EventLoop.start()
    let fetcher = try await PartitionFetcher(
        topic: topic, partition: partition, cluster: client.cluster, on: loop, client.configuration.connection)
    let batches = RecordReader(codecs: CodecTable(overriding: [TieredZstd()]))
    var count = 0
    var next = offset
    while true {
        let answer = try await fetcher.fetch(from: next, maxWait: .milliseconds(1))
        if next >= answer.highWatermark { break }
        next = try batches.forEachRecord(in: answer.records, from: next) { record, batch in
            let region = Region(ofKey: record.keyBytes ?? [])
            try Example.expect(
                region?.partition(of: Int(partitionCount)) == partition,
                "partition \(partition) has a record of \(region?.rawValue ?? "no region")")
            try Example.expect(batch.attributes.compression == .zstd, "a batch is not compressed")
            count += 1
        }
    }
    await fetcher.close()
    await loop.shutDown()
    return count
}

await Example.run(topic: topic, partitions: partitionCount, storing: 2000) { server in
    try await Client.withConnection(to: [server]) { client in
        let before = try await client.cluster.offsets(of: topic, at: .latest)
        try await client.withProducer(.init(codec: TieredZstd(), partitioner: Region.partitioner)) { producer in
            for id in 0..<2000 {
                let region = Region.allCases[id % 4]
                try await producer.append(value: "order \(id)", key: "\(region)-\(id)", to: topic)
            }
        }
        for partition in 0..<partitionCount {
            let found = try await read(partition, from: before[Int(partition)], client)
            print("partition \(partition): \(found) records of \(Region.allCases[Int(partition)])")
            try Example.expect(found == 500, "500 were expected")
        }
    }
}

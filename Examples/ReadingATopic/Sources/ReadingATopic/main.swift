// A topic is read batch by batch, record by record, and by a member of a group. All read until they are cancelled.

import ExampleRun
import KafkaClient

func readAll(_ client: Client) async throws {
    try await client.withConsumer(of: ["events"], from: .earliest, .init(lanes: 2)) { consumer in
        try await consumer.forEachBatch { batch, reader in
            try reader.forEachRecord(in: batch) { record in
                print(batch.partition, record.offset, record.value?.byteCount ?? 0)
            }
        }
    }
}

func readDecoded(_ client: Client) async throws {
    try await client.withConsumer(of: ["events"], from: .earliest) { consumer in
        try await consumer.withDecoders(2) { batches in
            for try await batch in batches {
                try batch.forEachRecord { record in
                    print(batch.batch.partition, record.offset, record.value?.byteCount ?? 0)
                }
            }
        }
    }
}

func readOneByOne(_ client: Client) async throws {
    try await client.withConsumer(of: ["events"], from: .earliest) { consumer in
        for try await record in consumer.records() {
            print(
                "one by one", record.partition, record.offset, String(decoding: record.valueBytes ?? [], as: UTF8.self))
        }
    }
}

func readInGroup(_ client: Client) async throws {
    let group = GroupConfiguration(groupID: "billing", topics: ["events"]) { change in print(change) }
    try await client.withConsumer(in: group) { consumer in
        let reader = RecordReader()
        for try await batch in consumer {
            try reader.forEachRecord(in: batch) { record in print("billing", record.offset) }
        }
    }
}

await Example.run(topic: "events", storing: 20) { server in
    try await Client.withConnection(to: [server]) { client in
        try await client.withProducer { producer in
            for id in 0..<20 { try await producer.append(value: "event \(id)", to: "events") }
        }
        let readers = [
            Task { try await readAll(client) }, Task { try await readDecoded(client) },
            Task { try await readOneByOne(client) }, Task { try await readInGroup(client) },
        ]
        try await Task.sleep(for: .seconds(2))
        for reader in readers { reader.cancel() }
        for reader in readers {
            do { try await reader.value } catch is CancellationError {}
        }
    }
}

// Several tasks append chunks to one producer. Each keeps its own order; the producer's memory bound holds all of them.

import ExampleRun
import KafkaClient

let taskCount = 4
let chunksOfTask = 25

func appendChunk(to producer: Producer) async throws {
    var chunk = RecordChunk()
    for id in 0..<256 {
        try chunk.append(value: "payload \(id)", key: "user-\(id % 10)")
    }
    try await producer.append(chunk, to: "events")
}

await Example.run(topic: "events", storing: Int64(taskCount * chunksOfTask * 256)) { server in
    try await Client.withConnection(to: [server]) { client in
        var configuration = Producer.Configuration(codec: .lz4, strategy: .sharded(lanes: 2))
        configuration.builder.batchByteCount = 64 << 10
        configuration.builder.linger = .milliseconds(20)
        configuration.producer.acks = .leader
        try await client.withProducer(configuration) { producer in
            try await withThrowingTaskGroup { tasks in
                for _ in 0..<taskCount {
                    tasks.addTask {
                        for _ in 0..<chunksOfTask { try await appendChunk(to: producer) }
                    }
                }
                try await tasks.waitForAll()
            }
            try await producer.flush()
            print("the records of \(taskCount) tasks are stored")
        }
    }
}

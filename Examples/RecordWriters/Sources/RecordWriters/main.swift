// Each task owns a writer: the fastest way to append record by record. A record costs no lock, no look-up and no clock.

import ExampleRun
import KafkaClient

let taskCount = 4
let recordsOfTask = 10_000

func writeEvents(of task: Int, to producer: Producer) async throws {
    var writer = try await producer.writer(for: "events")
    for id in 0..<recordsOfTask {
        try await writer.append(value: "payload \(id)", key: "task-\(task)")
    }
}

await Example.run(topic: "events", storing: Int64(taskCount * recordsOfTask)) { server in
    try await Client.withConnection(to: [server]) { client in
        try await client.withProducer(.init(codec: .lz4, strategy: .sharded(lanes: 2))) { producer in
            try await withThrowingTaskGroup { tasks in
                for task in 0..<taskCount {
                    tasks.addTask { try await writeEvents(of: task, to: producer) }
                }
                try await tasks.waitForAll()
            }
        }
        print("the records of \(taskCount) writers are stored")
    }
}

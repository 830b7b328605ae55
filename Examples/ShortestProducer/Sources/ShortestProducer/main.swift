// The shortest way to have records stored: append them, and flush.

import ExampleRun
import KafkaClient

await Example.run(topic: "events", storing: 1000) { server in
    try await Client.withConnection(to: [server]) { client in
        try await client.withProducer(.init(codec: .zstd, strategy: .sharded(lanes: 2))) { producer in
            for id in 0..<1000 {
                try await producer.append(value: "payload \(id)", key: "user-\(id % 10)", to: "events")
            }
            try await producer.flush()  // throws when a record could not be stored
            print("1000 records are stored")
        }
    }
}

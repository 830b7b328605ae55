// Reads orders, writes invoices, and commits both at once: each order has one invoice, whatever goes wrong on the way.

import ExampleRun
import KafkaClient

/// Something that goes wrong now and then.
struct Hiccup: Error {}

/// Writes an invoice for each order, until so many of this run have one.
func bill(_ consumer: Consumer, _ producer: Producer, run: Int64, until orderCount: Int) async throws {
    let reader = RecordReader()
    var (billedCount, turn) = (0, 0)
    for try await batch in consumer {
        var orders: [String] = []
        try reader.forEachRecord(in: batch) { orders.append(String(decoding: $0.valueBytes ?? [], as: UTF8.self)) }
        turn += 1
        do {
            try await producer.withTransaction { transaction in
                for order in orders {
                    try await producer.append(value: "invoice of \(order)", to: "invoices", partition: batch.partition)
                }
                let read = TopicPartition(batch.topic, batch.partition)
                try await transaction.addOffsets([read: CommittedOffset(batch.nextOffset)], readBy: consumer)
                if turn % 4 == 2 { throw Hiccup() }  // then nothing of it counts
            }
            billedCount += orders.count { $0.hasPrefix("\(run):") }
            if billedCount >= orderCount { return }
        } catch is Hiccup {
            // Nothing of it counts: the orders are read again.
            print("a transaction was aborted")
            try await consumer.seekToCommitted()
        } catch let error as KafkaClientError where error.code == .transactionAborted {
            try await consumer.seekToCommitted()
        }
    }
}

/// The committed values of a topic.
func committed(_ client: Client, _ topic: String) async throws -> [String] {
    let ends = try await client.cluster.offsets(of: topic, at: .latest)
    let configuration = ConsumerConfiguration(isolation: .readCommitted)
    return try await client.withConsumer(of: [topic], from: .earliest, configuration) { consumer in
        let ending = Task {
            // What a partition ends with is the marker of a transaction, which is not handed out.
            while await consumer.partitions.contains(where: {
                $0.value.nextOffset ?? 0 < ends[Int($0.key.partition)]
            }) {
                try await Task.sleep(for: .milliseconds(5))
            }
            await consumer.finish()
        }
        let reader = RecordReader()
        var values: [String] = []
        for try await batch in consumer {
            try reader.forEachRecord(in: batch) { values.append(String(decoding: $0.valueBytes ?? [], as: UTF8.self)) }
        }
        try await ending.value
        return values
    }
}

await Example.run(topic: "orders", partitions: 3, storing: 600) { server in
    try await Client.withConnection(to: [server]) { client in
        _ = try await client.cluster.createTopic("invoices", partitionCount: 3, replicationFactor: 1)
        let run = try await client.cluster.offsets(of: "orders", at: .latest).reduce(0, +)
        try await client.withProducer { producer in
            for id in 0..<600 {
                try await producer.append(value: "\(run):\(id)", to: "orders", partition: Int32(id % 3))
                if id % 60 == 59 { try await producer.flush() }
            }
        }
        let group = GroupConfiguration(
            groupID: "billing-\(run)", topics: ["orders"], autoCommitInterval: nil,
            heartbeatInterval: .milliseconds(100))
        try await client.withProducer(Producer.Configuration(transactionalID: "billing")) { producer in
            try await client.withConsumer(in: group, ConsumerConfiguration(isolation: .readCommitted)) { consumer in
                try await bill(consumer, producer, run: run, until: 600)
            }
        }
        let invoices = try await committed(client, "invoices").filter { $0.hasPrefix("invoice of \(run):") }
        print("\(invoices.count) invoices, \(Set(invoices).count) of them different")
        try Example.expect(
            invoices.count == 600 && Set(invoices).count == 600, "each of 600 orders should have one invoice")
    }
}

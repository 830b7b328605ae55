import KafkaEmbeddedBroker
import KafkaTransport

@testable import KafkaClient

/// What the user's code throws.
struct Wanted: Error {}

/// Tests of transactions of a producer of two lanes, on an embedded broker that keeps them as Kafka does.
protocol TransactionSuite {}

extension TransactionSuite {
    /// - Parameter version: of the feature `transaction.version`: with 2 by the second protocol, else by the first.
    func produce(
        version: Int16 = 2, brokers: Int = 2, _ rules: [FaultRule] = [], id: String? = "id",
        deliveryTimeout: Duration = .seconds(20), timeout: Duration = .seconds(60),
        requestTimeout: Duration = .seconds(10), change: (inout Producer.Configuration) -> Void = { _ in },
        _ body: (Producer, Client, EmbeddedBroker) async throws -> Void
    ) async throws {
        try await withFixture(brokers: brokers, requestTimeout: requestTimeout) {
            $0.transactions.version = version
        } _: { fixture in
            try fixture.broker.createTopic("t", partitions: 4)
            for rule in rules { fixture.broker.inject(rule) }
            try await Client.withConnection(to: fixture.endpoints.map(\.description), .fast(fixture.connection)) {
                client in
                var configuration = Producer.Configuration(strategy: .sharded(lanes: 2), transactionalID: id)
                configuration.producer = .fast(deliveryTimeout: deliveryTimeout)
                configuration.transactionTimeout = timeout
                change(&configuration)
                let producer = try client.makeProducer(configuration)
                var failure: (any Error)?
                do { try await body(producer, client, fixture.broker) } catch { failure = error }
                try? await producer.shutDown()
                if let failure { throw failure }
            }
        }
    }

    func append(_ texts: [String], _ producer: Producer) async throws {
        for (index, text) in texts.enumerated() {
            try await producer.append(value: text, to: "t", partition: Int32(index % 4))
        }
    }

    /// The values of the topic, sorted.
    func read(_ client: Client, _ isolation: IsolationLevel = .readCommitted) async throws -> [String] {
        let ends = try await client.cluster.offsets(of: "t", at: .latest)
        let consumer = try await client.makeConsumer(
            of: ["t"], from: .earliest, ConsumerConfiguration(maxWait: .milliseconds(20), isolation: isolation))
        let reading = Task {
            while true {
                let statuses = await consumer.partitions
                let isDone = ends.enumerated().allSatisfy { index, end in
                    guard let status = statuses[TopicPartition("t", Int32(index))] else { return false }
                    if end == 0 { return true }
                    let limit = isolation == .readCommitted ? min(end, status.lastStableOffset) : end
                    return status.lastStableOffset >= 0 && status.nextOffset ?? -1 >= limit
                }
                if isDone { break }
                try await Task.sleep(for: .milliseconds(2))
            }
            await consumer.finish()
        }
        var texts: [String] = []
        let reader = RecordReader()
        for try await batch in consumer {
            try reader.forEachRecord(in: batch) { texts.append(String(decoding: $0.valueBytes ?? [], as: UTF8.self)) }
        }
        try await reading.value
        await consumer.close()
        return texts.sorted()
    }

    func texts(_ name: String, _ count: Int = 40) -> [String] { (0..<count).map { "\(name)\($0)" } }
}

import KafkaClient
import KafkaTransport
import Synchronization

/// The way by which two processes compare their clocks: a topic beside the one of their records, with one partition.
final class ClockChannel: Sendable {
    /// The topic that is beside another one.
    static func topic(beside topic: String) -> String { topic + ".clock" }

    let topic: String
    private let loop: EventLoop
    private let producer: Producer
    private let consumer: Consumer
    private let reading = Mutex<Task<Void, Never>?>(nil)

    /// - Throws: `KafkaClientError` when the end of the topic can't be learned; `TransportError` when no thread could be started.
    init(topic: String, cluster: Cluster, connection: ConnectionConfiguration) async throws {
        self.topic = topic
        let partition = TopicPartition(topic, 0)
        let end = try await cluster.offsets(of: topic, at: .latest)
        loop = try EventLoop(name: "kbench-clock")
        do {
            producer = try Producer(
                Producer.Configuration(linger: .zero, strategy: .sharded(lanes: 1)), cluster: cluster,
                connection: connection, on: [loop], observing: [])
        } catch {
            await loop.shutDown()
            throw error
        }
        consumer = Consumer(ConsumerConfiguration(), cluster: cluster, connection: connection, on: [loop])
        await consumer.add([partition: .offset(end.first ?? 0)])
    }

    /// Calls `body` for each message, with the time when it came, on the channel's loop.
    func receive(_ body: @escaping @Sendable (ClockMessage, MonotonicInstant) -> Void) {
        let task = Task<Void, Never> { [consumer] in
            // What ends it, such as a topic that is gone, ends the comparison only.
            _ = try? await consumer.forEachBatch { batch, reader in
                let now = MonotonicInstant.now
                try reader.forEachRecord(in: batch) { record in
                    if let value = record.value, let message = ClockMessage(value) { body(message, now) }
                }
            }
        }
        reading.withLock { $0 = task }
    }

    /// Sends a message. What can't be sent is dropped: another one follows.
    func send(_ message: ClockMessage) async {
        try? await producer.append(value: message.bytes, to: topic, partition: 0)
    }

    func close() async {
        await consumer.close()
        await reading.withLock { $0.take() }?.value
        await producer.close()
        await loop.shutDown()
    }
}

import SeededRandom
import Testing

@testable import KafkaClient

/// A queue driven at random against what must always hold. A failure is had again with the seed that it prints.
@Suite(.timeLimit(.minutes(1))) struct ProduceQueueModelTests {
    private static let seeds: [UInt64] =
        [1, 2, 3, 3_766_648_761] + (0..<5).map { _ in UInt64.random(in: 0...UInt64(UInt32.max)) }

    @Test(arguments: seeds)
    func `whatever happens each batch ends once and the order of partitions holds`(seed: UInt64) {
        print("seed \(seed)")
        var model = Model(seed: seed)
        for _ in 0..<4000 { model.step() }
        model.settle()
        #expect(model.complaints == [], "seed \(seed)")
        #expect(model.endedCount == model.enqueued.count, "seed \(seed)")
    }

    private struct Model {
        var bench = QueueBench(QueueBench.configuration(deliveryTimeout: .seconds(3), attempts: 6))
        var random: SeededGenerator
        var enqueued: [ObjectIdentifier: Int] = [:]
        /// Ended batches stay alive, so that identities are not used again.
        var ended: [RecordBatch] = []
        var endedCount: Int { ended.count }
        var wasEnded: Set<Int> = []
        var inFlight: [[ProduceQueue.Item]] = []
        /// The last of each partition that was acknowledged.
        var last: [String: Int] = [:]
        var complaints: [String] = []
        var leaders = ["a": [Int32](repeating: 0, count: 4), "b": [Int32](repeating: 1, count: 3)]

        init(seed: UInt64) { random = SeededGenerator(seed: seed) }

        mutating func step() {
            switch Int.random(in: 0..<20, using: &random) {
            case 0..<6: enqueue()
            case 6..<10: take()
            case 10..<15: answer()
            case 15: moveLeader()
            case 16: bench.queue.backOff(broker: .random(in: 0..<3, using: &random), untilNs: bench.nowNs + 30_000_000)
            default: bench.pass(.milliseconds(Int.random(in: 0...60, using: &random)))
            }
            check()
        }

        private mutating func enqueue() {
            let topic = Bool.random(using: &random) ? "a" : "b"
            let isStrict = Int.random(in: 0..<4, using: &random) > 0
            let partition = isStrict ? Int32.random(in: 0..<Int32(leaders[topic]!.count), using: &random) : -1
            let batch = bench.enqueue(partition, topic: topic, byteCount: .random(in: 61...700, using: &random))
            enqueued[ObjectIdentifier(batch)] = enqueued.count
        }

        private mutating func take() {
            let items = bench.take(.random(in: 0..<3, using: &random))
            if items.isEmpty { return }
            let byteCount = items.reduce(0) { $0 + $1.pending.batch.byteCount }
            if items.count > 1, byteCount > 1500 { complaints.append("a request of \(byteCount) bytes") }
            inFlight.append(items)
            let places = inFlight.joined().map { "\($0.topic.name)/\($0.pending.partition)" }
            if Set(places).count != places.count { complaints.append("two batches of a partition in flight") }
        }

        private mutating func answer() {
            guard !inFlight.isEmpty else { return }
            let items = inFlight.remove(at: .random(in: 0..<inFlight.count, using: &random))
            let isLost = Int.random(in: 0..<8, using: &random) == 0
            for item in items {
                let outcomes: [AttemptOutcome] = [.stored, .stored, .stored, .stored, .moved, .busy, .fatal]
                bench.answer(item, isLost ? .lost : outcomes.randomElement(using: &random)!)
            }
        }

        private mutating func moveLeader() {
            let topic = Bool.random(using: &random) ? "a" : "b"
            let partition = Int.random(in: 0..<leaders[topic]!.count, using: &random)
            leaders[topic]![partition] = .random(in: -1..<3, using: &random)
            // Nothing is known before the first of these.
            bench.learn(leaders)
        }

        private mutating func check() {
            for delivery in bench.takeDeliveries() {
                ended.append(delivery.batch)
                guard let number = enqueued[ObjectIdentifier(delivery.batch)], wasEnded.insert(number).inserted else {
                    complaints.append("a delivery of what was not enqueued or has ended")
                    continue
                }
                guard delivery.isAcknowledged, delivery.batch.partition >= 0 else { continue }
                let place = "\(delivery.batch.topic)/\(delivery.partition)"
                if number < last[place] ?? -1 { complaints.append("\(place): \(number) after \(last[place]!)") }
                last[place] = number
            }
            if bench.queue.pendingCount != enqueued.count - ended.count { complaints.append("pendingCount is wrong") }
            for broker in Int32(-1)..<3 where bench.queue.readyByteCount(broker) < 0 {
                complaints.append("broker \(broker) has less than nothing ready")
            }
        }

        /// Answers all, lets time pass, and sends all there is until nothing is left.
        mutating func settle() {
            for topic in leaders.keys { leaders[topic] = leaders[topic]!.map { _ in 1 } }
            bench.learn(leaders)
            // Longer than the longest pause before a retry, 1.2 s.
            for _ in 0..<2500 where bench.queue.pendingCount > 0 {
                while true {
                    let items = bench.take(1)
                    if items.isEmpty { break }
                    inFlight.append(items)
                }
                for items in inFlight { bench.answer(items, .stored) }
                inFlight = []
                // Less than the delivery timeout: what is left must have been sent.
                bench.pass(.milliseconds(1))
                check()
            }
            for broker in Int32(0)..<3 where bench.queue.readyByteCount(broker) != 0 {
                complaints.append("broker \(broker) has bytes ready and no batches")
            }
        }
    }
}

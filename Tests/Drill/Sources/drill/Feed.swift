import KafkaClient

/// Appends the records of one topic on a schedule, until it is told to end. What it could not append in time is left out,
/// and not made up for.
struct Feed: Sendable {
    let topic: TopicRecord
    let rate: Int
    let isKeyed: Bool
    let door: String

    private static let keyCount = 10_007

    func run(into producer: Producer, until ending: Ending) async throws {
        if door == "record" {
            try await run(until: ending) { value, key in
                if let key {
                    try await producer.append(value: value, key: key, to: topic.name)
                } else {
                    try await producer.append(value: value, to: topic.name)
                }
            }
        } else {
            var writer = try await producer.writer(for: topic.name)
            try await run(until: ending) { value, key in
                if let key {
                    try await writer.append(value: value, key: key)
                } else {
                    try await writer.append(value: value)
                }
            }
        }
    }

    private func run(until ending: Ending, append: ([UInt8], [UInt8]?) async throws -> Void) async throws {
        var value = [UInt8](repeating: UInt8(ascii: "."), count: 100)
        var key = [UInt8](repeating: 0, count: 8)
        var number = 0
        let behindMax = rate / 10
        // Where the schedule begins; later when records are left out.
        var left = 0
        let begin = MonotonicInstant.now
        while !ending.isOver {
            let due = Int((MonotonicInstant.now - begin) / .seconds(1) * Double(rate)) - left
            if due - number > behindMax { left += due - number - behindMax }
            let count = min(due - number, behindMax)
            for _ in 0..<max(0, count) {
                value.withUnsafeMutableBytes {
                    $0.storeBytes(of: UInt64(number).littleEndian, as: UInt64.self)
                }
                key.withUnsafeMutableBytes {
                    $0.storeBytes(of: UInt64(number % Self.keyCount).littleEndian, as: UInt64.self)
                }
                do {
                    try await append(value, isKeyed ? key : nil)
                    number += 1
                } catch let error as KafkaClientError {
                    topic.state.withLock { $0.refused["\(error.code)", default: 0] += 1 }
                    try await Task.sleep(for: .milliseconds(10))
                }
                if ending.isOver { break }
            }
            topic.state.withLock { $0.appended = number }
            try await Task.sleep(for: .milliseconds(1))
        }
        topic.state.withLock { $0.appended = number }
    }
}

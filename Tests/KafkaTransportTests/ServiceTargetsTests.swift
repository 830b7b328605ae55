import TestSupport
import Testing

@testable import KafkaTransport

/// Answers of DNS about services, good ones and hostile ones.
@Suite struct ServiceTargetsTests {
    private func read(_ bytes: [UInt8]) throws(TransportError) -> ServiceTargets {
        // Memory of just this size, so that a sanitizer sees what is read behind its end.
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        defer { memory.deallocate() }
        memory.copyBytes(from: bytes)
        return try ServiceTargets(answer: UnsafeRawBufferPointer(memory), of: "_kafka._tcp.example.com")
    }

    private func error(_ bytes: [UInt8]) -> String? {
        do throws(TransportError) {
            _ = try read(bytes)
            return nil
        } catch { return error.description }
    }

    @Test func `targets are read with their ports, priorities and weights`() throws {
        var answer = ServiceAnswer()
        answer.add(target: "broker-1.example.com", port: 9092, priority: 10, weight: 60)
        answer.add(target: "broker-2.example.com", port: 65_535, priority: 65_535, weight: 0)
        #expect(
            try read(answer.bytes).targets == [
                .init(endpoint: Endpoint(host: "broker-1.example.com", port: 9092), priority: 10, weight: 60),
                .init(endpoint: Endpoint(host: "broker-2.example.com", port: 65_535), priority: 65_535, weight: 0),
            ])
    }

    @Test func `a target may be compressed, although none should`() throws {
        var answer = ServiceAnswer()
        // "broker", then the question's name from behind its two first labels on.
        answer.add(encodedTarget: [6] + Array("broker".utf8) + [0xC0, UInt8(12 + 7 + 5)])
        #expect(try read(answer.bytes).targets.map(\.endpoint) == [Endpoint(host: "broker.example.com", port: 9092)])
    }

    @Test func `records of other types and targets with port 0 are passed over`() throws {
        var answer = ServiceAnswer()
        answer.add(type: 5, data: ServiceAnswer.encoded("elsewhere.example.com"))
        answer.add(type: 1, data: [10, 0, 0, 1])
        answer.add(target: "no-port.example.com", port: 0)
        answer.add(target: "broker.example.com", port: 9092)
        #expect(try read(answer.bytes).targets.map(\.endpoint.host) == ["broker.example.com"])
    }

    @Test func `an answer without a target says so`() {
        var answer = ServiceAnswer()
        #expect(error(answer.bytes)?.contains("'_kafka._tcp.example.com' has no SRV records") == true)
        answer.add(type: 1, data: [10, 0, 0, 1])
        #expect(error(answer.bytes)?.contains("has no SRV records") == true)
        answer.add(target: "no-port.example.com", port: 0)
        #expect(error(answer.bytes)?.contains("has no SRV records that can be used") == true)
    }

    @Test func `the root as the only target means that there is no such service`() throws {
        var answer = ServiceAnswer()
        answer.add(encodedTarget: [0])
        #expect(error(answer.bytes)?.contains("says that there is no such service") == true)
        answer.add(target: "broker.example.com", port: 9092)
        #expect(try read(answer.bytes).targets.count == 1)
    }

    // MARK: Hostile

    @Test func `an answer that is cut off anywhere is malformed`() {
        var answer = ServiceAnswer()
        answer.add(target: "broker-1.example.com", port: 9092)
        answer.add(target: "broker-2.example.com", port: 9092)
        for count in answer.bytes.indices {
            #expect(error(Array(answer.bytes[..<count]))?.contains("malformed") == true, "\(count) bytes")
        }
    }

    @Test(
        arguments: [
            // A pointer to itself, two that point to one another, one behind the end, one that is cut off, and labels of a kind
            // that is none.
            [0xC0, ServiceAnswer.firstTarget], [0xC0, ServiceAnswer.firstTarget + 2, 0xC0, ServiceAnswer.firstTarget],
            [0xFF, 0xFF], [0xC0], [0x80, 0], [0x40, 0], [],
            // A label that is longer than what is left, a name without an end, and a name with something behind it.
            [63, 0x61], [1, 0x61], [1, 0x61, 0, 0],
            // A label that leads back to itself, for ever.
            [1, 0x61, 0xC0, ServiceAnswer.firstTarget],
        ] as [[UInt8]])
    func `a target that is no name is malformed`(target: [UInt8]) {
        var answer = ServiceAnswer()
        answer.add(encodedTarget: target)
        #expect(error(answer.bytes)?.contains("malformed") == true)
    }

    @Test func `a target that is longer than a name may be is malformed`() {
        var answer = ServiceAnswer()
        answer.add(encodedTarget: (0..<20).flatMap { _ in [63] + [UInt8](repeating: 0x61, count: 63) } + [0])
        #expect(error(answer.bytes)?.contains("malformed") == true)
    }

    @Test func `counts that are not those of the records are malformed`() {
        var answer = ServiceAnswer()
        answer.add(target: "broker.example.com", port: 9092)
        for (index, value) in [(5, 0), (5, 255), (7, 2), (7, 255), (9, 1), (11, 1)] {
            var bytes = answer.bytes
            bytes[index] = UInt8(value)
            #expect(error(bytes)?.contains("malformed") == true, "\(value) at \(index)")
        }
    }

    @Test func `a target with bytes that are no text is a host that nobody finds`() throws {
        var answer = ServiceAnswer()
        answer.add(encodedTarget: [5, 0, 0xFF, 0x2E, 0x20, 0x5C, 0])
        #expect(try read(answer.bytes).targets.map(\.endpoint.host) == [#"\000\255\.\032\\"#])
    }

    @Test func `bytes that are changed anywhere never trap`() {
        var generator = SeededGenerator()
        var answer = ServiceAnswer()
        for number in 1...5 { answer.add(target: "broker-\(number).example.com", port: 9092) }
        answer.add(encodedTarget: [6] + Array("broker".utf8) + [0xC0, 24])
        for _ in 0..<20_000 {
            var bytes = answer.bytes
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(
                    in: .min ... .max, using: &generator)
            }
            if Bool.random(using: &generator) {
                bytes.removeLast(Int.random(in: 0...bytes.count, using: &generator))
            }
            _ = error(bytes)
        }
    }

    // MARK: Order

    private func targets(_ list: [(host: String, priority: UInt16, weight: UInt16)]) -> ServiceTargets {
        ServiceTargets(
            list.map {
                .init(endpoint: Endpoint(host: $0.host, port: 1), priority: $0.priority, weight: $0.weight)
            })
    }

    @Test func `a lower priority number comes first, whatever the weights are`() {
        var generator = SeededGenerator()
        let targets = targets([("c", 30, 65_535), ("a", 10, 0), ("b", 20, 1)])
        for _ in 0..<100 { #expect(targets.ordered(using: &generator).map(\.host) == ["a", "b", "c"]) }
    }

    @Test func `of one priority, a target of thrice the weight comes first thrice as often`() {
        var generator = SeededGenerator()
        let targets = targets([("light", 1, 100), ("heavy", 1, 300), ("none", 1, 0)])
        var first: [String: Int] = [:]
        for _ in 0..<10_000 {
            let hosts = targets.ordered(using: &generator).map(\.host)
            #expect(hosts.sorted() == ["heavy", "light", "none"])
            first[hosts[0], default: 0] += 1
        }
        #expect((7_200...7_800).contains(first["heavy", default: 0]), "\(first)")
        #expect((2_200...2_800).contains(first["light", default: 0]), "\(first)")
        #expect((1...100).contains(first["none", default: 0]), "\(first)")
    }

    @Test func `the largest weights are added without overflow, and an endpoint is there once`() {
        var generator = SeededGenerator()
        let targets = targets((0..<1000).map { ("\($0 / 2)", 1, .max) })
        #expect(targets.ordered(using: &generator).count == 500)
    }
}

/// An answer of DNS to a question for services, in the making.
struct ServiceAnswer {
    /// Where the target of the first record begins: behind the header, the question (25 + 4), and the record's own fields (2 + 10 + 6).
    static let firstTarget = UInt8(59)

    private var count: UInt16 = 0
    private var records: [UInt8] = []

    static func encoded(_ name: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for label in name.split(separator: ".") {
            bytes.append(UInt8(label.utf8.count))
            bytes += Array(label.utf8)
        }
        return bytes + [0]
    }

    private static func encoded(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xFF)] }

    mutating func add(type: UInt16 = 33, data: [UInt8]) {
        count += 1
        // The question's name, the type, the class of the internet, and how long it may be kept.
        records += [0xC0, 12]
        records += Self.encoded(type)
        records += [0, 1, 0, 0, 0, 60]
        records += Self.encoded(UInt16(data.count))
        records += data
    }

    mutating func add(encodedTarget: [UInt8], port: UInt16 = 9092, priority: UInt16 = 0, weight: UInt16 = 0) {
        let numbers = [priority, weight, port].flatMap { Self.encoded($0) }
        add(data: numbers + encodedTarget)
    }

    mutating func add(target: String, port: UInt16, priority: UInt16 = 0, weight: UInt16 = 0) {
        add(encodedTarget: Self.encoded(target), port: port, priority: priority, weight: weight)
    }

    var bytes: [UInt8] {
        var message: [UInt8] = [0, 1, 0x81, 0x80, 0, 1]
        message += Self.encoded(count)
        message += [0, 0, 0, 0]
        message += Self.encoded("_kafka._tcp.example.com")
        message += [0, 33, 0, 1]
        return message + records
    }
}

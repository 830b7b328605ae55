import KafkaTransport

/// An answer of DNS about a service. What comes out are endpoints that can be tried, each once.
enum ServicesTarget {
    /// Draws as it is told.
    private struct Drawn: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state
        }
    }

    static func run(_ bytes: [UInt8]) throws(FuzzTarget.Finding) -> Bool {
        let targets: ServiceTargets
        do throws(TransportError) {
            let read = bytes.withUnsafeBytes { answer -> Result<ServiceTargets, TransportError> in
                Result { () throws(TransportError) in try ServiceTargets(answer: answer, of: "_kafka._tcp.example.com")
                }
            }
            targets = try read.get()
        } catch {
            return false
        }
        var generator = Drawn(state: UInt64(bytes.count))
        let endpoints = targets.ordered(using: &generator)
        try expect(!endpoints.isEmpty, "an answer was understood that names no endpoint")
        try expect(Set(endpoints).count == endpoints.count, "an endpoint is there twice")
        for endpoint in endpoints {
            try expect(endpoint.port > 0 && !endpoint.host.isEmpty, "nobody can connect to \(endpoint)")
            try expect(endpoint.host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "\(endpoint) is no text")
        }
        return true
    }

    /// Two targets, the second of them compressed and with a record of another type before it.
    static var seeds: [[UInt8]] {
        let question = name("_kafka", "_tcp", "example", "com") + [0, 33, 0, 1]
        let first: [UInt8] = [0, 10, 0, 60, 0x23, 0x84] + name("broker-1", "example", "com")
        let second: [UInt8] = [0, 20, 0, 0, 0x23, 0x84, 6] + Array("broker".utf8) + [0xC0, 24]
        let one = message(count: 1) + question + record(33, first)
        let three = message(count: 3) + question + record(33, first) + record(1, [10, 0, 0, 1]) + record(33, second)
        return [one, three]
    }

    private static func message(count: UInt8) -> [UInt8] { [0, 1, 0x81, 0x80, 0, 1, 0, count, 0, 0, 0, 0] }

    private static func name(_ labels: String...) -> [UInt8] {
        var bytes: [UInt8] = []
        for label in labels {
            bytes.append(UInt8(label.utf8.count))
            bytes += Array(label.utf8)
        }
        return bytes + [0]
    }

    private static func record(_ type: UInt8, _ data: [UInt8]) -> [UInt8] {
        [0xC0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, UInt8(data.count)] + data
    }
}

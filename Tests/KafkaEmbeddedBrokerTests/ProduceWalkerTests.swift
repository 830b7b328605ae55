import KafkaProtocol
import Testing

@testable import KafkaEmbeddedBroker

/// The walk by hand says of every byte what the plain decoder says.
@Suite struct ProduceWalkerTests {
    private struct Part: Equatable {
        var name: String
        var id: KafkaUUID
        var index: Int32
        var records: [UInt8]
    }

    private static func sample(_ version: Int16) -> ProduceRequest {
        ProduceRequest(
            transactionalID: version % 2 == 0 ? nil : "transaction", acks: -1, timeoutMs: 77,
            topics: [
                .init(
                    name: version >= 13 ? "" : "first",
                    topicID: version >= 13 ? KafkaUUID(high: 1, low: 2) : .zero,
                    partitions: [
                        .init(index: 3, records: .bytes([1, 2, 3])),
                        .init(index: 0, records: .bytes([UInt8](repeating: 9, count: 200))),
                    ]),
                .init(name: version >= 13 ? "" : "zw\u{f6}lf", partitions: []),
                .init(
                    name: version >= 13 ? "" : String(repeating: "n", count: 200),
                    topicID: version >= 13 ? KafkaUUID(high: 3, low: 4) : .zero,
                    partitions: [.init(index: .max, records: .bytes([]))]),
            ])
    }

    private static func walked(_ frame: [UInt8]) -> [Part]? {
        frame.withUnsafeBytes { bytes in
            var reader = WireReader(bytes)
            guard let header = try? RequestHeader.decode(from: &reader), header.apiKey == .produce,
                ProduceRequest.versions.contains(header.apiVersion)
            else { return nil }
            let walker = ProduceWalker(bytes, body: reader, version: header.apiVersion)
            guard walker.isWellFormed(isKnown: { _ in false }) else { return nil }
            var walk = walker
            var parts: [Part] = []
            for _ in 0..<walk.topicCount {
                let topic = walk.topic()
                let name = String(decoding: walk.bytes(topic.name), as: UTF8.self)
                for _ in 0..<topic.partitionCount {
                    let (index, records) = walk.partition()
                    parts.append(Part(name: name, id: topic.id, index: index, records: records.map(Array.init) ?? []))
                }
                walk.endStructure()
            }
            return parts
        }
    }

    private static func decoded(_ frame: [UInt8]) -> [Part]? {
        frame.withUnsafeBytes { bytes in
            var reader = WireReader(bytes)
            guard let header = try? RequestHeader.decode(from: &reader), header.apiKey == .produce,
                let request = try? ProduceRequest.decode(version: header.apiVersion, from: &reader)
            else { return nil }
            return request.topics.flatMap { topic in
                topic.partitions.map { partition in
                    guard case .located(let range) = partition.records else {
                        return Part(name: topic.name, id: topic.topicID, index: partition.index, records: [])
                    }
                    return Part(
                        name: topic.name, id: topic.topicID, index: partition.index, records: Array(bytes[range]))
                }
            }
        }
    }

    @Test(arguments: ProduceRequest.versions)
    func `gives the same parts in every version`(version: Int16) throws {
        let frame = Array(try RawClient.frame(Self.sample(version), version: version).dropFirst(4))
        let parts = Self.walked(frame)
        #expect(parts?.count == 3)
        #expect(parts == Self.decoded(frame))
    }

    @Test(arguments: ProduceRequest.versions)
    func `fails at every prefix, as the decoder`(version: Int16) throws {
        let frame = Array(try RawClient.frame(Self.sample(version), version: version).dropFirst(4))
        for count in 0..<frame.count {
            let prefix = Array(frame.prefix(count))
            #expect(Self.walked(prefix) == nil && Self.decoded(prefix) == nil, "\(count) bytes")
        }
        #expect(Self.walked(frame + [0]) == nil && Self.decoded(frame + [0]) == nil)
    }

    @Test(arguments: ProduceRequest.versions)
    func `agrees with the decoder on every flipped bit`(version: Int16) throws {
        let frame = Array(try RawClient.frame(Self.sample(version), version: version).dropFirst(4))
        var acceptedCount = 0
        for index in frame.indices {
            for bit in 0..<8 {
                var changed = frame
                changed[index] ^= 1 << bit
                let walked = Self.walked(changed)
                #expect(walked == Self.decoded(changed), "bit \(bit) of byte \(index)")
                if walked != nil { acceptedCount += 1 }
            }
        }
        // Flips in the records are accepted, those in most lengths are not.
        #expect((200 * 8..<frame.count * 8 - 50).contains(acceptedCount), "\(acceptedCount) of \(frame.count * 8)")
    }
}

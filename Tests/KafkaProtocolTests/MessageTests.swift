import FuzzTargets
import TestSupport
import Testing

@testable import KafkaProtocol

@Suite("Every message, at every version")
struct MessageTests {
    @Test("has fixtures, and every fixture has a message")
    func fixtures() {
        let names = MessageKind.all.map { $0.type.javaName }
        #expect(names.count == 102 && Set(names) == Set(JavaMessage.all.map(\.name)))
    }

    @Test("encodes to the bytes that Kafka's own classes encode", arguments: MessageKind.all)
    func encodesLikeKafka(kind: MessageKind) throws {
        try check(kind.type) { type, version, java in
            let encoded = try FieldFiller.filled(type, version: version).encoded(version: version)
            #expect(encoded == java, "v\(version)")
        }
    }

    @Test("decodes what Kafka's own classes encode, field by field", arguments: MessageKind.all)
    func decodesKafka(kind: MessageKind) throws {
        try check(kind.type) { type, version, java in
            let decoded = try type.decoded(java, version: version)
            #expect(decoded.isEqual(to: FieldFiller.filled(type, version: version)), "v\(version)")
        }
    }

    @Test("keeps the bytes of Kafka's default message through decoding and encoding", arguments: MessageKind.all)
    func defaultRoundTrip(kind: MessageKind) throws {
        try check(kind.type, isFilled: false) { type, version, java in
            let encoded = try type.decoded(java, version: version).encoded(version: version)
            #expect(encoded == java, "v\(version)")
        }
    }

    @Test("refuses every proper prefix of itself", arguments: MessageKind.all)
    func truncation(kind: MessageKind) throws {
        try check(kind.type) { type, version, java in
            for byteCount in java.indices {
                let error = #expect(throws: WireError.self, "v\(version), \(byteCount) bytes") {
                    try type.decoded(Array(java[..<byteCount]), version: version)
                }
                #expect(error?.message == "\(type) v\(version)")
                #expect(error.map { $0.byteOffset <= byteCount && !$0.field.isEmpty } == true)
            }
        }
    }

    @Test("refuses a byte after its end", arguments: MessageKind.all)
    func trailingByte(kind: MessageKind) throws {
        try check(kind.type) { type, version, java in
            let error = #expect(throws: WireError.self) { try type.decoded(java + [0], version: version) }
            #expect(error?.byteOffset == java.count)
        }
    }

    @Test(
        "survives flipped bits: an error, or a message that encodes and decodes to itself", arguments: MessageKind.all)
    func bitFlips(kind: MessageKind) throws {
        var random = SeededGenerator()
        var understood = 0
        try check(kind.type) { type, version, java in
            guard !java.isEmpty else { return }
            for _ in 0..<150 {
                var bytes = java
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    let bit = Int.random(in: 0..<bytes.count * 8, using: &random)
                    bytes[bit / 8] ^= 1 << UInt8(bit % 8)
                }
                understood += try expectErrorOrItself(type, version, bytes, TestSeed.hint) ? 1 : 0
            }
        }
        #expect(understood > 0, "\(TestSeed.hint)")
    }

    @Test(
        "refuses every length in it that is too long or negative, or null where it must not be",
        arguments: MessageKind.all)
    func hostileLengths(kind: MessageKind) throws {
        try check(kind.type) { type, version, java in
            let finder = LengthFinder(FieldFiller.filled(type, version: version), version: version)
            try #require(finder.byteCount == java.count)
            for length in finder.lengths {
                let rest = java[length.range.upperBound...]
                for hostile in length.hostileForms(rest: rest.count) {
                    let bytes = java[..<length.range.lowerBound] + hostile + rest
                    let error = #expect(throws: WireError.self, "v\(version), \(length), \(hostile)") {
                        try type.decoded(Array(bytes), version: version)
                    }
                    // A count of tagged fields is seen to be wrong where the next one should begin.
                    guard let error, length.form != .tagCount else { continue }
                    #expect(error.message == "\(type) v\(version)")
                    #expect(error.field.contains(length.field), "\(error) for \(length)")
                    let start = length.range.lowerBound
                    #expect((start...start + hostile.count).contains(error.byteOffset), "\(error) for \(length)")
                }
            }
        }
    }

    @Test("survives huge and negative lengths anywhere in it", arguments: MessageKind.all)
    func lengthsAnywhere(kind: MessageKind) throws {
        let lengths: [[UInt8]] = [
            [0x7f, 0xff, 0xff, 0xff], [0x80, 0, 0, 0], [0xff, 0xff, 0xff, 0xfe], [0x7f, 0xff], [0x80, 0],
            [0xff, 0xff, 0xff, 0xff, 0x0f], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        ]
        try check(kind.type) { type, version, java in
            for position in java.indices {
                for length in lengths {
                    let bytes = Array((java[..<position] + length + java[position...].dropFirst(length.count)))
                    try expectErrorOrItself(type, version, bytes, "\(length) at \(position)")
                }
            }
        }
    }

    /// Decodes bytes: an error has to name the message, and a message has to come back from its own encoded form.
    ///
    /// - Returns: whether the bytes were understood.
    @discardableResult
    private func expectErrorOrItself(
        _ type: any KafkaMessage.Type, _ version: Int16, _ bytes: [UInt8], _ comment: String
    ) throws -> Bool {
        let decoded: any KafkaMessage
        do throws(WireError) {
            decoded = try type.decoded(bytes, version: version)
        } catch {
            #expect(error.message.hasPrefix("\(type) v"), "v\(version), \(comment): \(error)")
            #expect((0...bytes.count).contains(error.byteOffset), "v\(version), \(comment): \(error)")
            return false
        }
        let written = read(bytes) { type.versionOnWire(requested: version, body: $0) }
        let again = try type.decoded(decoded.encoded(version: written), version: version)
        #expect(again.isEqual(to: decoded), "v\(version), \(comment), bytes \(bytes)")
        return true
    }

    @Test("refuses versions that are not spoken", arguments: MessageKind.all)
    func unknownVersions(kind: MessageKind) {
        for version in [kind.type.versions.lowerBound - 1, kind.type.versions.upperBound + 1, .max, .min] {
            #expect(throws: WireError.self) { try kind.type.decoded([], version: version) }
            #expect(throws: WireError.self) { try kind.type.init().encoded(version: version) }
        }
    }

    private func check(
        _ type: any KafkaMessage.Type, isFilled: Bool = true,
        _ body: (any KafkaMessage.Type, Int16, [UInt8]) throws -> Void
    ) throws {
        for version in type.versions {
            let java = try #require(JavaMessage.bytes(type.javaName, version: version, isFilled: isFilled))
            try body(type, version, java)
        }
    }
}

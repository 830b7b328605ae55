import FuzzTargets
import Testing

@testable import KafkaProtocol

@Suite("Every structure that stands behind its version, at every version")
struct PrefixedStructTests {
    struct Kind: Sendable, CustomTestStringConvertible {
        let type: any PrefixedStruct.Type
        let javaName: String

        var testDescription: String { "\(type)" }

        static let all = [
            Kind(type: ConsumerProtocolSubscription.self, javaName: "ConsumerProtocolSubscription"),
            Kind(type: ConsumerProtocolAssignment.self, javaName: "ConsumerProtocolAssignment"),
            Kind(type: ControlRecordKey.self, javaName: "ControlRecordTypeSchema"),
            Kind(type: EndTransactionMarker.self, javaName: "EndTxnMarker"),
        ]
    }

    @Test("is written and read as by Kafka's own classes", arguments: Kind.all)
    func likeKafka(kind: Kind) throws {
        try check(kind) { type, version, java, filled in
            let encoded = try filled.encoded(version: version)
            #expect(encoded == java, "v\(version)")
            let decoded = try type.decode(from: java)
            #expect(decoded.isSame(as: filled), "v\(version)")
        }
    }

    @Test("keeps the bytes of Kafka's default through decoding and encoding", arguments: Kind.all)
    func defaultRoundTrip(kind: Kind) throws {
        try check(kind, isFilled: false) { type, version, java, _ in
            let encoded = try type.decode(from: java).encoded(version: version)
            #expect(encoded == java, "v\(version)")
        }
    }

    @Test("is read as the newest known version when it is newer, whatever follows", arguments: Kind.all)
    func newerVersion(kind: Kind) throws {
        let newest = kind.type.versions.upperBound
        try check(kind) { type, version, java, filled in
            guard version == newest else { return }
            for newer in [newest + 1, .max] {
                let bytes = bigEndian(newer) + java.dropFirst(2) + [1, 2, 3]
                let decoded = try type.decode(from: bytes)
                #expect(decoded.isSame(as: filled))
            }
        }
    }

    @Test("refuses versions below the first, and writes none that is not known", arguments: Kind.all)
    func unknownVersions(kind: Kind) throws {
        for version in [Int16.min, -1] {
            let error = #expect(throws: WireError.self) {
                try kind.type.decode(from: bigEndian(version) + [UInt8](repeating: 0, count: 64))
            }
            #expect(error?.message == "\(kind.type) v\(version)")
        }
        for version in [-1, kind.type.versions.upperBound + 1] {
            #expect(throws: WireError.self) { try kind.type.init().encoded(version: version) }
        }
    }

    @Test("refuses every proper prefix of itself", arguments: Kind.all)
    func truncation(kind: Kind) throws {
        try check(kind) { type, version, java, _ in
            for byteCount in java.indices {
                #expect(throws: WireError.self, "v\(version), \(byteCount) bytes") {
                    try type.decode(from: Array(java[..<byteCount]))
                }
            }
        }
    }

    @Test("survives any byte anywhere in it", arguments: Kind.all)
    func hostileBytes(kind: Kind) throws {
        try check(kind) { type, version, java, _ in
            for index in java.indices.dropFirst(2) {
                for byte: UInt8 in [0, 1, 0x7f, 0x80, 0xff] {
                    var bytes = java
                    bytes[index] = byte
                    guard let decoded = try? type.decode(from: bytes) else { continue }
                    let again = try type.decode(from: decoded.encoded(version: version))
                    #expect(again.isSame(as: decoded))
                }
            }
        }
    }

    @Test("a control record's key says whether the transaction counts")
    func controlRecordKey() throws {
        let keys: [([UInt8], ControlRecordType)] = [
            ([0, 0, 0, 0], .abort), ([0, 0, 0, 1], .commit), ([0, 3, 0, 9, 7], ControlRecordType(rawValue: 9)),
        ]
        for (bytes, type) in keys {
            let key = try ControlRecordKey.decode(from: bytes)
            #expect(key.type == type)
        }
        let commit = try ControlRecordKey(type: .commit).encoded()
        #expect(commit == [0, 0, 0, 1])
        let marker = try EndTransactionMarker(coordinatorEpoch: 5).encoded()
        #expect(marker == [0, 0, 0, 0, 0, 5])
    }

    /// Calls `body` with the version and what Kafka has written behind it, and the same made here.
    private func check(
        _ kind: Kind, isFilled: Bool = true,
        _ body: (any PrefixedStruct.Type, Int16, [UInt8], any PrefixedStruct) throws -> Void
    ) throws {
        for version in kind.type.versions {
            let java = try #require(JavaMessage.bytes(kind.javaName, version: version, isFilled: isFilled))
            try body(kind.type, version, bigEndian(version) + java, kind.type.filled(version: version))
        }
    }
}

extension PrefixedStruct {
    fileprivate static func filled(version: Int16) -> Self { FieldFiller.filled(prefixed: Self.self, version: version) }

    fileprivate func isSame(as other: any PrefixedStruct) -> Bool { (other as? Self) == self }
}

import Testing

@testable import LoadGenerator

@Suite struct RecordStampTests {
    private static let stamps = RunStamps(run: 0xDEAD_BEEF)
    private static let place = RecordStamp(lane: 513, sequence: RecordStamp.sequenceEnd - 2)

    private static func stamped(_ byteCount: Int, key: [UInt8]?) -> [UInt8] {
        var value = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 * 7) }
        value.withUnsafeMutableBytes { value in
            withBytes(key) { stamps.stamp(value, key: $0, lane: place.lane, sequence: place.sequence) }
        }
        return value
    }

    private static func stampedHeader(_ value: [UInt8], key: [UInt8]?) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: RecordStamp.byteCount)
        header.withUnsafeMutableBytes { header in
            value.withUnsafeBytes { value in
                withBytes(key) {
                    stamps.stamp(header: header, value: value, key: $0, lane: place.lane, sequence: place.sequence)
                }
            }
        }
        return header
    }

    private static func withBytes<R>(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) -> R) -> R {
        bytes.map { $0.withUnsafeBytes { body($0) } } ?? body(nil)
    }

    private static func read(_ value: [UInt8], key: [UInt8]?, by stamps: RunStamps = stamps) -> RecordStamp.Reading {
        value.withUnsafeBytes { value in withBytes(key) { stamps.read(value: value, key: $0) } }
    }

    private static func read(header: [UInt8], _ value: [UInt8], key: [UInt8]?) -> RecordStamp.Reading {
        header.withUnsafeBytes { header in
            value.withUnsafeBytes { value in
                withBytes(key) { stamps.read(header: header, value: value, key: $0) }
            }
        }
    }

    @Test(arguments: [16, 17, 100, 300], [nil, [], [1], Array("a longer key".utf8)] as [[UInt8]?])
    func `a stamp in a value says what was written, and any flipped byte is found`(byteCount: Int, key: [UInt8]?) {
        let value = Self.stamped(byteCount, key: key)
        #expect(Self.read(value, key: key) == .intact(Self.place))
        for index in value.indices {
            var other = value
            other[index] ^= 0x10
            #expect(Self.read(other, key: key) == .corrupted, "byte \(index)")
        }
    }

    @Test(arguments: [0, 1, 15, 200], [nil, [], [1, 2]] as [[UInt8]?])
    func `a stamp in a header vouches for value and key`(byteCount: Int, key: [UInt8]?) {
        let value = [UInt8](repeating: 3, count: byteCount)
        let header = Self.stampedHeader(value, key: key)
        #expect(Self.read(header: header, value, key: key) == .intact(Self.place))
        for index in value.indices {
            var other = value
            other[index] ^= 1
            #expect(Self.read(header: header, other, key: key) == .corrupted)
        }
        for index in header.indices {
            var other = header
            other[index] ^= 0x80
            #expect(Self.read(header: other, value, key: key) == .corrupted)
        }
        #expect(Self.read(header: header, value + [3], key: key) == .corrupted)
    }

    @Test func `another key, or none, is found`() {
        let value = Self.stamped(40, key: [1, 2, 3])
        for key in [nil, [], [1, 2], [1, 2, 4]] as [[UInt8]?] { #expect(Self.read(value, key: key) == .corrupted) }
        #expect(Self.read(Self.stamped(40, key: nil), key: []) == .corrupted)
    }

    @Test func `what is not stamped by the run is foreign`() {
        let other = RunStamps(run: ~Self.stamps.run)
        #expect(Self.read(Self.stamped(40, key: nil), key: nil, by: other) == .foreign)
        #expect(Self.read([UInt8](repeating: 7, count: 100), key: nil) == .foreign)
        #expect(Self.read([1, 2, 3], key: nil) == .foreign)
        #expect(Self.read(header: [1, 2, 3], [1], key: nil) == .foreign)
    }
}

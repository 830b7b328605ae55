import KafkaClient
import Testing

@testable import LoadGenerator

@Suite struct RecordStamperTests {
    private static let stamps = RunStamps(run: 77)

    private static func configuration(_ size: RecordSize, keys: KeyDistribution, headers: Int) -> RunConfiguration {
        var configuration = RunConfiguration()
        configuration.recordSize = size
        configuration.keys = keys
        configuration.keySize = keys == .none ? 0 : 12
        configuration.headerCount = headers
        configuration.headerSize = headers == 0 ? 0 : 9
        configuration.isVerified = true
        return configuration
    }

    @Test(arguments: [RecordSize.fixed(1), .fixed(15), .fixed(16), .fixed(100), .uniform(1, 40)], [0, 1, 70])
    func `a stamped record is the pool's, but for its stamp`(size: RecordSize, headers: Int) throws {
        for keys in [KeyDistribution.none, .uniform(count: 1000)] {
            let pool = try PayloadPool(Self.configuration(size, keys: keys, headers: headers))
            var stamper = RecordStamper(pool, Self.stamps, lane: 3, isInHeaders: false)
            var (chunk, plain) = (pool.makeChunk(), pool.makeChunk())
            var sequence: Int64 = 0
            for first in [1000, 5, 1030] as [Int64] {
                let count = first == 5 ? 7 : 30
                try stamper.fill(&chunk, first: first, count: count)
                pool.fill(&plain, first: first, count: count)
                let headerStamps = stamper.headerStamps()
                for index in 0..<count {
                    let (value, key) = (bytes(chunk.value(at: index)), bytes(chunk.key(at: index)))
                    let original = bytes(plain.value(at: index)) ?? []
                    #expect(key == bytes(plain.key(at: index)))
                    #expect(value?.count == original.count)
                    let stamp = RecordStamp(lane: 3, sequence: sequence)
                    #expect(
                        reading(value ?? [], key, headerStamps.isEmpty ? nil : headerStamps[index]) == .intact(stamp))
                    let prefix = original.count < RecordStamp.byteCount ? 0 : RecordStamp.byteCount
                    #expect(value?.dropFirst(prefix).elementsEqual(original.dropFirst(prefix)) == true)
                    sequence += 1
                }
            }
        }
    }

    @Test(arguments: [0, 1, 63, 64, 200])
    func `headers keep their order, and the stamp comes last`(count: Int) throws {
        let pool = try PayloadPool(Self.configuration(.fixed(3), keys: .none, headers: count))
        let target = UnsafeMutableRawBufferPointer.allocate(
            byteCount: pool.headersByteCount(of: 4, withStamp: true), alignment: 1)
        defer { target.deallocate() }
        target.initializeMemory(as: UInt8.self, repeating: 9)
        pool.copyHeaders(of: 4, to: target, withStamp: true)
        let stamp = RecordHeader(key: RecordStamp.headerKey, value: Array(repeating: 9, count: RecordStamp.byteCount))
        #expect(Array(target) == RecordChunk.encoded(pool.headers(of: 4) + [stamp]))
    }

    @Test func `the size of a record counts the header of its stamp`() throws {
        let small = try PayloadPool(Self.configuration(.fixed(10), keys: .none, headers: 0))
        #expect(small.bytesPerRecord == Double(10 + RecordStamp.headerByteCount))
        let large = try PayloadPool(Self.configuration(.fixed(16), keys: .none, headers: 0))
        #expect(large.bytesPerRecord == 16)
    }

    private func bytes(_ span: RawSpan?) -> [UInt8]? {
        guard let span else { return nil }
        return span.withUnsafeBytes { Array($0) }
    }

    private func reading(_ value: [UInt8], _ key: [UInt8]?, _ header: [UInt8]?) -> RecordStamp.Reading {
        value.withUnsafeBytes { value in
            let key = key ?? []
            return key.withUnsafeBytes { bytes in
                let key = key.isEmpty ? nil : bytes
                guard let header else { return Self.stamps.read(value: value, key: key) }
                return header.withUnsafeBytes { Self.stamps.read(header: $0, value: value, key: key) }
            }
        }
    }
}

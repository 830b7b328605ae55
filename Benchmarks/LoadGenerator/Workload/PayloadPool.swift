// Payloads are made before the clock starts. Record i of a run has the payload i mod N of the pool, whichever lane sends it:
// the seed alone decides what the records are.

import KafkaClient

/// The payloads of a workload, as a ring of records that chunks are cut from.
///
/// A lane that takes its records from `RecordStretches` goes round a short ring without a break. So a batch never holds a payload
/// twice, neither of consecutive records nor of those that a rotation over partitions gives to one of them. Where records come
/// to batches in another order (keys, rates), the ring is as long as what all open batches hold, four times.
package struct PayloadPool: Sendable {
    /// Records of a chunk: 8 KiB of entries stay in the first-level cache.
    package static let chunkRecordCount = 256

    private let arena: RecordArena
    let ring: RecordChunk
    let keys: KeyGenerator?
    /// Sets of headers in the form that records have them, as the values of a chunk.
    let headerBytes: RecordChunk
    /// See `stampPrefix(behind:)`.
    let stampPrefix: [UInt8]
    let stampCountByteCount: Int
    /// What the number of a record's own headers takes in a set.
    let ownHeaderCountByteCount: Int
    /// Sets of headers that payloads take in turn.
    private let headerSets: [[RecordHeader]]
    /// How many different payloads there are. Payloads that are made are at least as many as a batch has records, and few, so
    /// that they stay in a core's own cache; their number is a prime, so that no stride over partitions meets the same few.
    /// It does not depend on cores, builder and concurrency.
    package let payloadCount: Int
    /// Records of a stretch, which a lane is given at once: whole rounds of a short ring, as few as make the giving cheap; parts
    /// of a long ring, so that no lane gets nothing for a while.
    package let stretchRecordCount: Int
    /// Bytes of keys, values and headers of a record, on average over the ring.
    package private(set) var bytesPerRecord: Double

    /// What a stretch has at least, unless its bytes are enough.
    private static let stretchRecordCountMin = 1024
    private static let stretchByteCountMin = 256 << 10
    /// Of a longer ring, lanes get parts.
    private static let wholeRoundMax = 4096
    /// Sizes that stand for a distribution.
    private static let sizeCountMin = 1009
    /// More bytes a ring doesn't take, unless one batch needs them.
    private static let byteCountMax = 64 << 20

    /// Payloads as a configuration describes them.
    ///
    /// - Throws: `ValueError` when a payload file is not what it was when the command started.
    package init(_ configuration: RunConfiguration) throws {
        try self.init(unstamped: configuration)
        if configuration.isVerified {
            let stamped = ring.countOfStampHeaders(payloadCount, isInHeaders: configuration.stampsAreInHeaders)
            bytesPerRecord += Double(stamped * RecordStamp.headerByteCount) / Double(payloadCount)
        }
    }

    private init(unstamped configuration: RunConfiguration) throws {
        let keys = KeyGenerator(configuration.keys, byteCount: configuration.keySize, seed: configuration.seed)
        switch configuration.payload {
        case .generated(let compressibility):
            try self.init(
                recordSize: configuration.recordSize, compressibility: compressibility, seed: configuration.seed,
                batchByteCount: configuration.batchSizeBytes, longestBatchByteCount: configuration.largestBatchSize,
                partitions: configuration.partitions,
                isShared: configuration.rate != nil || keys != nil, keys: keys,
                headers: HeaderTexts(count: configuration.headerCount, byteCount: configuration.headerSize))
        case .file(let path, let delimiter):
            let file = try PayloadFile(path, delimiter: delimiter, isText: false)
            guard file.facts.longestByteCount <= configuration.recordSize.maximumByteCount else {
                throw ValueError("'\(path)' was changed while kbench ran: it has longer records now")
            }
            try self.init(
                bytes: file.bytes, values: file.pieces, seed: configuration.seed, keys: keys,
                headers: HeaderTexts(count: configuration.headerCount, byteCount: configuration.headerSize))
        }
    }

    /// Payloads made from a seed.
    ///
    /// - Parameters:
    ///   - recordSize: bytes of the payloads.
    ///   - compressibility: share of each payload, 0 … 1, that is the same byte over and over.
    ///   - batchByteCount: no batch of this size holds the same payload twice.
    ///   - partitions: over which records may be rotated, at least 1.
    ///   - isShared: lanes don't take whole rounds but whatever comes next, or keys decide where a record goes. What lies in a
    ///     batch is then as far apart as all open batches together hold, and more where there are many lanes.
    package init(
        recordSize: RecordSize, compressibility: Double, seed: UInt64, batchByteCount: Int, partitions: Int = 1,
        isShared: Bool = false
    ) throws(KafkaClientError) {
        try self.init(
            recordSize: recordSize, compressibility: compressibility, seed: seed, batchByteCount: batchByteCount,
            longestBatchByteCount: batchByteCount, partitions: partitions, isShared: isShared, keys: nil, headers: nil)
    }

    private init(
        recordSize: RecordSize, compressibility: Double, seed: UInt64, batchByteCount: Int, longestBatchByteCount: Int,
        partitions: Int, isShared: Bool, keys: KeyGenerator?, headers: HeaderTexts?
    ) throws(KafkaClientError) {
        precondition(partitions > 0)
        let mean = max(1, recordSize.meanByteCount)
        // No record takes fewer bytes than its value and seven fields of one byte.
        let recordsPerBatch = longestBatchByteCount / (mean + 7) + 2
        var wanted = recordsPerBatch
        // Few partitions have batches that are longer than usual at once.
        if isShared { wanted = max(wanted, 4 * partitions * (batchByteCount / (mean + 7) + 2)) }
        if case .fixed = recordSize {} else { wanted = max(wanted, Self.sizeCountMin) }
        let count = Self.prime(
            atLeast: max(recordsPerBatch, min(wanted, Self.byteCountMax / mean)), notDividing: partitions)
        var generator = SplitMix64(seed: seed)
        var sizeGenerator = SplitMix64(seed: seed ^ 0x7369_7A65)
        let sizes = recordSize.sample(count, using: &sizeGenerator)
        var bytes = [UInt8](repeating: UInt8(ascii: "0"), count: sizes.reduce(0, +))
        var values: [Range<Int>] = []
        values.reserveCapacity(count)
        bytes.withUnsafeMutableBytes { bytes in
            var start = 0
            for size in sizes {
                let randomCount = size - Int((Double(size) * compressibility).rounded())
                generator.fill(UnsafeMutableRawBufferPointer(rebasing: bytes[start..<start + randomCount]))
                values.append(start..<start + size)
                start += size
            }
        }
        try self.init(bytes: bytes, values: values, seed: seed, keys: keys, headers: headers)
    }

    private init(
        bytes: [UInt8], values: [Range<Int>], seed: UInt64, keys: KeyGenerator?, headers: HeaderTexts?
    ) throws(KafkaClientError) {
        var bytes = bytes
        let valueByteCount = values.reduce(0) { $0 + $1.count }
        let headerSets = headers?.append(to: &bytes, seed: seed, count: values.count) ?? []
        arena = try RecordArena(bytes: bytes.span.bytes)
        var ring = RecordChunk(sharing: arena, capacity: values.count + Self.chunkRecordCount)
        for index in 0..<values.count + Self.chunkRecordCount {
            let slot = index % values.count
            try ring.append(
                keyAt: nil, valueAt: values[slot],
                headersAt: headerSets.isEmpty ? nil : headerSets[slot % headerSets.count].range)
        }
        self.ring = ring
        var headerBytes = RecordChunk(sharing: arena, capacity: headerSets.count)
        for set in headerSets { try headerBytes.append(keyAt: nil, valueAt: set.range) }
        self.headerBytes = headerBytes
        let headerCount = headerSets.first?.headers.count ?? 0
        (stampPrefix, stampCountByteCount) = Self.stampPrefix(behind: headerCount)
        ownHeaderCountByteCount = Self.stampPrefix(behind: headerCount - 1).countByteCount
        self.headerSets = headerSets.map(\.headers)
        self.keys = keys
        payloadCount = values.count
        let mean = valueByteCount / values.count
        bytesPerRecord =
            Double(valueByteCount) / Double(values.count) + Double(keys?.byteCount ?? 0)
            + Double(headers?.byteCountOfRecord ?? 0)
        let stretchMin = max(1, min(Self.stretchRecordCountMin, Self.stretchByteCountMin / max(1, mean)))
        stretchRecordCount =
            values.count > Self.wholeRoundMax
            ? stretchMin : (stretchMin + values.count - 1) / values.count * values.count
    }

    /// A chunk to be filled by `fill`, again and again.
    package func makeChunk() -> RecordChunk { RecordChunk(sharing: arena, capacity: Self.chunkRecordCount) }

    /// Puts records `first` to `first + count - 1` of the run into a chunk.
    ///
    /// - Precondition: at most `chunkRecordCount` records; the chunk came from `makeChunk`.
    package func fill(_ chunk: inout RecordChunk, first: Int64, count: Int) {
        let range = positions(first: first, count: count)
        guard let keys else { return chunk.replaceAll(with: range, of: ring) }
        chunk.replaceAll(with: range, of: ring, keyByteCount: keys.byteCount) { keys.write(first: first, to: $0) }
    }

    /// Puts the first records of `stretch` into a chunk, as many as it holds, and takes them off the stretch.
    ///
    /// - Precondition: the chunk came from `makeChunk`.
    package func fill(_ chunk: inout RecordChunk, from stretch: inout Range<Int64>) {
        let count = min(stretch.count, Self.chunkRecordCount)
        fill(&chunk, first: stretch.lowerBound, count: count)
        stretch = stretch.dropFirst(count)
    }

    /// The headers of a record of the run.
    func headers(of record: Int64) -> [RecordHeader] {
        if headerSets.isEmpty { return [] }
        return headerSets[Int(record % Int64(payloadCount)) % headerSets.count]
    }

    /// Where records lie in the ring; those from `payloadCount` on are the first ones once more.
    func positions(first: Int64, count: Int) -> Range<Int> {
        precondition(count <= Self.chunkRecordCount)
        let start = Int(first % Int64(payloadCount))
        return start..<start + count
    }

    private static func prime(atLeast bound: Int, notDividing multiple: Int) -> Int {
        var candidate = bound | 1
        while !isPrime(candidate) || multiple.isMultiple(of: candidate) { candidate += 2 }
        return candidate
    }

    private static func isPrime(_ odd: Int) -> Bool {
        var divisor = 3
        while divisor * divisor <= odd {
            if odd % divisor == 0 { return false }
            divisor += 2
        }
        return odd > 1
    }
}

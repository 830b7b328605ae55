import KafkaClient

/// The headers of a workload's records: `h0`, `h1`, …, with random letters for values.
struct HeaderTexts {
    private let count: Int
    /// Of each header, key and value together.
    private let byteCount: Int

    /// Different sets of headers that records take in turn.
    private static let setCountMax = 1021
    private static let byteCountMax = 64 << 20

    /// - Returns: nil for records without headers.
    init?(count: Int, byteCount: Int) {
        guard count > 0 else { return nil }
        self.count = count
        self.byteCount = byteCount
    }

    var byteCountOfRecord: Int { count * byteCount }

    /// Appends as many sets as `count` records need, but not without bound, in the form that records have them.
    ///
    /// - Returns: the sets, and where each lies.
    func append(
        to bytes: inout [UInt8], seed: UInt64, count recordCount: Int
    ) -> [(headers: [RecordHeader], range: Range<Int>)] {
        var generator = SplitMix64(seed: seed ^ 0x6865_6164)
        let setCount = max(1, min(recordCount, Self.setCountMax, Self.byteCountMax / byteCountOfRecord))
        return (0..<setCount).map { _ in
            let headers = (0..<count).map { index in
                let key = String("h\(index)".prefix(byteCount))
                return RecordHeader(key: key, value: letters(byteCount - key.utf8.count, &generator))
            }
            let start = bytes.count
            bytes += RecordChunk.encoded(headers)
            return (headers, start..<bytes.count)
        }
    }

    /// Of 64 that a text may have.
    private func letters(_ count: Int, _ generator: inout SplitMix64) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        bytes.withUnsafeMutableBytes { generator.fill($0) }
        return bytes.map { Self.alphabet[Int($0 & 63)] }
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
}

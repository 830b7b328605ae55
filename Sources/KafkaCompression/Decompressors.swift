package import KafkaProtocol

/// The decompressors of one worker that reads batches of any compression type, each made when it is first needed.
///
/// Not `Sendable`: it belongs to the worker that made it.
package final class Decompressors {
    private let table: CodecTable
    private var made: [(any BatchDecompressor)?]

    package init(_ table: CodecTable = CodecTable()) {
        self.table = table
        made = Array(repeating: nil, count: CompressionType.allCases.count)
    }

    /// As ``BatchDecompressor/decompress(_:into:maxByteCount:)``, by the codec of `type`.
    package func decompress(
        _ source: RawSpan, type: CompressionType, into output: inout [UInt8], maxByteCount: Int
    ) throws(CodecError) {
        let decompressor: any BatchDecompressor
        do {
            decompressor = try self.decompressor(for: type)
        } catch {
            output.removeAll(keepingCapacity: true)
            throw error
        }
        try decompressor.decompress(source, into: &output, maxByteCount: maxByteCount)
    }

    /// The worker's decompressor of a type.
    ///
    /// - Throws: what the codec throws when it cannot make one.
    package func decompressor(for type: CompressionType) throws(CodecError) -> any BatchDecompressor {
        // The raw values of CompressionType are 0 to 4, without a gap.
        if let existing = made[Int(type.rawValue)] { return existing }
        let decompressor = try table[type].makeDecompressor()
        made[Int(type.rawValue)] = decompressor
        return decompressor
    }
}

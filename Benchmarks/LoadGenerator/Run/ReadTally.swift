/// What a consumer has read: counted batch by batch.
struct ReadTally: Sendable {
    var records: Int64 = 0
    /// Bytes of keys, values and headers.
    var payloadBytes: Int64 = 0
    /// Bytes of batches as they are stored, and after decompression.
    var wireBytes: Int64 = 0
    var plainBytes: Int64 = 0
    var batches: Int64 = 0
    /// Compressed batches, those of them whose decompression was measured, and what that took, in ns of CPU time.
    var compressedBatches: Int64 = 0
    var measuredBatches: Int64 = 0
    var measuredNs: Int64 = 0

    /// An estimate of the CPU time that decompression took; nil when nothing was compressed.
    var decompressCpuNs: Int64? {
        measuredBatches == 0
            ? nil : Int64(Double(measuredNs) / Double(measuredBatches) * Double(compressedBatches))
    }

    mutating func add(_ more: ReadTally) {
        records += more.records
        payloadBytes += more.payloadBytes
        wireBytes += more.wireBytes
        plainBytes += more.plainBytes
        batches += more.batches
        compressedBatches += more.compressedBatches
        measuredBatches += more.measuredBatches
        measuredNs += more.measuredNs
    }
}

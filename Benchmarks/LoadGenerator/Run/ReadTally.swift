/// What a consumer has read: counted batch by batch.
struct ReadTally: Sendable {
    var records: Int64 = 0
    /// Bytes of keys, values and headers.
    var payloadBytes: Int64 = 0
    /// Bytes of batches as they are stored, and after decompression.
    var wireBytes: Int64 = 0
    var plainBytes: Int64 = 0
    var batches: Int64 = 0

    mutating func add(_ more: ReadTally) {
        records += more.records
        payloadBytes += more.payloadBytes
        wireBytes += more.wireBytes
        plainBytes += more.plainBytes
        batches += more.batches
    }
}

/// Values of an option for which something is to be found: `codec=none,lz4`.
package struct OverList: Sendable, Hashable {
    /// Without its dashes.
    let option: String
    /// Between commas.
    let list: String

    /// The options of runs that take lists, but for the rate, which is what is looked for. They are stated here, because the
    /// table of options is not made yet when a row of it asks.
    static let names = [
        "rtt", "record-size", "keys", "compressibility", "partitions", "partitioner", "builder", "door", "tasks",
        "cores", "concurrency", "codec", "batch-size", "linger", "acks", "idempotence",
        "transaction-duration", "consumers", "decoders",
    ]
}

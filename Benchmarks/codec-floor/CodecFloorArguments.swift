import KafkaClient
import LoadGenerator

/// The words of `codec-floor`'s command line, each with a default.
struct CodecFloorArguments {
    var records = 2_000_000
    var recordSize = 100
    var batchSize = 16 << 10
    private(set) var codecs: [(name: String, codec: Codec)] = []

    /// - Throws: `UsageError` with everything that is wrong.
    init(_ words: [String]) throws(UsageError) {
        var problems: [String] = []
        func read(_ index: Int, _ name: String, _ parse: (String) throws(ValueError) -> Int64, into value: inout Int) {
            guard words.indices.contains(index) else { return }
            do throws(ValueError) {
                let number = try parse(words[index])
                guard (1...1 << 30).contains(number) else { throw ValueError("accepted is 1 … \(1 << 30)") }
                value = Int(number)
            } catch {
                problems.append("\(name): \(error)")
            }
        }
        read(0, "RECORDS", Quantity.count, into: &records)
        read(1, "RECORD-SIZE", Quantity.byteCount, into: &recordSize)
        read(2, "BATCH-SIZE", Quantity.byteCount, into: &batchSize)
        let needed = recordSize + RunConfiguration.overheadByteCount
        if needed > batchSize { problems.append("BATCH-SIZE: a record may need \(needed) B with its overhead") }
        for name in words.count > 3 ? Array(words[3...]) : ["gzip", "snappy", "lz4", "zstd"] {
            do throws(CodecError) {
                codecs.append((name, try Codec(parsing: name)))
            } catch {
                problems.append("CODEC: \(error)")
            }
        }
        if !problems.isEmpty { throw UsageError(problems) }
    }
}

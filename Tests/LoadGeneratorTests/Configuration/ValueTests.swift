import KafkaClient
import Testing

@testable import LoadGenerator

/// The values that options take, each by its own grammar.
@Suite struct ValueTests {
    @Test(
        arguments: [
            ("100", .fixed(100), 100), ("1K", .fixed(1024), 1024), ("uniform:100:1000", .uniform(100, 1000), 550),
            ("lognormal:200:0.5", .lognormal(median: 200, sigma: 0.5), 227),
            ("list:100=9,1000=1", .list([.init(byteCount: 100, weight: 9), .init(byteCount: 1000, weight: 1)]), 190),
        ] as [(String, RecordSize, Int)])
    func recordSizesAreFixedOrDistributed(text: String, expected: RecordSize, mean: Int) throws {
        #expect(try RecordSize(parsing: text) == expected)
        #expect(expected.meanByteCount == mean)
        #expect(try RecordSize(parsing: expected.description) == expected)
    }

    @Test(arguments: [
        "", "0", "-1", "2GiB", "uniform", "uniform:1", "uniform:9:1", "uniform:1:2:3", "uniform:0:5", "lognormal:100",
        "lognormal:100:0", "lognormal:100:nan", "lognormal:100:9", "list:", "list:100", "list:100=0", "list:100=x",
        "list:100=1,100=2", "list:100=1,", "normal:1:2", "list", "100:200",
    ])
    func whatIsNoRecordSizeIsRefused(text: String) {
        #expect(throws: ValueError.self) { try RecordSize(parsing: text) }
    }

    @Test(
        arguments: [
            ("none", .none), ("sequential:1M", .sequential(count: 1_000_000)), ("uniform:5", .uniform(count: 5)),
            ("zipf:1000:1.1", .zipf(count: 1000, exponent: 1.1)),
        ] as [(String, KeyDistribution)])
    func keysHaveACountAndZipfAnExponent(text: String, expected: KeyDistribution) throws {
        #expect(try KeyDistribution(parsing: text) == expected)
        #expect(try KeyDistribution(parsing: expected.description) == expected)
    }

    @Test(arguments: ["", "some", "none:1", "uniform", "uniform:0", "uniform:x", "zipf:10", "zipf:10:0", "zipf:10:inf"])
    func whatIsNoKeyDistributionIsRefused(text: String) {
        #expect(throws: ValueError.self) { try KeyDistribution(parsing: text) }
    }

    @Test(arguments: ["none", "gzip", "gzip:9", "snappy", "lz4:17", "zstd:-131072", "zstd:22"])
    func codecsComeWithTheirLevels(text: String) throws {
        #expect(try CodecChoice(parsing: text).description == text)
    }

    @Test(arguments: [
        "", "zip", "ZSTD", "gzip:0", "gzip:10", "lz4:18", "zstd:23", "zstd:", "zstd:x", "none:1", "snappy:1",
    ])
    func whatIsNoCodecIsRefused(text: String) {
        #expect(throws: ValueError.self) { try CodecChoice(parsing: text) }
    }

    @Test func acksTakeKafkasWords() throws {
        #expect(try ["0", "1", "all", "-1"].map { try AcksChoice(parsing: $0).acks } == [.none, .leader, .all, .all])
        #expect(throws: ValueError.self) { try AcksChoice(parsing: "2") }
    }

    @Test func choicesNameWhatIsAccepted() {
        #expect(throws: ValueError("'both' is not a builder; accepted is sequential, sharded")) {
            try BuilderChoice(parsing: "both")
        }
    }

    @Test func theBatchSizeIsTheClientsUnlessARecordNeedsMore() throws {
        #expect(RunConfiguration().automaticBatchSize == BuilderConfiguration().batchByteCount)
        var configuration = RunConfiguration()
        configuration.recordSize = .fixed(20_000)
        #expect(configuration.automaticBatchSize == 20_480)
    }
}

import Foundation
import Testing

@testable import LoadGenerator

@Suite struct HdrHistogramLogTests {
    @Test func hasTheHeaderOfVersion13AndALineForEachStage() throws {
        var histogram = HdrHistogram.latencyNs()
        histogram.record(1_234_567)
        var log = HdrHistogramLog(startedAtMs: 1_700_000_000_123)
        log.append(tag: "build", startNs: 0, lengthNs: 2_500_000_000, histogram: histogram)
        let lines = log.text.split(separator: "\n").map(String.init)
        #expect(lines[1] == "#[Histogram log format version 1.3]")
        #expect(lines[2] == "#[StartTime: 1700000000.123 (seconds since epoch), 2023-11-14T22:13:20.123Z]")
        #expect(lines[4] == #""StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram""#)
        #expect(lines[5].hasPrefix("Tag=build,0.000,2.500,1.234,HISTF"))
        let encoded = try #require(lines[5].split(separator: ",").last)
        #expect(try HdrHistogram(encodedBase64: encoded).counts == histogram.counts)
    }

    private static let python = ProcessInfo.processInfo.environment["KBENCH_TEST_PYTHON"]

    @Test(.enabled(if: python != nil, "set KBENCH_TEST_PYTHON to a python that has PyPI's hdrhistogram"))
    func pythonReadsTheLogAndFindsTheSamePercentiles() throws {
        var log = HdrHistogramLog(startedAtMs: 1_700_000_000_123)
        var expected: [String: HdrHistogram] = [:]
        var generator = SplitMix64(seed: 42)
        for stage in LatencyStage.allCases {
            var histogram = HdrHistogram.latencyNs()
            for _ in 0..<5000 {
                let magnitude = Int64.random(in: 8...38, using: &generator)
                histogram.record(.random(in: 1...(1 << magnitude), using: &generator), count: 100)
            }
            expected[stage.rawValue] = histogram
            log.append(tag: stage.rawValue, startNs: 0, lengthNs: 1_000_000_000, histogram: histogram)
        }
        let folder = try TemporaryFolder()
        let path = try folder.write(log.text.utf8, "1.hlog")
        let script = """
            import sys
            from hdrh.log import HistogramLogReader
            from hdrh.histogram import HdrHistogram
            reader = HistogramLogReader(sys.argv[1], HdrHistogram(64, 3600 * 10**9, 3))
            while True:
                h = reader.get_next_interval_histogram()
                if h is None: break
                print(h.get_tag(), h.get_total_count(), *[h.get_value_at_percentile(p) for p in (50, 90, 99, 99.9)])
            """
        let lines = try Self.output(of: script, path).split(separator: "\n")
        #expect(lines.count == LatencyStage.allCases.count)
        for line in lines {
            let fields = line.split(separator: " ").map(String.init)
            let histogram = try #require(expected[fields[0]])
            #expect(fields[1] == String(histogram.totalCount))
            let ours = [50, 90, 99, 99.9].map { String(histogram.valueAtPercentile($0)) }
            #expect(Array(fields[2...]) == ours)
        }
    }

    private static func output(of script: String, _ argument: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python ?? "")
        process.arguments = ["-c", script, argument]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: data, as: UTF8.self)
    }
}

import Testing

@testable import LoadGenerator

@Suite struct GateTests {
    @Test func aGateIsAMetricWithABound() throws {
        let gates = try Gate.list("throughput_rps:-5%,latency_total_p99_us:+10%,batches:+0.5%")
        #expect(gates.map(\.metric.name) == ["throughput_rps", "latency_total_p99_us", "batches"])
        #expect(gates.map(\.bound) == [-0.05, 0.1, 0.005])
        #expect(gates[0].forbids(-0.051) && !gates[0].forbids(-0.049))
        #expect(gates[1].forbids(0.11) && !gates[1].forbids(-0.5))
        #expect(gates.map(\.description) == ["throughput_rps:-5%", "latency_total_p99_us:+10%", "batches:+0.5%"])
    }

    @Test(arguments: [
        ("throughput_rps", "no bound"), ("throughput_rps:5%", "no sign"), ("throughput_rps:-5", "no %"),
        ("throughput_rps:+5%", "is better when it is higher"),
        ("latency_total_p99_us:-5%", "is better when it is lower"),
        ("throughput_rps:-x%", "no percentage"), ("throughput_rps:-100%", "no percentage"),
        ("throughput_rqs:-5%", "did you mean throughput_rps?"), ("latency_total_p99:+5%", "latency_total_p99"),
        ("codec:-5%", "not a metric"), ("", "no bound"),
    ])
    func whatIsNoGateIsRefused(text: String, reason: String) {
        #expect { _ = try Gate.list(text) } throws: { "\($0)".contains(reason) }
    }

    @Test func metricsAreTheMeasuredColumnsOfTheFile() {
        #expect(MetricColumn.all.map(\.name) == RunResult.empty.resultColumnNames)
    }
}

@Suite struct ShellWordsTests {
    @Test func wordsAreSplitAsAShellDoes() throws {
        #expect(try ShellWords.split("  --codec lz4 ") == ["--codec", "lz4"])
        #expect(
            try ShellWords.split(#"-X 'a=b c' --payload-delimiter "\"" x\ y ''"#)
                == ["-X", "a=b c", "--payload-delimiter", "\"", "x y", ""])
        #expect(try ShellWords.split("").isEmpty)
    }

    @Test(arguments: ["'a", "\"a", "a\\"])
    func whatIsNotWholeIsRefused(text: String) {
        #expect(throws: ValueError.self) { try ShellWords.split(text) }
    }
}

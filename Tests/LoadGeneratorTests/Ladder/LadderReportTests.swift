import Testing

@testable import LoadGenerator

@Suite struct LadderReportTests {
    private func plan(_ line: String) throws -> RunPlan {
        let words = line.split(separator: " ").map(String.init)
        let environment = CommandLineEnvironment(onlineCores: 2, randomSeed: 1)
        guard case .ladder(let plan) = try CommandLineParser.parse(words, environment: environment) else {
            throw RunError("no ladder")
        }
        return plan
    }

    private func row(_ run: Int, _ throughput: Double, cpu: Double) throws -> RunRow {
        let names = ["run", "throughput_rps", "client_cpu_ns_per_record", "generator_cpu_ns_per_record", "verdict"]
        return try #require(RunRow(names, ["\(run)", "\(throughput)", "\(cpu)", "1", "ok"]))
    }

    @Test func everyStageIsARung() throws {
        #expect(
            try plan("ladder --codec lz4").configurations.map(\.stage) == [
                .generate, .build, .compress, .null, .broker,
            ])
        #expect(try plan("ladder").configurations.map(\.stage) == [.generate, .build, .null, .broker])
        #expect(try plan("ladder --runs 3").runs == 3)
        #expect(throws: UsageError.self) { try plan("ladder --stage build") }
        #expect(throws: UsageError.self) { try plan("ladder --rate 5") }
    }

    @Test func theRungThatAddsMostLimits() throws {
        let plan = try plan("ladder --runs 1")
        let report = LadderReport(
            plan,
            [
                try row(1, 100e6, cpu: 9), try row(2, 50e6, cpu: 19), try row(3, 48e6, cpu: 20),
                try row(4, 20e6, cpu: 40),
            ])
        let ladder = try #require(report.ladders.first)
        #expect(report.ladders.count == 1 && ladder.label.isEmpty)
        #expect(ladder.rungs.map(\.stage) == [.generate, .build, .null, .broker])
        #expect(ladder.limit?.stage == .broker && ladder.nextLimit == .generate)
        #expect(abs((ladder.limit?.without ?? 0) - 48e6) < 1e3)
        #expect(report.text.contains("broker limits: it adds 29.2 of the 50.0 ns"))
        #expect(report.csv.contains(",broker,20000000,50,29.167,41,20,0,true\n"))
    }

    @Test func eachConfigurationHasALadderOfItsOwn() throws {
        let plan = try plan("ladder --runs 1 --cores 1,2")
        let report = LadderReport(plan, try (1...8).map { try row($0, 1e6 / Double($0), cpu: 1) })
        #expect(report.ladders.map(\.label) == ["cores=1", "cores=2"])
        #expect(report.ladders.allSatisfy { $0.rungs.count == 4 })
    }
}

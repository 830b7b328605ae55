import Testing

@testable import LoadGenerator

@Suite struct RunPlanTests {
    private typealias Parser = CommandLineParserTests

    @Test func aBatchSizeThatIsNamedIsKept() throws {
        #expect(try Parser.plan("").configurations[0].adaptsBatchSize)
        #expect(try !Parser.plan("--batch-size 64KiB").configurations[0].adaptsBatchSize)
        #expect(try !Parser.plan("-X batch.size=65536").configurations[0].adaptsBatchSize)
    }

    @Test func listsMakeTheCrossProductAndTheLastOneVariesFastest() throws {
        let plan = try Parser.plan("--cores 1,2 --codec none,zstd:3,lz4 --linger 0,5ms")
        #expect(plan.configurations.count == 12)
        #expect(plan.configurations.map(\.cores) == Array(repeating: 1, count: 6) + Array(repeating: 2, count: 6))
        #expect(plan.configurations[0...2].map(\.codec.description) == ["none", "none", "zstd:3"])
        #expect(plan.configurations[0...1].map(\.lingerNs) == [0, 5_000_000])
    }

    @Test func tasksVaryOnlyWhereTheDoorHasTasks() throws {
        let plan = try Parser.plan("--door lane,writer,chunk --tasks 1,4")
        #expect(plan.configurations.map(\.door) == [.lane, .writer, .writer, .chunk, .chunk])
        #expect(plan.configurations.map(\.tasks) == [0, 1, 4, 1, 4])
    }

    @Test func repeatsAreInterleavedRunByRun() throws {
        let schedule = try Parser.plan("--cores 1,2 --runs 3").schedule
        #expect(schedule.map(\.number) == [1, 2, 3, 4, 5, 6])
        #expect(schedule.map(\.configuration.cores) == [1, 2, 1, 2, 1, 2])
        #expect(schedule.map(\.repetition) == [1, 1, 2, 2, 3, 3])
        #expect(schedule.map(\.configurationIndex) == [0, 1, 0, 1, 0, 1])
    }

    @Test func theBatchSizeFollowsTheRecordsOfEachConfiguration() throws {
        let plan = try Parser.plan("--record-size 100,20000")
        #expect(plan.configurations.map(\.batchSizeBytes) == [16_384, 20_480])
        #expect(plan.sweptOptionNames == ["record-size", "batch-size"])
        #expect(
            plan.label(of: plan.configurations[1], swept: plan.sweptOptionNames)
                == "record-size=20000B batch-size=20KiB")
    }

    @Test func theConcurrencyIsTheClientsUnlessGiven() throws {
        #expect(try Parser.plan("--cores 1,3").configurations.map(\.concurrency) == [5, 5])
        #expect(try Parser.plan("--cores 1,3 --concurrency 2").configurations.map(\.concurrency) == [2, 2])
        #expect(try Parser.plan("").dryRunText.contains("  concurrency         5\n"))
    }

    @Test func aBatchThatBrokersRefuseByDefaultIsWarnedOf() throws {
        let plan = try Parser.plan("--record-size 1MiB,2MiB --cores 1,2")
        #expect(plan.configurations.map(\.batchSizeBytes) == [1_052_672, 1_052_672, 2_101_248, 2_101_248])
        #expect(plan.warnings.count == 2)
        #expect(plan.warnings.allSatisfy { $0.contains("message.max.bytes") && $0.contains("max.message.bytes") })
        #expect(plan.dryRunText.contains("\nwarning: \(plan.warnings[0])\nwarning: \(plan.warnings[1])\n"))
        #expect(try Parser.plan("--batch-size 1MiB").warnings.isEmpty)
        #expect(try Parser.plan("--batch-size 2MiB --stage null").warnings.isEmpty)
    }

    @Test func aLabelNamesOnlyWhatIsSwept() throws {
        let plan = try Parser.plan("--codec none,zstd:3 --cores 2")
        #expect(plan.label(of: plan.configurations[1], swept: plan.sweptOptionNames) == "codec=zstd:3")
        #expect(try Parser.plan("").sweptOptionNames.isEmpty)
    }

    @Test func aDryRunSaysThePlanAndItsBytes() throws {
        let text = try Parser.plan("--records 10M --record-size 1K --codec none,lz4 --runs 3 --dry-run").dryRunText
        #expect(text.contains("  record-size         1 KiB\n"))
        #expect(text.contains("  batch-size          16 KiB\n"))
        #expect(text.contains("  seed                99\n"))
        #expect(text.contains("  1  codec=none: 10M records, 10240000000 B (9.54 GiB) of payload\n"))
        #expect(text.contains("  2  codec=lz4: 10M records"))
        #expect(text.contains("6 runs: each configuration 3 times, in turn\n"))
        #expect(text.hasSuffix("in total: 61440000000 B (57.2 GiB) of payload\n"))
    }

    @Test func aDryRunWithDurationsSaysTheTimeAndHidesSecrets() throws {
        var plan = try Parser.plan("--duration 30s --runs 4 -b a:1")
        plan.target.commandProperties = [.init(name: "sasl.password", value: "x")]
        let text = plan.dryRunText
        #expect(text.hasSuffix("in total: 2 m of sending\n"))
        #expect(text.contains("sasl.password=***"))
        #expect(text.contains("broker              a:1\n"))
    }

    @Test func theTargetsNameFollowsTheStage() {
        var target = TargetSettings()
        #expect(target.name(stage: .broker) == "embedded")
        #expect(target.name(stage: .null) == "none")
        target.bootstrapServers = [.endpoint(.init(host: "a", port: 1)), .endpoint(.init(host: "b", port: 2))]
        #expect(target.name(stage: .broker) == "a:1,b:2")
    }
}

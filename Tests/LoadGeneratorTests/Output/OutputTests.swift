import Foundation
import Testing

@testable import LoadGenerator

@Suite struct OutputTests {
    private func result(run: Int = 1) -> RunResult {
        var configuration = RunConfiguration()
        // A literal that is right: what it refuses is tested in ValueTests.
        configuration.codec = try! CodecChoice(parsing: "zstd:3")
        configuration.cores = 2
        configuration.concurrency = 4
        configuration.seed = .max
        configuration.lingerNs = 500_000
        let startedAt = Timestamp(epochMs: 1_700_000_000_123)
        return RunResult(run: run, startedAt: startedAt, target: "a:1,b:2", configuration: configuration)
    }

    private func measured() -> RunResult {
        var result = result()
        result.durationNs = 2_000_000_000
        result.recordsAcked = 10_000_000
        result.recordsFailed = 0
        result.payloadBytesAcked = 1_000_000_000
        result.wireBytes = 500_000_000
        result.compressionRatio = 2.00001
        result.batches = 64_000
        result.clientCpuNs = 450_000_000
        result.generatorCpuNs = 15_000_000
        result.generatorCapacityRps = 20_000_000
        result.clientPeakRssBytes = 20_000_000
        result.leadersMoved = 3
        result.recordsRetried = 1204
        result.longestGap = RunResult.Gap(partition: 7, durationNs: 312_500_000)
        result.latencies[.total] = LatencyFigures(p50Ns: 1_500_000, p90Ns: 2, p99Ns: 3000, p999Ns: 4001, maxNs: 5)
        result.verdicts = [Verdict(.noisy, "5 % stolen"), Verdict(.failedRecords, "1 of 10")]
        return result
    }

    @Test func runsFileHasExactlyTheColumnsOfTheContract() {
        let contract = """
            run,started_at,target,stage,builder,cores,concurrency,codec,codec_level,partitions,records,\
            record_size_bytes,batch_size_bytes,linger_ms,acks,idempotence,rate_target_rps,seed,door,tasks,rtt_ms,may_reorder,mode,consumers,\
            role,isolation,group,group_protocol,transaction_duration_ms,decoders,security_protocol,sasl_mechanism,duration_s,records_acked,records_failed,throughput_rps,throughput_bytes_per_s,\
            wire_bytes_per_s,compression_ratio,batches,records_per_batch,client_cpu_s,client_cpu_ns_per_record,\
            generator_cpu_ns_per_record,broker_cpu_s,client_peak_rss_bytes,leaders_moved,records_retried,gap_max_ms,\
            generator_capacity_rps,generator_capacity_share,decompress_cpu_ns_per_record,group_join_s,transactions,\
            latency_total_p50_us,latency_total_p90_us,latency_total_p99_us,latency_total_p999_us,latency_total_max_us,\
            latency_build_p50_us,latency_build_p90_us,latency_build_p99_us,latency_build_p999_us,latency_build_max_us,\
            latency_compress_p50_us,latency_compress_p90_us,latency_compress_p99_us,latency_compress_p999_us,\
            latency_compress_max_us,\
            latency_queue_p50_us,latency_queue_p90_us,latency_queue_p99_us,latency_queue_p999_us,latency_queue_max_us,\
            latency_ack_p50_us,latency_ack_p90_us,latency_ack_p99_us,latency_ack_p999_us,latency_ack_max_us,\
            latency_wire_p50_us,latency_wire_p90_us,latency_wire_p99_us,latency_wire_p999_us,latency_wire_max_us,\
            latency_broker_p50_us,latency_broker_p90_us,latency_broker_p99_us,latency_broker_p999_us,latency_broker_max_us,\
            latency_end_to_end_p50_us,latency_end_to_end_p90_us,latency_end_to_end_p99_us,latency_end_to_end_p999_us,\
            latency_end_to_end_max_us,\
            latency_commit_p50_us,latency_commit_p90_us,latency_commit_p99_us,latency_commit_p999_us,latency_commit_max_us,latency_total_above_1h,latency_end_to_end_not_positive,clock_ahead_us,clock_error_us,\
            records_read,records_lost,records_duplicated,records_reordered,records_corrupted,verdict
            """
        #expect(RunsFile.columnNames.joined(separator: ",") == contract)
        #expect(LatencyFile.columnNames == ["run", "stage", "percentile", "value_us", "cumulative_count"])
        #expect(TimelineFile.columnNames.count == 19)
        #expect(EventsFile.columnNames == ["run", "t_s", "event", "topic", "partition", "broker", "detail"])
    }

    @Test func aRowIsAppendedToOneHeaderAndUnmeasuredCellsAreEmpty() throws {
        let folder = try TemporaryFolder()
        let file = RunsFile(path: folder.path + "/runs.csv")
        try file.append(result())
        try file.append(measured())
        let lines = try folder.text("runs.csv").split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 4)
        #expect(lines[0].hasPrefix("run,started_at,"))
        let start = """
            1,2023-11-14T22:13:20.123Z,"a:1,b:2",broker,sharded,2,4,zstd,3,64,10000000,100,16384,0.5,all,true,,\
            18446744073709551615,lane,,,false,produce,,,,,,,,
            """
        #expect(lines[1] == start + String(repeating: ",", count: 78) + "ok")
        let figures = """
            ,,2,10000000,0,5000000,500000000,250000000,2,64000,156.25,0.45,45,1.5,,20000000,3,1204,312.5,20000000,0.25,,,,1500,0.002,3,4.001,0.005,
            """
        #expect(lines[2] == start + figures + String(repeating: ",", count: 49) + "failed-records")
        #expect(lines[3] == "")
    }

    #if os(Linux)
        @Test func aFullDiskIsAnErrorWithPathAndReason() {
            let full = OutputError(path: "/dev/full", action: "write", errno: 28)
            #expect(full.description == "cannot write /dev/full: No space left on device")
            #expect(throws: full) { try RunsFile(path: "/dev/full").append(result()) }
            #expect(throws: full) { try LatencyFile(path: "/dev/full").append(run: 1, [:]) }
            #expect(throws: full) { try EventsFile(path: "/dev/full").append([]) }
            #expect(throws: full) { try TimelineFile(path: "/dev/full").append(.init(run: 1, timeNs: 1)) }
        }
    #endif

    @Test func aFileInNoFolderOrUnderAFileIsAnError() throws {
        let folder = try TemporaryFolder()
        #expect(throws: OutputError.self) { try RunsFile(path: folder.path + "/none/runs.csv").append(result()) }
        #expect(throws: OutputError.self) { try OutputFile(path: folder.path + "/none/x").replace(with: "") }
        #expect(throws: OutputError.self) { try OutputFile(path: folder.path).replace(with: "") }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test func replacingLeavesTheNewContentAndNothingElse() throws {
        let folder = try TemporaryFolder()
        let file = OutputFile(path: folder.path + "/manifest.json")
        try file.replace(with: "a long first version")
        try file.replace(with: "second")
        #expect(try folder.text("manifest.json") == "second")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["manifest.json"])
    }

    @Test func theFolderIsCreatedWithItsParentsAndLeftEmpty() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/a/b/c"
        let directory = try OutputDirectory.prepare(path, now: Timestamp(epochMs: 0))
        #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty)
        #expect(directory.histogramLog(run: 12).path == path + "/12.hlog")
        #expect(try OutputDirectory.prepare(path, now: Timestamp(epochMs: 0)) == directory)
    }

    @Test func aFolderThatHoldsResultsOrCannotBeIsRefused() throws {
        let folder = try TemporaryFolder()
        try RunsFile(path: folder.path + "/runs.csv").append(result())
        let now = Timestamp(epochMs: 0)
        #expect(throws: OutputError.self) { try OutputDirectory.prepare(folder.path, now: now) }
        let error = #expect(throws: OutputError.self) {
            try OutputDirectory.prepare(folder.path + "/runs.csv/x", now: now)
        }
        #expect(error?.description == "cannot create folder \(folder.path)/runs.csv: Not a directory")
        #expect(throws: OutputError.self) { try OutputDirectory.prepare("/proc/kbench", now: now) }
    }

    @Test func theSpectrumOfEachStageIsWrittenInMicroseconds() throws {
        let folder = try TemporaryFolder()
        var histogram = HdrHistogram.latencyNs()
        histogram.record(1_000_000, count: 10)
        try LatencyFile(path: folder.path + "/latency.csv").append(
            run: 3, [.ack: histogram, .total: histogram, .build: .latencyNs()])
        #expect(
            try folder.text("latency.csv") == """
                run,stage,percentile,value_us,cumulative_count
                3,total,0,1000.000,10
                3,total,100,1000.000,10
                3,ack,0,1000.000,10
                3,ack,100,1000.000,10

                """)
    }

    @Test func theTimelineHasARowForEachInterval() throws {
        let folder = try TemporaryFolder()
        var row = TimelineFile.Row(run: 1, timeNs: 1_500_000_000)
        row.recordsAcked = 5
        row.totalLatency = LatencyFigures(p50Ns: 1000, p90Ns: 0, p99Ns: 2000, p999Ns: 0, maxNs: 3500)
        try TimelineFile(path: folder.path + "/timeline.csv").append(row)
        #expect(try folder.text("timeline.csv").hasSuffix("_share\n1,1.5,5,,,,1.000,2.000,3.500,,,,,,,,,,\n"))
        row.recordsReceived = 4
        row.endToEndLatency = LatencyFigures(p50Ns: 4000, p90Ns: 0, p99Ns: 5000, p999Ns: 0, maxNs: 6500)
        try TimelineFile(path: folder.path + "/timeline.csv").append(row)
        #expect(try folder.text("timeline.csv").hasSuffix("3.500,4,4.000,5.000,6.500,,,,,,\n"))
    }

    @Test func eventsHaveARowEachAndARunWithoutAnyTheHeader() throws {
        let folder = try TemporaryFolder()
        let file = EventsFile(path: folder.path + "/events.csv")
        try file.append([])
        var row = EventsFile.Row(run: 2, timeNs: 1_234_567_000, event: "leader-moved")
        row.detail = "from 1 to 2, \"a, b\""
        row.partition = 0
        row.topic = "t"
        try file.append([EventsFile.Row(run: 2, timeNs: 0, event: "rebootstrapped"), row])
        #expect(
            try folder.text("events.csv") == """
                run,t_s,event,topic,partition,broker,detail
                2,0,rebootstrapped,,,,
                2,1.234567,leader-moved,t,0,,"from 1 to 2, ""a, b""\"

                """)
    }

    @Test func cellsWithSeparatorsAreQuoted() {
        #expect(
            CSV.row(["a", nil, "b,c", "d\"e", "f\ng", "h\r\ni", ""]) == "a,,\"b,c\",\"d\"\"e\",\"f\ng\",\"h\r\ni\",\n")
    }

    @Test func theSummarySaysInWordsWhatNotToTrust() throws {
        let plan = try CommandLineParserTests.plan("--codec none,lz4")
        let text = RunSummary.text([measured()], plan: plan)
        #expect(text.contains("5M"))
        #expect(text.contains("45.0"))
        #expect(text.contains("codec=none"))
        #expect(text.contains("run 1 is failed-records: 1 of 10\n"))
        #expect(text.contains("run 1 is noisy: 5 % stolen\n"))
        #expect(RunSummary.text([result()], plan: plan).contains(" - "))
    }

    @Test func theSummarySaysThatMoreRequestsInFlightGaveUpIdempotence() throws {
        let sentence = "--concurrency 8,16 allows more than 5 requests in flight"
        func text(_ options: String) throws -> String {
            RunSummary.text([measured()], plan: try CommandLineParserTests.plan(options))
        }
        #expect(try text("--acks all --concurrency 5,8,16").contains(sentence))
        #expect(try !text("--acks all --concurrency 5").contains("requests in flight"))
        #expect(try !text("--acks 1 --concurrency 8").contains("requests in flight"))
        #expect(try !text("--acks all --idempotence false --concurrency 8").contains("requests in flight"))
    }

    @Test func anInterruptedRunIsNotOkAndAFailureIsGraver() {
        let interrupted = Verdict.interrupted(after: 5, of: 10)
        #expect(interrupted == Verdict(.interrupted, "interrupted after 5 of 10 records"))
        #expect(Verdict.gravest(of: [Verdict(.debugBuild), interrupted]) == .interrupted)
        #expect(Verdict.gravest(of: [interrupted, Verdict(.unverified)]) == .unverified)
    }

    @Test func theSummaryTellsOfLeadersAndRetriesWhenThereWereAny() {
        let plan = RunPlan(configurations: [RunConfiguration()])
        let line =
            "run 1: 3 leaders moved, 1204 records retried; the longest that a partition had no acknowledgement was "
        #expect(RunSummary.text([measured()], plan: plan).hasSuffix(line + "313 ms (partition 7)\n"))
        #expect(RunSummary.advice([measured()], plan: plan, directory: "d").last?.contains("events.csv") == true)
        var calm = measured()
        (calm.leadersMoved, calm.recordsRetried) = (0, 0)
        #expect(!RunSummary.text([calm], plan: plan).contains("moved"))
        #expect(RunSummary.advice([calm], plan: plan, directory: "d").last?.contains("events.csv") == false)
    }

    @Test func resultsAsJSONHaveTheNamesOfTheColumns() throws {
        let data = Data(RunSummary.json([measured()]).utf8)
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: [[String: Any]]])
        let run = try #require(object["runs"]?.first)
        #expect(Set(run.keys) == Set(RunsFile.columnNames + ["verdicts"]))
        #expect(run["records_acked"] as? Int == 10_000_000)
        #expect(run["broker_cpu_s"] is NSNull)
        #expect(object["expectations"]?.isEmpty == true)
        #expect(RunSummary.json([measured()]).contains("\"idempotence\": true,"))
    }
}

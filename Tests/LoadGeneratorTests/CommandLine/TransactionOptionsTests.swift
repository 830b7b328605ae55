import KafkaClient
import Testing

@testable import LoadGenerator

@Suite struct TransactionOptionsTests {
    private func plan(_ line: String) throws -> RunPlan { try CommandLineParserTests.plan(line) }

    private func refusal(_ line: String) -> [String] {
        CommandLineParserTests.refusal(line).split(separator: "\n").map(String.init)
    }

    @Test func anIDAloneTakesADoorThatCanAndUsualTransactions() throws {
        let run = try plan("--transactional-id mine").configurations[0]
        #expect(run.transactionalID == "mine")
        #expect(run.transactionDurationNs == 100_000_000)
        #expect(run.door == .chunk)
        #expect(run.tasks == 1)
        #expect(run.isIdempotent)
        let names = run.settings.map(\.option)
        #expect(names.contains("transactional-id") && names.contains("transaction-duration"))
        #expect(try plan("").configurations[0].settings.allSatisfy { !$0.option.hasPrefix("transaction") })
        #expect(try plan("").configurations[0].door == .lane)
        #expect(try plan("--transactional-id mine").dryRunText.contains("transactional-id    mine\n"))
    }

    @Test func settingsOfTheClientSayTheSame() throws {
        let byOption = try plan("--transactional-id mine").configurations
        let plan = try plan("-X transactional.id=mine -X transaction.timeout.ms=5000")
        #expect(plan.configurations == byOption)
        let configuration = try plan.configurations[0].producerConfiguration(forDoors: plan.target.clientSettings)
        #expect(configuration.transactionalID == "mine")
        #expect(configuration.transactionTimeout == .seconds(5))
        #expect(
            refusal("-X transactional.id=a --transactional-id b") == [
                "transactional.id and --transactional-id say the same; give one of them"
            ])
        #expect(
            refusal("ladder -X transactional.id=a") == [
                "transactional.id can't be combined with kbench ladder, whose stages but the last have no broker; use kbench run"
            ])
        // One file of settings may be given to those who read, too.
        guard case .consume(let consume) = try CommandLineParserTests.parse("consume -X transactional.id=a") else {
            Issue.record("no plan to consume")
            return
        }
        #expect(consume.configurations[0].transactionalID == nil)
    }

    @Test func durationsAndDoorsAreSwept() throws {
        let plan = try plan("--transactional-id a --transaction-duration 10ms,100ms,1s --door record,writer")
        #expect(plan.configurations.count == 6)
        #expect(
            plan.configurations.map(\.transactionDurationNs)
                == [10_000_000, 100_000_000, 1_000_000_000, 10_000_000, 100_000_000, 1_000_000_000])
        let swept = plan.sweptOptionNames
        #expect(swept == ["door", "transaction-duration"])
        #expect(plan.label(of: plan.configurations[0], swept: swept) == "door=record transaction-duration=10ms")
    }

    @Test func whatTransactionsCannotHaveIsRefused() {
        #expect(
            refusal("--transactional-id a --door lane") == [
                """
                --door lane goes in below the producer, which has the transactions; with --transactional-id give --door writer, record, \
                chunk, or leave it out
                """
            ])
        #expect(
            refusal("--transactional-id a --acks 1") == ["--transactional-id needs --acks all, and not 1"])
        #expect(
            refusal("-X transactional.id=a -X acks=0").contains("--transactional-id needs --acks all, and not 0"))
        #expect(
            refusal("--transactional-id a --idempotence false") == [
                "--transactional-id needs --idempotence true or auto, and not false"
            ])
        #expect(
            refusal("--transactional-id a --may-reorder") == [
                "--transactional-id and --may-reorder cannot be combined: the order is kept; give one of them"
            ])
        #expect(
            refusal("--transactional-id a --concurrency 6") == [
                "--transactional-id allows at most 5 requests in flight for each broker and lane, and --concurrency is 6"
            ])
        #expect(
            refusal("--transactional-id a --stage null") == [
                "--transactional-id cannot be combined with --stage null, which needs no broker"
            ])
        #expect(
            refusal("--transaction-duration 1s") == ["--transaction-duration has no effect without --transactional-id"])
        #expect(
            refusal("--transactional-id a --transaction-duration 10s -X transaction.timeout.ms=10000") == [
                """
                --transaction-duration 10s: brokers abort transactions after 10 s; give a shorter one, or -X transaction.timeout.ms=… \
                more
                """
            ])
        #expect(
            refusal("end-to-end --role consume -b a:1 --transactional-id a") == [
                "--transactional-id cannot be combined with --role consume; give it to the process that sends"
            ])
    }

    @Test func whoExpectsSomethingOfTransactionsWithoutAnyIsWarned() throws {
        for column in ["transactions", "latency_commit_p99_us"] {
            let line = "--expect \(column)>=1"
            let warnings = try plan(line).warnings
            #expect(warnings.count == 1)
            #expect(warnings.first?.contains("without --transactional-id") == true, "\(warnings)")
            #expect(try plan("\(line) --transactional-id a").warnings == [])
        }
    }

    @Test func aRowTellsOfTransactionsAndTheSummaryToo() throws {
        let plan = try plan("--transactional-id a --transaction-duration 250ms")
        var result = RunResult(
            run: 1, startedAt: Timestamp(epochMs: 0), target: "embedded", configuration: plan.configurations[0])
        result.transactions = 12
        result.latencies[.commit] = LatencyFigures(
            p50Ns: 2_000_000, p90Ns: 3_000_000, p99Ns: 4_000_000, p999Ns: 5_000_000, maxNs: 6_000_000)
        let row = RunRow(result)
        #expect(row["transaction_duration_ms"] == "250")
        #expect(row["transactions"] == "12")
        #expect(row["latency_commit_p50_us"] == "2000")
        #expect(row["latency_commit_max_us"] == "6000")
        let text = RunSummary.text([result], plan: plan)
        #expect(
            text.contains(
                "run 1: 12 transactions committed, door chunk; a commit took 2 ms (p50), 4 ms (p99), 6 ms (most)\n"
            ),
            "\(text)")
    }
}

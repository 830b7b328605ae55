import Testing

@testable import LoadGenerator

@Suite struct ColumnExpectationTests {
    private func bound(_ text: String) throws -> ColumnExpectation.Bound { try ColumnExpectation(parsing: text).bound }

    private func refusal(_ text: String) -> String {
        do throws(ValueError) {
            return "accepted: \(try ColumnExpectation(parsing: text))"
        } catch {
            return error.description
        }
    }

    @Test func `values are converted to the unit of the column`() throws {
        #expect(try bound("throughput_rps>=20M") == .number(20_000_000))
        #expect(try bound("throughput_rps>=1.5M/s") == .number(1_500_000))
        #expect(try bound("latency_total_p99_us<=5ms") == .number(5000))
        #expect(try bound("latency_total_p99_us<=500ns") == .number(0.5))
        #expect(try bound("latency_total_p99_us<=250") == .number(250))
        #expect(try bound("gap_max_ms<1.5s") == .number(1500))
        #expect(try bound("duration_s<2m") == .number(120))
        #expect(try bound("duration_s<0.25") == .number(0.25))
        #expect(try bound("client_cpu_ns_per_record<=43.6ns") == .number(43.6))
        #expect(try bound("client_peak_rss_bytes<64MiB") == .number(67_108_864))
        #expect(try bound("throughput_bytes_per_s>1GB/s") == .number(1e9))
        #expect(try bound("wire_bytes_per_s>1MiB") == .number(1_048_576))
        #expect(try bound("compression_ratio>=1.5") == .number(1.5))
        #expect(try bound("codec_level>=-5") == .number(-5))
        #expect(try bound("records_acked==10k") == .number(10_000))
        #expect(try bound("verdict != noisy") == .word("noisy"))
        #expect(try bound("acks==0") == .word("0"))
        #expect(try bound("seed==18446744073709551615") == .word("18446744073709551615"))
        #expect(try bound("record_size_bytes==1KiB") == .number(1024))
        #expect(try bound("record_size_bytes==uniform:10:500") == .word("uniform:10:500"))
    }

    @Test func `every comparison is read, and holds as it says`() throws {
        let results = [
            ">=": [false, true, true], ">": [false, false, true], "<=": [true, true, false],
            "<": [true, false, false], "==": [false, true, false], "!=": [true, false, true],
        ]
        for (sign, holds) in results {
            let expectation = try ColumnExpectation(parsing: " batches \(sign) 5 ")
            #expect(expectation.description == "batches\(sign)5")
            #expect([4, 5, 6].map { expectation.comparison.holds($0, 5) } == holds, "\(sign)")
        }
        #expect(ColumnExpectation.Comparison.allCases.count == results.count)
    }

    @Test func `every column can be named, and takes a value of its own kind`() throws {
        for column in RunsFile.columns {
            let value = column.name == "verdict" ? "ok" : "1"
            let expectation = try ColumnExpectation(parsing: "\(column.name)==\(value)")
            #expect(expectation.measure != .words || !column.isNumber)
        }
    }

    @Test func `what can't be judged is refused with what would do`() {
        let refusals = [
            ("throughput_rp>=1", "runs.csv has no column 'throughput_rp'; did you mean throughput_rps?"),
            ("nonsense>=1", "runs.csv has no column 'nonsense'; results/README.md lists them"),
            (
                "throughput_rps=>1",
                "'throughput_rps=>1' is not COLUMN>=VALUE; the comparison is one of >=, <=, ==, !=, > or <; did you mean >=?"
            ),
            (
                "verdict=ok",
                "'verdict=ok' is not COLUMN>=VALUE; the comparison is one of >=, <=, ==, !=, > or <; did you mean ==?"
            ),
            ("throughput_rps>=", "'throughput_rps>=' has no value to compare with"),
            ("codec>zstd", "codec has words, which > can't compare; use == or !="),
            ("verdict==okay", "'okay' is not a verdict; did you mean ok?"),
        ]
        for (text, words) in refusals { #expect(refusal(text) == words) }
        for text in [
            "throughput_rps>=5ms", "latency_total_p99_us<=5MiB", "client_peak_rss_bytes<5s", "records_acked>1KiB",
            "throughput_rps>=", "batches>x", "duration_s<-1s",
        ] {
            #expect(refusal(text).contains("accepted is") || refusal(text).contains("no value"), "\(refusal(text))")
        }
    }

    @Test func `a filter has a column and a value as runs csv has it, or as people write it`() throws {
        let plan = try CommandLineParserTests.plan("--codec zstd:3,none --batch-size 64KiB")
        let rows = plan.schedule.map { RunRow($0, of: plan) }
        func matches(_ text: String) throws -> [Bool?] {
            let filter = try RunFilter(parsing: text)
            return rows.map { filter.matches($0) }
        }
        #expect(try matches("codec=zstd") == [true, false])
        #expect(try matches("codec==zstd") == [true, false])
        #expect(try matches("codec_level=3") == [true, false])
        #expect(try matches("codec_level=") == [false, true])
        #expect(try matches("batch_size_bytes=64KiB") == [true, true])
        #expect(try matches("batch_size_bytes=65536") == [true, true])
        #expect(try matches("run=2") == [false, true])
        #expect(try matches("security_protocol=PLAINTEXT") == [true, true])
        #expect(try matches("verdict=ok") == [nil, nil])
        #expect(try matches("started_at=x") == [nil, nil])
        for text in ["codec", "codec>=zstd", "codek=zstd", "batch_size_bytes=5ms"] {
            #expect(throws: ValueError.self) { try RunFilter(parsing: text) }
        }
    }

    @Test func `the command line refuses filters that no planned run has`() throws {
        let parse = CommandLineParserTests.refusal
        let line = "--codec zstd:3,none --cores 1,2 --expect verdict==ok"
        let plan = try CommandLineParserTests.plan("\(line) --expect-where codec=zstd --expect-where cores=2")
        #expect(plan.expectations.scope == " where codec=zstd, cores=2")
        #expect(plan.dryRunText.contains("expected where codec=zstd, cores=2\n  verdict == ok\n"))
        #expect(try CommandLineParserTests.plan(line).dryRunText.contains("expected of every run\n"))
        #expect(
            parse("\(line) --expect-where codec=lz4")
                == "--expect-where codec=lz4: no planned run has that; codec is zstd or none")
        #expect(parse("\(line) --expect-where codec=zstd:3").hasSuffix("; the level is in codec_level"))
        #expect(
            parse("--codec none,zstd --expect verdict==ok --expect-where codec=zstd --expect-where run=1")
                == "--expect-where: no planned run has codec=zstd and run=1 together")
        #expect(parse("\(line) --runs 2 --expect-where run=8") == "accepted")
        #expect(parse("\(line) --expect-where verdict=noisy") == "accepted")
        #expect(parse("--expect-where codec=none") == "--expect-where has no effect without --expect")
        #expect(parse("--expect verdict==ok --expect verdict==ok") == "--expect 'verdict==ok' is given twice")
        #expect(parse("\(line) --expect-where cores=1 --expect-where cores=2").contains("given twice"))
    }

    @Test func `what only a reader measures is warned of without one`() throws {
        let line = "--expect records_lost==0 --expect records_acked>0"
        #expect(try CommandLineParserTests.plan(line).warnings.count == 1)
        #expect(try CommandLineParserTests.plan("\(line) --verify").warnings.isEmpty)
    }
}

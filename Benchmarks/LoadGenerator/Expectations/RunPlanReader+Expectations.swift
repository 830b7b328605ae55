// What the options of expectations and reports say, and what they have to agree with.

extension RunPlanReader {
    /// - Throws: `UsageError` for filters that no run of the plan has, and for what is given twice.
    func expectations(for plan: RunPlan) throws(UsageError) -> Expectations {
        var expectations = Expectations()
        expectations.all = try options(\.expect)
        expectations.filters = try options(\.expectWhere)
        var problems = Problems()
        for name in expectations.all.map(\.description).repeated { problems.add("--expect '\(name)' is given twice") }
        for name in expectations.filters.map(\.column).repeated {
            problems.add("--expect-where \(name) is given twice, and no run has both")
        }
        try problems.refuse()
        try expectations.check(plan)
        return expectations
    }

    /// - Throws: `UsageError` when several reports would be one file.
    func reports() throws(UsageError) -> ReportFiles {
        var files = ReportFiles()
        files.junit = try options(\.junit)
        files.markdown = try options(\.markdown)
        files.githubBenchmarks = try options(\.githubBenchmark)
        var problems = Problems()
        for path in files.named.map(\.path).repeated {
            let named = files.named.filter { $0.path == path }.map(\.option)
            problems.add("\(named.joined(separator: " and ")) name the same file, \(path)")
        }
        try problems.refuse()
        return files
    }
}

extension [String] {
    /// Those that are there more than once, each once.
    fileprivate var repeated: [String] {
        Dictionary(grouping: self) { $0 }.filter { $0.value.count > 1 }.keys.sorted()
    }
}

// Values of the options of expectations and reports.

extension ValueKind where Value == ColumnExpectation {
    static var expectation: Self {
        Self(
            placeholder: "COLUMN>=VALUE",
            parse: { text throws(ValueError) in try ColumnExpectation(parsing: text) }, text: \.description)
    }
}

extension ValueKind where Value == RunFilter {
    static var runFilter: Self {
        Self(
            placeholder: "COLUMN=VALUE",
            parse: { text throws(ValueError) in try RunFilter(parsing: text) }, text: \.description)
    }
}

extension ValueKind where Value == GitHubBenchmark {
    static var githubBenchmark: Self {
        Self(
            placeholder: "[COLUMN=]FILE", completion: .file,
            parse: { text throws(ValueError) in try GitHubBenchmark(parsing: text) }, text: \.description)
    }
}

// Values of the options of expectations and reports.

extension ValueKind where Value == Expectation {
    static var expectation: Self {
        Self(
            placeholder: "COLUMN>=VALUE",
            parse: { text throws(ValueError) in try Expectation(parsing: text) }, text: \.description)
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

/// Whether a run's figures may be trusted as they look, and if not, why.
package struct Verdict: Sendable, Equatable {
    /// The words of the `verdict` column, the gravest first.
    package enum Kind: String, Sendable, CaseIterable {
        case failedRecords = "failed-records"
        case unverified
        case interrupted
        case saturated
        case generatorBound = "generator-bound"
        case debugBuild = "debug-build"
        case noisy
        case drifting
        case lopsided
        case ok
    }

    package let kind: Kind
    /// In words, with the number behind it: `120 of 10000000 records failed`. Empty for `ok`.
    package let explanation: String

    package init(_ kind: Kind, _ explanation: String = "") {
        self.kind = kind
        self.explanation = explanation
    }

    /// Of a run that the user ended.
    package static func interrupted(after acked: Int64, of planned: Int64) -> Verdict {
        Verdict(.interrupted, "interrupted after \(acked) of \(planned) records")
    }

    /// The one that goes into the `verdict` column: the gravest, or `ok`.
    package static func gravest(of verdicts: [Verdict]) -> Kind {
        Kind.allCases.first { kind in verdicts.contains { $0.kind == kind } } ?? .ok
    }
}

/// Collects what is wrong with a configuration, so that one error tells all of it.
package struct ConfigurationCheck {
    private let subject: String
    package private(set) var problems: [ConfigurationProblem] = []

    /// - Parameter subject: the name of the configuration's type, for messages.
    package init(_ subject: String) { self.subject = subject }

    package mutating func expect(
        _ setting: String, _ condition: Bool, _ message: @autoclosure () -> String
    ) {
        if !condition { problems.append(ConfigurationProblem("\(subject).\(setting)", message())) }
    }

    package mutating func expect<Value: Comparable>(_ setting: String, _ value: Value, in bounds: ClosedRange<Value>) {
        expect(
            setting, bounds.contains(value),
            "is \(value); it must lie between \(bounds.lowerBound) and \(bounds.upperBound)")
    }

    /// Throws one error for all problems; does nothing when there are none.
    ///
    /// - Throws: `KafkaClientError` with `.invalidConfiguration`, and the problems as its causes.
    package static func throwIfAny(_ problems: [ConfigurationProblem], for what: String) throws(KafkaClientError) {
        if problems.isEmpty { return }
        let count = problems.count == 1 ? "one setting" : "\(problems.count) settings"
        throw KafkaClientError(.invalidConfiguration, "\(what) can't be made: \(count) can't be used", causes: problems)
    }
}

internal import KafkaJSON

/// An expectation as `--format json` has it.
extension Judgement {
    /// Numbers are in the column's unit. What is not known is null.
    var json: JSONValue {
        let bound: JSONValue
        let value: JSONValue
        switch expectation.bound {
        case .number(let number):
            bound = .double(number)
            value = .optional(figure.flatMap { Double($0) })
        case .word(let word):
            bound = .string(word)
            value = .optional(figure)
        }
        return .object([
            ("run", .integer(Int64(run))), ("expectation", .string(expectation.description)),
            ("column", .string(expectation.column)), ("comparison", .string(expectation.comparison.rawValue)),
            ("bound", bound), ("figure", value), ("distance", .optional(distance)),
            ("distance_percent", .optional(distancePercent)), ("outcome", .string(outcome.rawValue)),
            ("why", .optional(reason)),
        ])
    }
}

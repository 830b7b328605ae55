/// Options that kbench does not have, and that people look for all the same: other tools of Kafka have them, or one expects
/// them of a benchmark. They are refused like any unknown option, with the reason instead of a guess.
enum RefusedOptions {
    /// By the name without dashes.
    static let reasons = [
        "transaction-duration-ms": "give --transaction-duration, with a unit: 100ms",
        "producer-props": "give each property with --command-property",
        "producer.config": "give the file with --command-config",
    ]
}

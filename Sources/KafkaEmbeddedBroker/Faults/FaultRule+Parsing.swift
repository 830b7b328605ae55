import KafkaProtocol

extension FaultRule {
    /// The APIs that are served, by the names that rules use.
    package static var apiNames: [String] { apiKeys.map { $0.name.lowercased() } }

    private static var apiKeys: [ApiKey] {
        (Session.apis + Session.groupAPIs + Session.shareAPIs + Session.transactionAPIs).map(\.key)
    }

    /// Reads a rule from a text: the name of an API, or `any`, and then parts that are separated by colons.
    ///
    /// - `topic=NAME`, `partition=N`, `node=N`, `skip=N`, `every=N`, `count=N` and `after=TIME` say which requests the rule hits;
    ///   see the properties.
    /// - One part says what happens: `error=CODE` or `error-after-store=CODE` (Kafka's name or number of the error),
    ///   `disconnect=before` or just `disconnect`, `disconnect=after`, `delay=50ms` (with `us`, `ms` or `s`),
    ///   `delay=2ms..20ms` (rising over the requests of `count=`), `pause=1s`, `rate=20k` (records a second, with `k` or `M`),
    ///   `throttle=50ms`, `stall`, `leader=N`, `leaderless`, `grow=N` or `anew=N` (the topic gets N partitions, or is made anew
    ///   with N), `freeze` (the broker's metadata), or one of ``StorageFault``: `lose`, `double`, `swap`, `corrupt` or `damage`.
    ///   Times are at most a day.
    /// - `pipelined` lets the requests behind a delayed one be served meanwhile, `serial` (as without either word) lets them wait.
    ///
    /// An example is `produce:topic=t:partition=3:count=2:error=NOT_LEADER_OR_FOLLOWER`.
    ///
    /// - Throws: `EmbeddedBrokerError` with `.invalidFault`. Its message says which part is wrong, and what it may be.
    public init(parsing text: String) throws(EmbeddedBrokerError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        var fault = FaultRule(effect: .stall)
        fault.apiKey = try Self.api(parts[0], in: text)
        var effect: Effect?
        var seen: Set<String> = []
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let value = pair.count == 2 ? pair[1] : nil
            guard seen.insert(pair[0]).inserted else { throw Self.invalid(text, "'\(pair[0])' is there twice") }
            if try fault.setMatch(pair[0], value, text) { continue }
            if value == nil, pair[0] == "pipelined" || pair[0] == "serial" {
                fault.isPipelined = pair[0] == "pipelined"
                continue
            }
            guard effect == nil else { throw Self.invalid(text, "'\(part)' is a second effect; give another fault") }
            effect = try Self.effect(pair[0], value, text)
        }
        if case .storage? = effect, fault.apiKey != .produce {
            throw Self.invalid(text, "only produce requests have batches to be stored")
        }
        if seen.isSuperset(of: ["pipelined", "serial"]) {
            throw Self.invalid(text, "it is either pipelined or serial")
        }
        guard let effect else {
            throw Self.invalid(
                text,
                "nothing happens; add error=, error-after-store=, disconnect, delay=, pause=, rate=, throttle=, stall, leader=, leaderless, "
                    + "grow=, anew=, freeze, lose, double, swap, corrupt or damage")
        }
        fault.effect = effect
        try fault.checkDelay(seen, text)
        self = fault
    }

    /// Checks what only a delay takes.
    private func checkDelay(_ seen: Set<String>, _ text: String) throws(EmbeddedBrokerError) {
        let delays: Bool
        switch effect {
        case .delay: delays = true
        case .risingDelay:
            delays = true
            guard let count, count > 1 else {
                throw Self.invalid(text, "a delay that rises wants count=N, two requests or more, over which it does")
            }
        case .pause:
            delays = true
            guard seen.isDisjoint(with: ["every", "count"]) else {
                throw Self.invalid(
                    text, "a pause is one, of all requests that come within it; it takes no every= or count=")
            }
        case .capacity:
            delays = false
            guard apiKey == .produce else {
                throw Self.invalid(text, "only produce requests have records to be served")
            }
        default: delays = false
        }
        if !delays, !seen.isDisjoint(with: ["pipelined", "serial"]) {
            throw Self.invalid(text, "only a delay or a pause is pipelined or serial")
        }
        if isPipelined, apiKey != .produce {
            throw Self.invalid(text, "only the answers to produce requests can be pipelined")
        }
    }

    private static func api(_ name: String, in text: String) throws(EmbeddedBrokerError) -> ApiKey? {
        if name.lowercased() == "any" { return nil }
        guard let index = apiNames.firstIndex(of: name.lowercased()) else {
            let names = apiNames.joined(separator: ", ")
            throw invalid(text, "'\(name)' is no API served here; it begins with any, \(names)")
        }
        return apiKeys[index]
    }

    /// Gives false when the key does not say which requests are meant.
    private mutating func setMatch(_ key: String, _ value: String?, _ text: String) throws(EmbeddedBrokerError) -> Bool
    {
        switch key {
        case "topic":
            guard let value, TopicName.objection(to: value) == nil else {
                throw Self.invalid(text, "'topic' wants the name of a topic")
            }
            topic = value
        case "partition": partition = Int32(try Self.number(key, value, text, max: Int(Int32.max)))
        case "node": node = Int32(try Self.number(key, value, text, max: Int(Int32.max)))
        case "skip": skip = try Self.number(key, value, text, max: .max)
        case "every": every = try Self.number(key, value, text, min: 1, max: .max)
        case "after": after = .microseconds(try Self.microseconds(key, value, text))
        case "count": count = try Self.number(key, value, text, max: .max)
        default: return false
        }
        return true
    }

    private static func effect(_ key: String, _ value: String?, _ text: String) throws(EmbeddedBrokerError) -> Effect {
        if let fault = StorageFault(rawValue: key) {
            guard value == nil else { throw invalid(text, "'\(key)' does not take '\(value ?? "")'") }
            return .storage(fault)
        }
        return switch (key, value) {
        case ("error", _): .error(try code(key, value, text))
        case ("error-after-store", _): .errorAfterStore(try code(key, value, text))
        case ("disconnect", nil), ("disconnect", "before"): .disconnect(.beforeStore)
        case ("disconnect", "after"): .disconnect(.afterStore)
        case ("delay", _): try delay(key, value, text)
        case ("pause", _): .pause(.microseconds(try microseconds(key, value, text)))
        case ("rate", _): .capacity(recordsPerSecond: try rate(key, value, text))
        case ("throttle", _): .throttle(ms: Int32(clamping: try microseconds(key, value, text) / 1000))
        case ("stall", nil): .stall
        case ("leader", _): .leaderMove(to: Int32(try number(key, value, text, max: Int(Int32.max))))
        case ("leaderless", nil): .leaderRemoval
        case ("grow", _): .topicGrowth(to: try number(key, value, text, min: 1, max: Int(Int32.max)))
        case ("anew", _): .topicRecreation(partitions: try number(key, value, text, min: 1, max: Int(Int32.max)))
        case ("freeze", nil): .metadataFreeze
        case ("disconnect", _), ("stall", _), ("leaderless", _), ("freeze", _):
            throw invalid(text, "'\(key)' does not take '\(value ?? "")'")
        default: throw invalid(text, "'\(key)' is not known")
        }
    }

    private static func rate(_ key: String, _ value: String?, _ text: String) throws(EmbeddedBrokerError) -> Double {
        var digits = Substring(value ?? "")
        var factor = 1.0
        for (suffix, thousands) in [("k", 1e3), ("M", 1e6)] where digits.hasSuffix(suffix) {
            digits.removeLast()
            factor = thousands
        }
        guard let number = Double(digits), (1e-3...1e12).contains(number * factor) else {
            throw invalid(text, "'\(key)' wants records a second, as \(key)=20k")
        }
        return number * factor
    }

    /// One time, or two with dots between them.
    private static func delay(_ key: String, _ value: String?, _ text: String) throws(EmbeddedBrokerError) -> Effect {
        guard let value, let dots = value.firstRange(of: "..") else {
            return .delay(.microseconds(try microseconds(key, value, text)))
        }
        return .risingDelay(
            from: .microseconds(try microseconds(key, String(value[..<dots.lowerBound]), text)),
            to: .microseconds(try microseconds(key, String(value[dots.upperBound...]), text)))
    }

    private static func number(
        _ key: String, _ value: String?, _ text: String, min: Int = 0, max: Int
    ) throws(EmbeddedBrokerError) -> Int {
        guard let value, let number = Int(value), (min...max).contains(number) else {
            let bound = min > 0 ? " of \(min) or more" : ""
            throw invalid(text, "'\(key)' wants a whole number\(bound), as \(key)=3")
        }
        return number
    }

    private static func code(_ key: String, _ value: String?, _ text: String) throws(EmbeddedBrokerError)
        -> KafkaErrorCode
    {
        if let value {
            let wanted = value.uppercased()
            if let code = KafkaErrorCode.known.first(where: { $0.name == wanted }), code != .none { return code }
            if let number = Int16(value), number != 0 { return KafkaErrorCode(rawValue: number) }
        }
        throw invalid(text, "'\(key)' wants the name of an error, as \(key)=NOT_LEADER_OR_FOLLOWER")
    }

    private static func microseconds(
        _ key: String, _ value: String?, _ text: String
    ) throws(EmbeddedBrokerError) -> Int {
        let value = value ?? ""
        for (suffix, factor) in [("us", 1), ("ms", 1000), ("s", 1_000_000)] where value.hasSuffix(suffix) {
            // At most a day, so that nothing overflows.
            guard let number = Int(value.dropLast(suffix.count)), (0...86_400_000_000 / factor).contains(number) else {
                break
            }
            return number * factor
        }
        throw invalid(text, "'\(key)' wants a time of at most a day, as \(key)=50ms")
    }

    private static func invalid(_ text: String, _ reason: String) -> EmbeddedBrokerError {
        EmbeddedBrokerError(.invalidFault, "fault '\(text)': \(reason)")
    }
}

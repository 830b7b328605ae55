import KafkaTransport
import LoadGenerator

/// The words of `wire-relay`'s command line.
struct WireRelayArguments: Sendable {
    /// A port of 127.0.0.1, and where its connections lead.
    struct Route: Sendable {
        let port: UInt16
        let target: Endpoint
    }

    let roundTripNs: Int64
    let routes: [Route]

    private static let roundTripNsMax: Int64 = 60_000_000_000

    /// - Throws: `UsageError` with everything that is wrong.
    init(_ words: [String]) throws(UsageError) {
        guard let first = words.first, words.count > 1 else {
            throw UsageError("usage: wire-relay RTT PORT=HOST:PORT …")
        }
        var problems: [String] = []
        var ns: Int64 = 0
        do throws(ValueError) {
            ns = try Quantity.durationNs(first)
            if ns > Self.roundTripNsMax { problems.append("RTT: '\(first)' is more than a minute") }
        } catch {
            problems.append("RTT: \(error)")
        }
        var routes: [Route] = []
        for word in words.dropFirst() {
            let parts = word.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let port = UInt16(parts[0]), port > 0 else {
                problems.append("'\(word)' is not PORT=HOST:PORT")
                continue
            }
            do throws(EndpointError) {
                routes.append(Route(port: port, target: try Endpoint(parsing: parts[1])))
            } catch {
                problems.append("\(error)")
            }
        }
        if !problems.isEmpty { throw UsageError(problems) }
        roundTripNs = ns
        self.routes = routes
    }
}

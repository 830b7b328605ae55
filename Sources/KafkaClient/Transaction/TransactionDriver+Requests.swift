import KafkaProtocol
import KafkaTransport

extension TransactionDriver {
    func find(_ key: CoordinatorKey) {
        start { driver in
            do {
                driver.endpoints[key] = try await driver.cluster.findCoordinator(of: key)
                driver.handle(.foundCoordinator(key))
            } catch {
                driver.handle(.noCoordinator(key, Self.reason(error)))
            }
        }
    }

    func send(_ request: TransactionRequest, _ number: Int, _ key: CoordinatorKey, _ limit: Int16) {
        guard let endpoint = endpoints[key] else { preconditionFailure("a coordinator that was found has an address") }
        start { driver in
            do {
                let (answer, versions) = try await driver.ask(request, endpoint, limit)
                driver.handle(.answered(number, answer, level: versions.level(of: Self.feature)))
            } catch {
                driver.handle(.unanswered(number, Self.reason(error)))
            }
        }
    }

    /// Source: KIP-890.
    private static let feature = "transaction.version"

    private func ask(
        _ request: TransactionRequest, _ endpoint: Endpoint, _ limit: Int16
    ) async throws -> (TransactionAnswer, BrokerVersions) {
        switch request {
        case .initialize(let request):
            let (answer, versions) = try await cluster.ask(at: endpoint, atMost: limit) { request.fitted(to: $0) }
            return (.initialize(answer), versions)
        case .addPartitions(let request):
            let (answer, versions) = try await cluster.ask(at: endpoint, atMost: limit) { _ in request }
            return (.addPartitions(answer), versions)
        case .addOffsets(let request):
            let (answer, versions) = try await cluster.ask(at: endpoint, atMost: limit) { _ in request }
            return (.addOffsets(answer), versions)
        case .commitOffsets(let request):
            let (answer, versions) = try await cluster.ask(at: endpoint, atMost: limit) { request.fitted(to: $0) }
            return (.commitOffsets(answer), versions)
        case .end(let request):
            let (answer, versions) = try await cluster.ask(at: endpoint, atMost: limit) { _ in request }
            return (.end(answer), versions)
        }
    }

    private static func reason(_ error: any Error) -> KafkaClientError {
        error as? KafkaClientError ?? KafkaClientError(.connectionFailed, "the request was given up", underlying: error)
    }
}

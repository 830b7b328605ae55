import KafkaProtocol
import KafkaTransport

/// What a broker coordinates.
enum CoordinatorKey: Hashable, Sendable, CustomStringConvertible {
    case transaction(String)
    case group(String)

    /// Source: FindCoordinator, API key 10, field `KeyType`.
    fileprivate var keyType: Int8 {
        switch self {
        case .group: 0
        case .transaction: 1
        }
    }

    fileprivate var name: String {
        switch self {
        case .group(let name), .transaction(let name): name
        }
    }

    fileprivate var right: KafkaClientError.Right {
        switch self {
        case .group(let name): .init("Read", group: name)
        case .transaction(let name): .init("Write", transactionalID: name)
        }
    }

    var description: String {
        switch self {
        case .group(let name): "group '\(name)'"
        case .transaction(let name): "transactional id '\(name)'"
        }
    }
}

extension Cluster {
    /// Asks any broker who coordinates something. Once: an answer that says that nobody does is thrown.
    ///
    /// - Throws: `KafkaClientError`; `CancellationError`.
    ///
    /// Source: FindCoordinator, API key 10, versions 1 to 6.
    func findCoordinator(of key: CoordinatorKey) async throws -> Endpoint {
        let asked = FoundVersion()
        let response = try await ask(.any, attempts: 2) { version in
            asked.version = version
            return FindCoordinatorRequest(key: key.name, keyType: key.keyType, version: version)
        }
        guard let found = response.coordinator(of: key.name, version: asked.version) else {
            throw KafkaClientError(.protocolViolation, "the answer to who coordinates \(key) does not speak of it")
        }
        if found.errorCode != .none {
            throw KafkaClientError(
                found.errorCode, "the coordinator of \(key) can't be found", found.errorMessage, needs: key.right,
                of: metadata.user)
        }
        guard let endpoint = Endpoint(found.host, found.port) else {
            throw KafkaClientError(.protocolViolation, "the coordinator of \(key) has no address that can be used")
        }
        return endpoint
    }

    /// Sends a request to one broker, once.
    ///
    /// - Parameters:
    ///   - limit: the newest version to be used.
    ///   - make: makes the request for the version that is used.
    /// - Returns: the answer, and what the broker has said of versions and features.
    /// - Throws: `KafkaClientError`; `CancellationError`.
    func ask<R: KafkaRequest>(
        at endpoint: Endpoint, atMost limit: Int16, _ make: @Sendable (_ version: Int16) -> R
    ) async throws -> (R.Response, BrokerVersions) {
        let connection = try await connection(to: endpoint)
        calls.begin()
        defer { calls.end() }
        let response = try await connection.exchange(atMost: limit, make)
        return (response, connection.versions)
    }
}

/// In which version a request was made, for the reader of its answer.
private final class FoundVersion: @unchecked Sendable {
    // Unchecked: written before the answer comes, and read behind it.
    var version: Int16 = 0
}

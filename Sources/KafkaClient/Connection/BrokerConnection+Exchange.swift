import KafkaProtocol

extension BrokerConnection {
    /// Opens the connection.
    ///
    /// - Throws: `KafkaClientError`: what failed and what to check.
    nonisolated(nonsending) func open() async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            open { error in
                if let error { continuation.resume(throwing: error) } else { continuation.resume() }
            }
        }
    }

    /// One request, one answer, in the newest version that both sides speak. No retries.
    ///
    /// - Throws: `KafkaClientError`.
    nonisolated(nonsending) func exchange<R: KafkaRequest>(
        _ request: R, atMost limit: Int16 = .max, timeout: Duration? = nil
    ) async throws -> R.Response {
        try await exchange(atMost: limit, timeout: timeout) { _ in request }
    }

    /// The same for a request whose content depends on the version.
    nonisolated(nonsending) func exchange<R: KafkaRequest>(
        atMost limit: Int16 = .max, timeout: Duration? = nil, _ make: (_ version: Int16) -> R
    ) async throws -> R.Response {
        let version = try versions.newest(R.self, atMost: limit, of: endpoint.description)
        let request = make(version)
        let box: ResponseBox<R.Response> = try await withCheckedThrowingContinuation { continuation in
            send(request, version: version, timeout: timeout) { result in
                continuation.resume(with: result.map(ResponseBox.init).mapError { $0 as any Error })
            }
        }
        return box.response
    }
}

/// Carries an answer to its waiter on the same loop.
private struct ResponseBox<Response>: @unchecked Sendable {
    // Unchecked: made and opened on one thread.
    let response: Response
}

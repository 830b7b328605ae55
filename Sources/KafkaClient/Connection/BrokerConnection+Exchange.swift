import KafkaProtocol
import KafkaQueues
import KafkaTransport

extension BrokerConnection {
    /// Sends a request. `completion` gets the decoded answer, or the reason why there is none; it is called after this has
    /// returned, except when the connection is closed.
    ///
    /// - Parameter opens: whether it belongs to what makes the connection ready; others are held until it is.
    func send<R: KafkaRequest>(
        _ request: R, version: Int16, timeout: Duration? = nil, opens: Bool = false,
        completion: @escaping (Result<R.Response, KafkaClientError>) -> Void
    ) {
        sendRaw(request, version: version, timeout: timeout, opens: opens) { [endpoint] result in
            completion(
                result.flatMap { frame in
                    .decoding(R.apiKey, from: endpoint) { () throws(WireError) in
                        try ResponseFrame.decode(R.Response.self, version: version, frame)
                    }
                })
        }
    }

    /// Does the same for a caller that decodes the answer itself. The frame is valid during the call of `completion`.
    func sendRaw<R: KafkaRequest>(
        _ request: R, version: Int16, timeout: Duration?, opens: Bool = false,
        completion: @escaping PendingRequest.Completion
    ) {
        let pending = PendingRequest()
        pending.correlationID = takeCorrelationID()
        do throws(WireError) {
            try RequestFrame.encode(
                request, version: version, correlationID: pending.correlationID, clientID: configuration.clientID,
                into: &pending.writer)
        } catch {
            let message = "\(R.apiKey) version \(version) can't be sent to broker \(endpoint)"
            return completion(.failure(KafkaClientError(.unsupportedVersion, message, underlying: error)))
        }
        pending.completion = completion
        pending.apiKey = R.apiKey
        pending.deadline = .now + (timeout ?? configuration.requestTimeout)
        transmit(pending, expectsAnswer: true, opens: opens)
    }

    /// Opens the connection.
    ///
    /// - Throws: `KafkaClientError` that says what failed and what to check. `CancellationError` when the task is cancelled: the
    ///   caller closes the connection then.
    nonisolated(nonsending) func open() async throws {
        let end = Waiter<Void>()
        open { error in
            if let error { end.resume(.failure(error)) } else { end.resume() }
        }
        try await end.wait()
    }

    /// Sends one request, in the newest version that both sides speak, and returns its answer. Does not retry.
    ///
    /// - Parameters:
    ///   - limit: the newest version to be used.
    ///   - make: makes the request for the version that is used.
    /// - Throws: `KafkaClientError` when there is no answer, or none that can be decoded. `CancellationError` when the task is
    ///   cancelled: the answer that comes is not looked at.
    nonisolated(nonsending) func exchange<R: KafkaRequest>(
        atMost limit: Int16 = .max, timeout: Duration? = nil, _ make: (_ version: Int16) -> R
    ) async throws -> R.Response {
        let version = try versions.newest(R.self, atMost: limit, of: endpoint)
        let request = make(version)
        let answer = Waiter<ResponseBox<R.Response>>()
        send(request, version: version, timeout: timeout) { result in
            answer.resume(result.map(ResponseBox.init).mapError { $0 as any Error })
        }
        return try await answer.wait().response
    }
}

/// Carries an answer to its waiter on the same loop.
private struct ResponseBox<Response>: @unchecked Sendable {
    // Unchecked: made and opened on one thread.
    let response: Response
}

extension Result where Failure == KafkaClientError {
    /// What `decode` makes of an answer, or the error of a broker whose answer can't be decoded.
    static func decoding(
        _ apiKey: ApiKey, from broker: Endpoint, _ decode: () throws(WireError) -> Success
    ) -> Self {
        do throws(WireError) {
            return .success(try decode())
        } catch {
            let message = "broker \(broker) answered a \(apiKey) request with bytes that are no answer to it"
            return .failure(KafkaClientError(.protocolViolation, message, underlying: error))
        }
    }
}

import KafkaProtocol
import KafkaTransport

extension GroupDriver {
    // MARK: Finding

    /// Asks who coordinates the group, and connects to it.
    func findCoordinator() {
        start { driver in
            do {
                let (id, endpoint) = try await driver.askForCoordinator()
                try await driver.connect(to: id, endpoint)
                driver.handle(.foundCoordinator)
            } catch let error as KafkaClientError {
                driver.handle(.noCoordinator(error))
            } catch {
                driver.handle(.noCoordinator(KafkaClientError(.closed, "the consumer was closed")))
            }
        }
    }

    private func askForCoordinator() async throws -> (Int32, Endpoint) {
        let groupID = configuration.groupID
        let asked = AskedVersion()
        let response = try await cluster.ask(.any, attempts: 2) { version in
            asked.version = version
            return FindCoordinatorRequest(key: groupID, keyType: 0, version: version)
        }
        guard let found = response.coordinator(of: groupID, version: asked.version) else {
            throw KafkaClientError(
                .protocolViolation, "the answer to who coordinates group '\(groupID)' does not speak of it")
        }
        if found.errorCode != .none {
            throw KafkaClientError(
                found.errorCode, "the coordinator of group '\(groupID)' can't be found", found.errorMessage,
                needs: .init("Read", group: groupID), of: cluster.metadata.user)
        }
        guard let endpoint = Endpoint(found.host, found.port) else {
            throw KafkaClientError(
                .protocolViolation, "the coordinator of group '\(groupID)' has no address that can be used")
        }
        return (found.nodeID, endpoint)
    }

    private func connect(to id: Int32, _ endpoint: Endpoint) async throws {
        if let connection, connection.isReady, connection.endpoint == endpoint { return }
        connection?.close()
        let opened = BrokerConnection(
            to: endpoint, node: id, on: loop, connectionConfiguration, clusterID: cluster.metadata.clusterID,
            meter: meter.broker(id))
        connection = opened
        coordinatorID = id
        let metadata = cluster.metadata
        do { try await opened.open() } catch {
            opened.close()
            if connection === opened { connection = nil }
            if let error = error as? KafkaClientError, error.code != .closed {
                metadata.emit(.connectFailed(broker: id, endpoint: endpoint, error: error))
            }
            throw error
        }
        if isClosed {
            opened.close()
            throw CancellationError()
        }
        metadata.emitOpening(opened, broker: id)
        opened.onLost = { [weak self] error in
            metadata.emit(.disconnected(broker: id, endpoint: endpoint, error: error))
            self?.assumeIsolated { $0.handle(.lostCoordinator) }
        }
        // A member is heard of all the time, so it is never idle for long.
        opened.onIdle = { [weak self] in self?.assumeIsolated { $0.handle(.lostCoordinator) } }
    }

    // MARK: Requests

    func send(_ request: GroupRequest, _ number: Int, _ timeout: Duration?) {
        switch request {
        case .joinGroup(let request): send(number, timeout, { _ in request }) { .joinGroup($0) }
        case .syncGroup(let request): send(number, timeout, { _ in request }) { .syncGroup($0) }
        case .heartbeat(let request): send(number, timeout, { _ in request }) { .heartbeat($0) }
        case .leaveGroup(let request): send(number, timeout, { request.fitted(to: $0) }) { .leaveGroup($0) }
        case .consumerHeartbeat(let request): send(number, timeout, { _ in request }) { .consumerHeartbeat($0) }
        case .shareHeartbeat(let request): send(number, timeout, { _ in request }) { .shareHeartbeat($0) }
        }
    }

    private func send<R: KafkaRequest>(
        _ number: Int, _ timeout: Duration?, _ make: (Int16) -> R, _ wrap: @escaping (R.Response) -> GroupAnswer
    ) {
        guard let connection else {
            return handle(
                .unanswered(number, KafkaClientError(.connectionFailed, "there is no connection to the coordinator")))
        }
        let version: Int16
        do throws(KafkaClientError) {
            version = try connection.versions.newest(R.self, of: connection.endpoint)
        } catch {
            return handle(.unanswered(number, error))
        }
        connection.send(make(version), version: version, timeout: timeout) { [weak self] result in
            let event: MembershipEvent =
                switch result {
                case .success(let response): .answered(number, wrap(response))
                case .failure(let error): .unanswered(number, error)
                }
            self?.assumeIsolated { $0.handle(event) }
        }
    }

    /// Sends a request about offsets to the coordinator, and returns its answer.
    func ask<R: KafkaRequest>(atMost limit: Int16, _ make: (Int16) -> R) async throws -> R.Response {
        guard let connection, connection.isReady else {
            throw KafkaClientError(
                .connectionFailed, "the coordinator of group '\(configuration.groupID)' is not known at the moment")
        }
        return try await connection.exchange(atMost: limit, make)
    }
}

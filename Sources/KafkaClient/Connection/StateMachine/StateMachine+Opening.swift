// From the look-up of a name to a connection that is ready.

import KafkaProtocol
import KafkaTransport

extension BrokerConnection.StateMachine {
    /// - Precondition: the connection was never opened.
    mutating func open(now: MonotonicInstant) -> Action {
        guard case .idle = state else { preconditionFailure("a connection is opened once") }
        state = .connecting(Connecting(begun: now, bound: connectTimeout))
        return .lookUp
    }

    /// Takes the addresses of the broker's name. Each has its own bound, so that one that swallows packets leaves time for the
    /// others (KIP-302).
    mutating func didLookUp(_ result: Result<[SocketAddress], TransportError>, now: MonotonicInstant) -> Action {
        guard case .connecting(var connecting) = state else { return .none }
        switch result {
        case .success(let addresses) where addresses.isEmpty:
            return close(.connectionFailed, broker.cannotBeFound)
        case .success(let addresses):
            let first = Int(UInt(bitPattern: firstAddress) % UInt(addresses.count))
            connecting.addresses = Array(addresses[first...] + addresses[..<first])
            connecting.bound = max(connectTimeout / addresses.count, min(connectTimeout, .seconds(1)))
            connecting.begun = now
            state = .connecting(connecting)
            return .connect(connecting.addresses[0])
        case .failure(let error):
            return close(.connectionFailed, broker.cannotBeFound, causes: [error])
        }
    }

    mutating func didConnect(_ result: Result<Void, TransportError>, now: MonotonicInstant) -> Action {
        guard case .connecting(let connecting) = state else { return .none }
        switch result {
        case .success:
            let deadline = connecting.begun + connectTimeout
            if !security.isSecured { return negotiate(until: deadline) }
            state = .securing(deadline: deadline)
            return .secure
        case .failure(let error):
            return giveUpAddress(connecting, error.code, now: now)
        }
    }

    /// Takes the end of the handshake of TLS.
    mutating func didSecure(_ result: Result<Void, TransportError>) -> Action {
        guard case .securing(let deadline) = state else { return .none }
        switch result {
        case .success: return negotiate(until: deadline)
        case .failure(let error): return close(broker.cannotBeSecured(error))
        }
    }

    private mutating func negotiate(until deadline: MonotonicInstant) -> Action {
        let version = ApiVersionsRequest.versions.upperBound
        state = .negotiating(Negotiating(deadline: deadline, version: version))
        return .askVersions(version: version)
    }

    /// Notes why the current address can't be connected to. The next one is tried, or the connection is closed.
    ///
    /// - Parameter code: the system's; nil when the address did not answer in time.
    mutating func giveUpAddress(_ connecting: Connecting, _ code: Int32?, now: MonotonicInstant) -> Action {
        var connecting = connecting
        let action = "cannot connect to \(connecting.addresses[connecting.failures.count])"
        connecting.failures.append(
            code.map { TransportError(code: $0, action) }
                ?? .timedOut("\(action) within \(connecting.bound.milliseconds) ms"))
        if connecting.failures.count < connecting.addresses.count {
            connecting.begun = now
            state = .connecting(connecting)
            return .connect(connecting.addresses[connecting.failures.count])
        }
        // One that did not answer may be right, and another one that refuses may be a remnant in the name's addresses.
        return connecting.failures.contains(where: \.isTimeout)
            ? close(.requestTimedOut, broker.cannotBeReached, causes: connecting.failures)
            : close(.connectionFailed, broker.cannotBeConnectedTo, causes: connecting.failures)
    }

    /// Takes the broker's versions. A broker that doesn't know the version of this request answers with an error in version
    /// 0, and names the versions that it knows (KIP-511).
    mutating func didReceiveVersions(_ response: ApiVersionsResponse, now: MonotonicInstant) -> Action {
        guard case .negotiating(var negotiating) = state else { return .none }
        switch response.errorCode {
        case .none:
            session.tellsCluster = (response.versions(of: .metadata)?.upperBound ?? 0) >= 2
            if security.mechanism == nil { return askCluster(until: negotiating.deadline, now: now) }
            guard response.versions(of: .saslHandshake)?.upperBound ?? 0 >= 1,
                response.versions(of: .saslAuthenticate) != nil
            else {
                return close(
                    .authenticationFailed,
                    """
                    \(broker.subject) does not authenticate clients at this port; connect without SASL, or to another of \
                    its listeners
                    """)
            }
            state = .authenticating(Authenticating(deadline: negotiating.deadline))
            return .beginAuthentication
        case .unsupportedVersion where negotiating.version > 0:
            negotiating.version = min(
                negotiating.version - 1, response.versions(of: .apiVersions)?.upperBound ?? 0)
            state = .negotiating(negotiating)
            return .askVersions(version: negotiating.version)
        case let code:
            return close(KafkaClientError(code, "broker \(broker) refused the handshake"))
        }
    }
}

extension BrokerConnection.StateMachine {
    /// Asks to which cluster the broker belongs, where that is of use and the broker can tell.
    mutating func askCluster(until deadline: MonotonicInstant, now: MonotonicInstant) -> Action {
        if clusterID == nil || !session.tellsCluster { return becomeReady(now: now) }
        state = .negotiating(Negotiating(deadline: deadline, version: ApiVersionsRequest.versions.upperBound))
        return .askCluster
    }

    /// Takes the id of the broker's cluster; nil when it tells none. Another cluster may have the address by now.
    mutating func didReceiveCluster(_ told: String?, now: MonotonicInstant) -> Action {
        guard case .negotiating = state else { return .none }
        if let clusterID, let told, told != clusterID {
            return close(.wrongCluster(at: broker.endpoint, told: told, expected: clusterID))
        }
        return becomeReady(now: now)
    }

    private mutating func becomeReady(now: MonotonicInstant) -> Action {
        state = .ready
        lastUsed = now
        return .tellOpened
    }
}

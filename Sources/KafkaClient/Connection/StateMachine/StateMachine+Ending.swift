// Why and how a connection ends.

import KafkaProtocol
import KafkaTransport

extension BrokerConnection.StateMachine {
    /// Closes the connection for its owner.
    mutating func close() -> Action {
        let error = KafkaClientError(.closed, "the connection to broker \(broker) was closed by this client")
        return end(error, whenReady: .nobody)
    }

    /// Closes a connection that nobody needs, before the broker does it (Kafka's `connections.max.idle.ms`).
    mutating func closeIdle() -> Action {
        let message = "the connection to broker \(broker) was closed because it was not used for \(idleTimeout)"
        return end(KafkaClientError(.connectionFailed, message), whenReady: .idle)
    }

    /// Says that the broker closed the connection, or that the network failed.
    mutating func didEnd(_ reason: TransportError) -> Action {
        switch state {
        case .securing: return close(broker.cannotBeSecured(reason))
        case .negotiating, .authenticating:
            // With TLS 1.3 a client that is refused learns of it after its handshake.
            if reason.tls?.kind == .identity { return close(broker.cannotBeSecured(reason)) }
            return close(.connectionFailed, broker.closedBeforeReady(isSecured: security.isSecured), causes: [reason])
        case .ready where !session.hasAnswered && !inFlight.isEmpty && reason.isEndOfStream:
            return close(
                .connectionFailed, broker.endedAtFirstRequest(authenticated: security.mechanism != nil),
                causes: [reason])
        default: break
        }
        return close(.connectionFailed, "the connection to broker \(broker) was lost", causes: [reason])
    }

    /// Closes the connection because of an error, such as bytes of the broker that can't be decoded.
    mutating func close(_ error: KafkaClientError) -> Action { end(error, whenReady: .owner) }

    mutating func close(
        _ code: KafkaClientError.Code, _ message: String, causes: [any Error] = []
    ) -> Action {
        close(KafkaClientError(code, message, causes: causes))
    }

    private mutating func end(_ error: KafkaClientError, whenReady: Listener) -> Action {
        let listener: Listener
        switch state {
        case .closed: return .none
        case .idle: listener = .nobody
        case .connecting, .securing, .negotiating, .authenticating: listener = .opener
        case .ready, .reauthenticating: listener = whenReady
        }
        session.firstToken.erase()
        state = .closed(error)
        let unanswered = (inFlight.takeAll() + unwritten.takeAll() + held).map(\.request)
        held = []
        return .close(Ending(error: error, unanswered: unanswered, listener: listener))
    }
}

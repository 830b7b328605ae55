import KafkaProtocol

extension Session {
    func handleSASLHandshake(
        _ request: SASLHandshakeRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> SASLHandshakeResponse? {
        var response = SASLHandshakeResponse()
        response.mechanisms = cluster.sasl?.mechanisms.map(\.rawValue) ?? []
        let mechanism = cluster.sasl?.mechanisms.first { $0.rawValue == request.mechanism }
        if let code = plan.error() {
            response.errorCode = code
        } else if header.apiVersion == 0 {
            response.errorCode = .unsupportedVersion
        } else if cluster.sasl == nil || (security.user != nil && cluster.sasl?.reauthenticationTime == nil) {
            response.errorCode = .illegalSaslState
        } else if let mechanism {
            security.state = .exchanging(mechanism, SASLServerExchange(mechanism))
        } else {
            response.errorCode = .unsupportedSaslMechanism
        }
        return response
    }

    func handleSASLAuthenticate(
        _ request: SASLAuthenticateRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> SASLAuthenticateResponse? {
        guard request.authBytes.count <= Self.unknownByteCountMax, let server = cluster.sasl,
            case .exchanging(let mechanism, var exchange) = security.state
        else {
            reject()
            return nil
        }
        var response = SASLAuthenticateResponse()
        var refusal: String?
        if let code = plan.error() {
            response.errorCode = code
        } else {
            switch exchange.take(request.authBytes, server) {
            case .goOn(let message):
                security.state = .exchanging(mechanism, exchange)
                response.authBytes = message
            case .done(let message, let user, let expires):
                if let lifetimeMs = security.didShow(user, by: mechanism, expires: expires, server) {
                    response.authBytes = message
                    response.sessionLifetimeMs = header.apiVersion >= 1 ? lifetimeMs : 0
                    becomeKnown()
                } else {
                    refusal = "Cannot change principals or mechanisms during re-authentication"
                }
            case .refused(let reason): refusal = reason
            }
        }
        if let refusal {
            shard.counters.failedAuthentications.increment()
            response.errorCode = .saslAuthenticationFailed
            response.errorMessage = refusal
        }
        if response.errorCode == .none { return response }
        // As Kafka, the connection is closed behind the answer.
        answer(response, to: header)
        hangUp()
        return nil
    }
}

extension SASLHandshakeRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] { [] }
}

extension SASLAuthenticateRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] { [] }
}

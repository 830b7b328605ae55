import KafkaProtocol

extension Session {
    /// Says which metrics are wanted (KIP-714).
    func handleGetTelemetrySubscriptions(
        _ request: GetTelemetrySubscriptionsRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> GetTelemetrySubscriptionsResponse? {
        var response = GetTelemetrySubscriptionsResponse()
        if let code = plan.error() ?? plan.errorAfterStore() {
            response.errorCode = code
        } else if let telemetry = cluster.telemetry {
            response = telemetry.answer(request)
        } else {
            response.errorCode = .unsupportedVersion
        }
        response.throttleTimeMs = throttleMs
        return response
    }

    /// Takes a client's metrics (KIP-714).
    func handlePushTelemetry(
        _ request: PushTelemetryRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> PushTelemetryResponse? {
        var response = PushTelemetryResponse()
        response.throttleTimeMs = throttleMs
        if let code = plan.error() {
            response.errorCode = code
        } else {
            let taken = cluster.telemetry?.take(request, of: header.clientID) ?? .unsupportedVersion
            response.errorCode = plan.errorAfterStore() ?? taken
        }
        return response
    }
}

extension GetTelemetrySubscriptionsRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] { [] }
}

extension PushTelemetryRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] { [] }
}

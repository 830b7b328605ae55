import KafkaProtocol

extension Session {
    func handleApiVersions(_ header: RequestHeader, _ reader: WireReader) {
        let isKnown = ApiVersionsRequest.versions.contains(header.apiVersion)
        if isKnown, Self.decode(ApiVersionsRequest.self, header, reader) == nil { return reject() }
        withFaults(header, targets: { [] }) { plan in
            var response = ApiVersionsResponse()
            response.errorCode = plan.error() ?? (isKnown ? .none : .unsupportedVersion)
            response.throttleTimeMs = throttleMs
            var apis = Self.apis
            if cluster.sasl != nil { apis += Self.saslAPIs }
            if cluster.telemetry != nil { apis += Self.telemetryAPIs }
            response.apiKeys = apis.map { ApiVersionsResponse.Api($0.key, $0.versions) }
            // A request in a version that is unknown here is answered in version 0 (KIP-511).
            answer(response, to: header, version: response.errorCode == .unsupportedVersion ? 0 : header.apiVersion)
        }
    }
}

import KafkaProtocol

extension Session {
    func handleApiVersions(_ header: RequestHeader, _ reader: WireReader) {
        let isKnown = ApiVersionsRequest.versions.contains(header.apiVersion)
        if isKnown, Self.decode(ApiVersionsRequest.self, header, reader) == nil { return reject() }
        withFaults(header, targets: { [] }) { plan in
            var response = ApiVersionsResponse()
            response.errorCode = plan.error() ?? (isKnown ? .none : .unsupportedVersion)
            response.throttleTimeMs = throttleMs
            var apis = Self.apis + Self.groupAPIs + Self.adminAPIs
            if cluster.sasl != nil { apis += Self.saslAPIs }
            if cluster.telemetry != nil { apis += Self.telemetryAPIs }
            response.apiKeys = apis.compactMap { key, versions in
                let limit = cluster.configuration.versionLimits[key] ?? .max
                if limit < versions.lowerBound { return nil }
                return ApiVersionsResponse.Api(key, versions.clamped(to: versions.lowerBound...limit))
            }
            // Kafka tells a feature that begins at 0 from version 4 on only.
            if header.apiVersion >= 4 { response.supportedFeatures = [.groupVersion] }
            response.finalizedFeatures = [.groupVersion]
            response.finalizedFeaturesEpoch = 0
            // A request in a version that is unknown here is answered in version 0 (KIP-511).
            answer(response, to: header, version: response.errorCode == .unsupportedVersion ? 0 : header.apiVersion)
        }
    }
}

extension ApiVersionsResponse.SupportedFeature {
    /// With 1 there are consumer groups (KIP-848).
    fileprivate static var groupVersion: Self {
        var feature = Self()
        feature.name = "group.version"
        feature.maxVersion = 1
        return feature
    }
}

extension ApiVersionsResponse.FinalizedFeature {
    fileprivate static var groupVersion: Self {
        var feature = Self()
        feature.name = "group.version"
        feature.minVersionLevel = 1
        feature.maxVersionLevel = 1
        return feature
    }
}

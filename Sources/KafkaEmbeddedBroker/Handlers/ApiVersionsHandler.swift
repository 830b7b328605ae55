import KafkaProtocol

extension Session {
    func handleApiVersions(_ header: RequestHeader, _ reader: WireReader) {
        let isKnown = ApiVersionsRequest.versions.contains(header.apiVersion)
        if isKnown, Self.decode(ApiVersionsRequest.self, header, reader) == nil { return reject() }
        withFaults(header, targets: { [] }) { plan in
            var response = ApiVersionsResponse()
            response.errorCode = plan.error() ?? (isKnown ? .none : .unsupportedVersion)
            response.throttleTimeMs = throttleMs
            var apis = Self.apis + Self.groupAPIs + Self.transactionAPIs + Self.adminAPIs + Self.shareAPIs
            if cluster.sasl != nil { apis += Self.saslAPIs }
            if cluster.telemetry != nil { apis += Self.telemetryAPIs }
            response.apiKeys = apis.compactMap { key, versions in
                let limit = cluster.configuration.versionLimits[key] ?? .max
                if limit < versions.lowerBound { return nil }
                return ApiVersionsResponse.Api(key, versions.clamped(to: versions.lowerBound...limit))
            }
            // Kafka tells a feature that begins at 0 from version 4 on only.
            if header.apiVersion >= 4 {
                response.supportedFeatures = [
                    .init(groupVersion, 1), .init(shareVersion, 1), .init(transactionVersion, 2),
                ]
            }
            // With 1 there are consumer groups (KIP-848), with 2 the second protocol of transactions (KIP-890). One that has come to 0
            // is not told.
            let level = cluster.transactions.settings.version
            response.finalizedFeatures =
                [.init(groupVersion, 1), .init(shareVersion, 1)] + (level > 0 ? [.init(transactionVersion, level)] : [])
            response.finalizedFeaturesEpoch = 0
            // A request in a version that is unknown here is answered in version 0 (KIP-511).
            answer(response, to: header, version: response.errorCode == .unsupportedVersion ? 0 : header.apiVersion)
        }
    }
}

private let shareVersion = "share.version"
private let groupVersion = "group.version"
private let transactionVersion = "transaction.version"

extension ApiVersionsResponse.SupportedFeature {
    fileprivate init(_ name: String, _ newest: Int16) {
        self.init()
        self.name = name
        maxVersion = newest
    }
}

extension ApiVersionsResponse.FinalizedFeature {
    fileprivate init(_ name: String, _ level: Int16) {
        self.init()
        self.name = name
        minVersionLevel = level
        maxVersionLevel = level
    }
}

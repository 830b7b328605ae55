import KafkaProtocol

/// The versions of each message that a broker speaks, and the features of its cluster, as it has answered.
struct BrokerVersions: Sendable {
    private var ranges: [ApiKey: ClosedRange<Int16>] = [:]
    /// By name.
    private var features: [String: Int16] = [:]

    init() {}

    init(_ response: ApiVersionsResponse) {
        for api in response.apiKeys where api.minVersion <= api.maxVersion {
            ranges[ApiKey(rawValue: api.apiKey)] = api.minVersion...api.maxVersion
        }
        for feature in response.finalizedFeatures { features[feature.name] = feature.maxVersionLevel }
    }

    /// The finalized level of a feature (KIP-584); 0 when the cluster does not have it.
    func level(of feature: String) -> Int16 { features[feature] ?? 0 }

    /// The newest version of a message that both sides speak, at most `limit`.
    ///
    /// - Throws: `KafkaClientError` with `.unsupportedVersion`.
    func newest<R: KafkaRequest>(_ request: R.Type, atMost limit: Int16 = .max, of broker: Endpoint)
        throws(KafkaClientError) -> Int16
    {
        guard let theirs = ranges[R.apiKey] else {
            throw KafkaClientError(.unsupportedVersion, "broker \(broker) does not know \(R.apiKey) requests")
        }
        let newest = min(theirs.upperBound, R.versions.upperBound, limit)
        guard newest >= max(theirs.lowerBound, R.versions.lowerBound) else {
            throw KafkaClientError(
                .unsupportedVersion,
                """
                broker \(broker) speaks \(R.apiKey) versions \(theirs.lowerBound) to \(theirs.upperBound), this client \
                \(R.versions.lowerBound) to \(min(limit, R.versions.upperBound)); Kafka 2.1 and newer are supported
                """)
        }
        return newest
    }
}

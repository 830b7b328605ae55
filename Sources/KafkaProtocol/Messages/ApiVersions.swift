/// Asks a broker which APIs it speaks, in which versions. API key 18, versions 0 to 4.
///
/// Version 3 is the first flexible one and names the client (KIP-511).
package struct ApiVersionsRequest: KafkaRequest {
    package typealias Response = ApiVersionsResponse
    package static let apiKey = ApiKey.apiVersions
    package static let versions: ClosedRange<Int16> = 0...4

    package var clientSoftwareName: String = ""
    package var clientSoftwareVersion: String = ""

    package init() {}

    package init(clientSoftwareName: String, clientSoftwareVersion: String) {
        self.clientSoftwareName = clientSoftwareName
        self.clientSoftwareVersion = clientSoftwareVersion
    }

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&clientSoftwareName, "client_software_name", 3..., ignorable: true)
        c.field(&clientSoftwareVersion, "client_software_version", 3..., ignorable: true)
        c.tags()
    }
}

/// What a broker speaks. API key 18, versions 0 to 4.
///
/// Version 1 adds the throttle time, version 3 the features (KIP-584), version 4 lets a feature begin at version 0.
/// A broker that does not know the request's version answers UNSUPPORTED_VERSION in version 0 (KIP-511): `decode` reads
/// it so, and a broker that sends it gives version 0 to `ResponseFrame.encode`.
package struct ApiVersionsResponse: KafkaResponse {
    package typealias Request = ApiVersionsRequest

    package var errorCode: KafkaErrorCode = .none
    package var apiKeys: [Api] = []
    package var throttleTimeMs: Int32 = 0
    package var supportedFeatures: [SupportedFeature] = []
    /// −1 when not known.
    package var finalizedFeaturesEpoch: Int64 = -1
    package var finalizedFeatures: [FinalizedFeature] = []
    package var zkMigrationReady = false

    package init() {}

    /// The versions of `key` that the broker speaks, nil when it does not know the API or names an empty range.
    package func versions(of key: ApiKey) -> ClosedRange<Int16>? {
        guard let api = apiKeys.first(where: { $0.apiKey == key.rawValue }), api.minVersion <= api.maxVersion else {
            return nil
        }
        return api.minVersion...api.maxVersion
    }

    package static func versionOnWire(requested: Int16, body: WireReader) -> Int16 {
        var body = body
        return body.int16() == KafkaErrorCode.unsupportedVersion.rawValue ? 0 : requested
    }

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&errorCode, "error_code")
        c.field(&apiKeys, "api_keys")
        c.field(&throttleTimeMs, "throttle_time_ms", 1..., ignorable: true)
        c.tags { c in
            c.tagged(0, &supportedFeatures, "supported_features", 3..., ignorable: true)
            c.tagged(1, &finalizedFeaturesEpoch, "finalized_features_epoch", 3..., default: -1, ignorable: true)
            c.tagged(2, &finalizedFeatures, "finalized_features", 3..., ignorable: true)
            c.tagged(3, &zkMigrationReady, "zk_migration_ready", 3..., ignorable: true)
        }
    }
}

extension ApiVersionsResponse {
    package struct Api: WireStruct {
        package var apiKey: Int16 = 0
        package var minVersion: Int16 = 0
        package var maxVersion: Int16 = 0

        package init() {}

        package init(_ apiKey: ApiKey, _ versions: ClosedRange<Int16>) {
            self.apiKey = apiKey.rawValue
            self.minVersion = versions.lowerBound
            self.maxVersion = versions.upperBound
        }

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&apiKey, "api_key")
            c.field(&minVersion, "min_version")
            c.field(&maxVersion, "max_version")
            c.tags()
        }
    }

    package struct SupportedFeature: WireStruct {
        package var name: String = ""
        package var minVersion: Int16 = 0
        package var maxVersion: Int16 = 0

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name")
            c.field(&minVersion, "min_version")
            c.field(&maxVersion, "max_version")
            c.tags()
        }
    }

    package struct FinalizedFeature: WireStruct {
        package var name: String = ""
        package var maxVersionLevel: Int16 = 0
        package var minVersionLevel: Int16 = 0

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name")
            c.field(&maxVersionLevel, "max_version_level")
            c.field(&minVersionLevel, "min_version_level")
            c.tags()
        }
    }
}

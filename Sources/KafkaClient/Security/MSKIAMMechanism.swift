import KafkaJSON
import KafkaProtocol
import KafkaSecurity
public import KafkaTransport

/// A request that is signed with credentials of Amazon Web Services, for clusters of its Managed Streaming for Kafka (MSK).
///
/// The secret itself is not sent. A signature is good for a quarter of an hour.
public struct MSKIAMMechanism: SASLMechanism {
    private let region: String?
    private let provide: @Sendable () async throws -> AWSCredentials
    private let now: @Sendable () -> WallTime

    /// Creates the mechanism.
    ///
    /// - Parameters:
    ///   - region: where the cluster is, such as `eu-west-1`, for brokers whose names don't tell it.
    ///   - provide: gets credentials; it is called each time a connection authenticates.
    public init(region: String? = nil, _ provide: @escaping @Sendable () async throws -> AWSCredentials) {
        self.init(region: region, now: { .now }, provide)
    }

    init(
        region: String?, now: @escaping @Sendable () -> WallTime,
        _ provide: @escaping @Sendable () async throws -> AWSCredentials
    ) {
        self.region = region
        self.now = now
        self.provide = provide
    }

    /// `AWS_MSK_IAM`.
    public var name: String { "AWS_MSK_IAM" }

    /// Gets credentials, and signs.
    public func makeExchange(with broker: Endpoint) async throws -> any SASLExchange {
        guard let region = Self.region(of: broker.host) ?? region else {
            throw KafkaClientError(
                .authenticationFailed,
                "AWS_MSK_IAM needs a region, and the name of broker \(broker) does not tell it; set it")
        }
        let credentials = try await provide()
        return MSKIAMExchange(
            accessKeyID: credentials.accessKeyID,
            message: Secret(Self.message(credentials, region: region, host: broker.host, at: now())))
    }

    /// The region in the name of a broker: `b-1.name.x1y2z3.c2.kafka.eu-west-1.amazonaws.com`.
    static func region(of host: String) -> String? {
        let labels = host.split(separator: ".")
        guard let index = labels.firstIndex(where: { $0 == "kafka" || $0 == "kafka-serverless" }),
            index + 1 < labels.count, labels.dropFirst(index + 2).first == "amazonaws"
        else { return nil }
        return String(labels[index + 1])
    }

    private static let lifetimeSeconds = "900"
    private static let action = "kafka-cluster:Connect"

    /// What is sent: a signed request in the form of JSON.
    static func message(_ credentials: AWSCredentials, region: String, host: String, at now: WallTime) -> String {
        let seconds = now.millisecondsSince1970 / 1000
        let time = AWSSignature.time(seconds)
        let service = "kafka-cluster"
        let scope = AWSSignature.scope(seconds, region: region, service: service)
        let credential = "\(credentials.accessKeyID)/\(scope)"
        var query: [(name: String, value: String)] = [
            ("Action", action), ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"), ("X-Amz-Credential", credential),
            ("X-Amz-Date", time), ("X-Amz-Expires", lifetimeSeconds), ("X-Amz-SignedHeaders", "host"),
        ]
        if let token = credentials.sessionToken { query.append(("X-Amz-Security-Token", token.text)) }
        let request = AWSSignature(host: host, query: query, region: region, service: service, seconds: seconds)
        var members: [(String, JSONValue)] = [
            ("version", .string("2020_10_22")), ("host", .string(host)),
            ("user-agent", .string("kafkaclient-swift/\(KafkaClientVersion.current)")),
        ]
        members += query.map { ($0.name.lowercased(), .string($0.value)) }
        members.append(("x-amz-signature", .string(request.sign(credentials.secretAccessKey))))
        return JSONValue.object(members).compactText
    }
}

extension SASLMechanism where Self == MSKIAMMechanism {
    /// A request that is signed with credentials of Amazon Web Services.
    ///
    /// - Parameters:
    ///   - region: where the cluster is, for brokers whose names don't tell it.
    ///   - provide: gets credentials; it is called each time a connection authenticates.
    public static func awsMSKIAM(
        region: String? = nil, _ provide: @escaping @Sendable () async throws -> AWSCredentials
    ) -> MSKIAMMechanism {
        MSKIAMMechanism(region: region, provide)
    }
}

private struct MSKIAMExchange: SASLExchange {
    let accessKeyID: String
    let message: Secret
    var user: String? { accessKeyID }

    mutating func respond(to challenge: [UInt8]?) throws -> [UInt8]? {
        guard let challenge else { return message.bytes }
        if challenge.isEmpty {
            throw KafkaClientError(.authenticationFailed, "the broker does not say that it accepts AWS_MSK_IAM")
        }
        return nil
    }
}

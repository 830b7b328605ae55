import KafkaClient
import KafkaSecurity

/// Where Amazon's own tools have credentials from, as far as kbench looks: the environment, then the file of profiles.
struct AWSCredentialsFinder: Sendable {
    let variables: [String: String]
    /// The profile of the file; nil for `AWS_PROFILE`, or `default`.
    let profile: String?

    /// - Throws: `KafkaClientError` that says where was looked.
    func find() throws -> AWSCredentials {
        if profile == nil, let id = variables["AWS_ACCESS_KEY_ID"], let secret = variables["AWS_SECRET_ACCESS_KEY"] {
            return AWSCredentials(
                accessKeyID: id, secretAccessKey: Secret(secret),
                sessionToken: variables["AWS_SESSION_TOKEN"].map { Secret($0) })
        }
        let path = variables["AWS_SHARED_CREDENTIALS_FILE"] ?? "\(variables["HOME"] ?? "")/.aws/credentials"
        let name = profile ?? variables["AWS_PROFILE"] ?? "default"
        let values = Self.profile(name, in: TextFile.text(path) ?? "")
        guard let id = values["aws_access_key_id"], let secret = values["aws_secret_access_key"] else {
            throw KafkaClientError(
                .authenticationFailed,
                """
                no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or profile [\(name)] in \(path); those of \
                instances and containers are not looked for
                """)
        }
        return AWSCredentials(
            accessKeyID: id, secretAccessKey: Secret(secret),
            sessionToken: values["aws_session_token"].map { Secret($0) })
    }

    /// The region that the environment names.
    var region: String? { variables["AWS_REGION"] ?? variables["AWS_DEFAULT_REGION"] }

    private static func profile(_ name: String, in text: String) -> [String: String] {
        var values: [String: String] = [:]
        var isWithin = false
        for line in text.split(whereSeparator: \.isNewline) {
            let line = String(line).trimmed
            if line.hasPrefix("[") {
                isWithin = line == "[\(name)]"
            } else if isWithin, let sign = line.firstIndex(of: "="), !line.hasPrefix("#") {
                values[String(line[..<sign]).trimmed] = String(line[line.index(after: sign)...]).trimmed
            }
        }
        return values
    }
}

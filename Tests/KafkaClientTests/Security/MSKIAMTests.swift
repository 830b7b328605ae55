import KafkaJSON
import KafkaProtocol
import KafkaSecurity
import KafkaTransport
import Testing

@testable import KafkaClient

/// What is sent to Amazon's brokers. Signatures are those that botocore 1.44.8 makes of the same (`SigV4QueryAuth`).
@Suite struct MSKIAMTests {
    private static let broker = Endpoint(host: "b-1.demo.a1b2c3.c2.kafka.eu-west-1.amazonaws.com", port: 9098)

    private func message(_ token: Secret?, region: String? = nil, broker: Endpoint = broker) async throws -> JSONValue {
        // 2026-11-28 12:34:56 UTC.
        let mechanism = MSKIAMMechanism(region: region, now: { WallTime(millisecondsSince1970: 1_795_869_296_789) }) {
            AWSCredentials(
                accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                sessionToken: token)
        }
        var exchange = try await mechanism.makeExchange(with: broker)
        let first = try #require(try await exchange.respond(to: nil))
        #expect(exchange.user == "AKIAIOSFODNN7EXAMPLE")
        #expect(try await exchange.respond(to: Array(#"{"version":"2020_10_22","request-id":"x"}"#.utf8)) == nil)
        return try JSONValue(parsing: String(decoding: first, as: UTF8.self))
    }

    @Test func `credentials that last are signed as botocore does`() async throws {
        let message = try await message(nil)
        #expect(
            message["x-amz-signature"]?.string == "63fd643912e7df826a8dc2ddfe3e82f0abb09210e813f824e5080ef6a91beccb")
        for (name, value) in [
            ("version", "2020_10_22"), ("host", Self.broker.host), ("action", "kafka-cluster:Connect"),
            ("x-amz-algorithm", "AWS4-HMAC-SHA256"), ("x-amz-date", "20261128T123456Z"), ("x-amz-expires", "900"),
            ("x-amz-credential", "AKIAIOSFODNN7EXAMPLE/20261128/eu-west-1/kafka-cluster/aws4_request"),
            ("x-amz-signedheaders", "host"),
        ] { #expect(message[name]?.string == value) }
        #expect(
            message["x-amz-security-token"] == nil
                && message["user-agent"]?.string?.hasPrefix("kafkaclient-swift/") == true)
    }

    @Test func `temporary credentials are signed with their token`() async throws {
        let message = try await message("IQoJ/+=b3JpZ2lu")
        #expect(message["x-amz-security-token"]?.string == "IQoJ/+=b3JpZ2lu")
        #expect(
            message["x-amz-signature"]?.string == "3b81659dc38e8024fc99b21898d204c69581d28f8df0ef9d964dc461e8922f5c")
    }

    @Test func `the region is that of the broker's name, or is said`() async throws {
        #expect(MSKIAMMechanism.region(of: "boot-x.c1.kafka-serverless.us-east-1.amazonaws.com") == "us-east-1")
        #expect(MSKIAMMechanism.region(of: "b-1.x.c2.kafka.cn-north-1.amazonaws.com.cn") == "cn-north-1")
        for host in ["localhost", "kafka", "kafka.example.com", "kafka.eu-west-1"] {
            #expect(MSKIAMMechanism.region(of: host) == nil)
        }
        let error = await #expect(throws: KafkaClientError.self) {
            try await message(nil, broker: Endpoint(host: "localhost", port: 1))
        }
        #expect(error?.message.contains("needs a region") == true)
        _ = try await message(nil, region: "eu-west-1", broker: Endpoint(host: "localhost", port: 1))
    }
}

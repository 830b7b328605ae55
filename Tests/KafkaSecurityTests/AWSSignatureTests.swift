import KafkaSecurity
import Testing

/// Signature Version 4, with the examples of Amazon's documentation.
@Suite struct AWSSignatureTests {
    private static let secret: Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

    @Test func `the key is that of the documentation's example`() {
        let key = AWSSignature.signingKey(Self.secret, date: "20120215", region: "us-east-1", service: "iam")
        #expect(
            AWSSignature.hexadecimal(key) == "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d")
    }

    @Test func `a signed address of S3 is that of the documentation's example`() {
        let secret: Secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
        let request = AWSSignature(
            host: "examplebucket.s3.amazonaws.com", path: "/test.txt",
            query: [
                ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
                ("X-Amz-Credential", "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request"),
                ("X-Amz-Date", "20130524T000000Z"), ("X-Amz-Expires", "86400"), ("X-Amz-SignedHeaders", "host"),
            ], region: "us-east-1", service: "s3", seconds: 1_369_353_600, bodyHash: "UNSIGNED-PAYLOAD")
        #expect(request.scope == "20130524/us-east-1/s3/aws4_request")
        #expect(request.sign(secret) == "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")
    }

    @Test(arguments: [
        (0, "19700101T000000Z"), (951_782_399, "20000228T235959Z"), (951_782_400, "20000229T000000Z"),
        (1_709_251_199, "20240229T235959Z"), (1_709_251_200, "20240301T000000Z"), (4_102_444_799, "20991231T235959Z"),
        (1_795_869_296, "20261128T123456Z"),
    ])
    func `times are those of the calendar`(seconds: Int64, text: String) {
        #expect(AWSSignature.time(seconds) == text)
    }
}

// Signature Version 4 of Amazon Web Services, for requests whose signature is in their query.

/// A request that is signed: what it asks for, and who asks when.
package struct AWSSignature {
    package let method: String
    package let host: String
    package let path: String
    /// The parameters of the query, without the signature.
    package let query: [(name: String, value: String)]
    package let region: String
    package let service: String
    /// When it is signed, in seconds since 1970.
    package let seconds: Int64
    /// The hash of the body in hexadecimal, or what stands for it.
    package let bodyHash: String

    /// The hash of nothing.
    package static let emptyBodyHash = hexadecimal(HashFunction.sha256.hash([]))

    package init(
        method: String = "GET", host: String, path: String = "/", query: [(name: String, value: String)],
        region: String,
        service: String, seconds: Int64, bodyHash: String = AWSSignature.emptyBodyHash
    ) {
        self.method = method
        self.host = host
        self.path = path
        self.query = query
        self.region = region
        self.service = service
        self.seconds = seconds
        self.bodyHash = bodyHash
    }

    /// `20130524T000000Z`
    package static func time(_ seconds: Int64) -> String {
        let (days, rest) = seconds.quotientAndRemainder(dividingBy: 86_400)
        let (year, month, day) = civil(days)
        func two(_ number: Int64) -> String { (number < 10 ? "0" : "") + String(number) }
        return "\(year)\(two(month))\(two(day))T\(two(rest / 3600))\(two(rest / 60 % 60))\(two(rest % 60))Z"
    }

    /// The date of a day that is so many days after the begin of 1970, by the Gregorian calendar.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        // Years begin in March here, so that a leap day is the last day of one. 400 years have 146,097 days.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// `20130524/us-east-1/s3/aws4_request`
    package var scope: String { Self.scope(seconds, region: region, service: service) }

    /// The scope of a signature that is made at this time.
    package static func scope(_ seconds: Int64, region: String, service: String) -> String {
        "\(time(seconds).prefix(8))/\(region)/\(service)/aws4_request"
    }

    /// The signature in hexadecimal.
    package func sign(_ secretAccessKey: Secret) -> String {
        let canonicalQuery = query.map { ($0.name.percentEncoded, $0.value.percentEncoded) }
            .sorted { $0 < $1 }.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
        let canonical = "\(method)\n\(path)\n\(canonicalQuery)\nhost:\(host)\n\nhost\n\(bodyHash)"
        let time = Self.time(seconds)
        let text =
            "AWS4-HMAC-SHA256\n\(time)\n\(scope)\n\(Self.hexadecimal(HashFunction.sha256.hash(Array(canonical.utf8))))"
        var key = Self.signingKey(secretAccessKey, date: String(time.prefix(8)), region: region, service: service)
        defer { key.erase() }
        return Self.hexadecimal(HashFunction.sha256.authenticate(Array(text.utf8), key: key))
    }

    package static func signingKey(_ secret: Secret, date: String, region: String, service: String) -> [UInt8] {
        var key = Array("AWS4".utf8) + secret.bytes
        for part in [date, region, service, "aws4_request"] {
            let next = HashFunction.sha256.authenticate(Array(part.utf8), key: key)
            key.erase()
            key = next
        }
        return key
    }

    package static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

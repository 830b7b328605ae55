import KafkaJSON
import KafkaSecurity

/// JSON as it comes from servers of tokens and in tokens.
enum JSONTarget {
    static func run(_ bytes: [UInt8]) throws(FuzzTarget.Finding) -> Bool {
        // A token of it, whether it is one or not.
        _ = try? JSONWebToken(Secret(bytes))
        guard let text = String(validating: bytes, as: UTF8.self), let value = try? JSONValue(parsing: text) else {
            return false
        }
        let again = try? JSONValue(parsing: value.compactText)
        // A whole number may have been written as one that is not.
        try expect(again?.compactText == value.compactText, "a value comes back otherwise: \(value.compactText)")
        return true
    }

    static let seeds: [[UInt8]] = [
        #"{"access_token":"a.b.c","expires_in":3600,"x":[1,-2.5e3,null,true,"\u00e9\n"]}"#, "0", #""text""#, "[]",
    ].map { Array($0.utf8) }
}

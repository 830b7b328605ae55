import COpenSSL

/// Bytes as letters (RFC 4648).
package enum Base64 {
    package static func encode(_ bytes: [UInt8]) -> String {
        var text = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
        let count = EVP_EncodeBlock(&text, bytes, Int32(bytes.count))
        return String(decoding: text[..<Int(count)], as: UTF8.self)
    }

    /// The bytes of a text whose length is a multiple of four; nil for any other text.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let letters = Array(text.utf8)
        if letters.isEmpty { return [] }
        let padding = letters.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        // OpenSSL passes over white space at both ends.
        let isClean = letters.dropLast(padding).allSatisfy { isLetter($0) }
        guard letters.count % 4 == 0, padding <= 2, isClean else { return nil }
        var bytes = [UInt8](repeating: 0, count: letters.count / 4 * 3)
        guard EVP_DecodeBlock(&bytes, letters, Int32(letters.count)) == Int32(bytes.count) else { return nil }
        bytes.removeLast(padding)
        // Bits of the last letter that mean nothing must be zero, so that there is one text for each bytes.
        return padding == 0
            || encode(Array(bytes.suffix(3 - padding))) == String(decoding: letters.suffix(4), as: UTF8.self)
            ? bytes : nil
    }

    /// The alphabet for URLs, without padding, as in JSON Web Tokens.
    package static func encodeForURL(_ bytes: [UInt8]) -> String {
        let text = encode(bytes).utf8.filter { $0 != UInt8(ascii: "=") }.map { letter -> UInt8 in
            switch letter {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            default: letter
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    package static func decodeFromURL(_ text: some StringProtocol) -> [UInt8]? {
        var letters = text.utf8.map { letter -> UInt8 in
            switch letter {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            case UInt8(ascii: "+"), UInt8(ascii: "/"): 0
            default: letter
            }
        }
        while letters.count % 4 != 0 { letters.append(UInt8(ascii: "=")) }
        return decode(String(decoding: letters, as: UTF8.self))
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}

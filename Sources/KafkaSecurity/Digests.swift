import COpenSSL

/// The hash functions that authentication needs, by OpenSSL.
package enum HashFunction: Sendable, CaseIterable {
    case sha256
    case sha512

    /// The bytes of a hash.
    package var byteCount: Int { self == .sha256 ? 32 : 64 }

    private var openSSL: OpaquePointer { self == .sha256 ? EVP_sha256() : EVP_sha512() }

    package func hash(_ bytes: [UInt8]) -> [UInt8] {
        var hash = [UInt8](repeating: 0, count: byteCount)
        let status = EVP_Digest(bytes, bytes.count, &hash, nil, openSSL, nil)
        precondition(status == 1, "OpenSSL has no \(self)")
        return hash
    }

    /// HMAC (RFC 2104).
    package func authenticate(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: byteCount)
        // OpenSSL takes no key of nothing without an address.
        let key = key.isEmpty ? [0] : key
        let made = HMAC(openSSL, key, Int32(key.count), message, message.count, &code, nil)
        precondition(made != nil, "OpenSSL has no HMAC with \(self)")
        return code
    }

    /// PBKDF2 with HMAC of this hash (RFC 8018), which takes as long as there are iterations: about a microsecond for two.
    package func stretch(_ password: Secret, salt: [UInt8], iterations: Int) -> [UInt8] {
        var key = [UInt8](repeating: 0, count: byteCount)
        let status = password.withUnsafeBytes { password in
            PKCS5_PBKDF2_HMAC(
                password.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(password.count), salt,
                Int32(salt.count), Int32(clamping: iterations), openSSL, Int32(key.count), &key)
        }
        precondition(status == 1, "OpenSSL has no PBKDF2 with \(self)")
        return key
    }
}

/// Random bytes that nobody can foretell.
package func randomBytes(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    precondition(RAND_bytes(&bytes, Int32(count)) == 1, "the system has no random bytes")
    return bytes
}

/// Whether two byte strings are the same, in a time that does not tell where they differ.
package func isSame(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    a.count == b.count && CRYPTO_memcmp(a, b, a.count) == 0
}

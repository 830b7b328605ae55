// Certificates for tests and for trying things out, made by OpenSSL.

import COpenSSL

/// A certificate with its private key, both as texts in PEM.
package struct IssuedCertificate: Sendable {
    package let certificate: String
    package let key: Secret
}

/// An authority that lives as long as this object, and the certificates that it issues. Keys are of the curve P-256.
package final class CertificateAuthority {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private let x509: OpaquePointer
    private let key: OpaquePointer
    /// The authority's own certificate in PEM.
    package let certificate: String

    /// - Throws: `Failure` when OpenSSL can't make it.
    package init(name: String = "kafkaclient's own authority") throws {
        key = try Self.makeKey()
        x509 = try Self.make(
            subject: name, issuer: nil, key: key, signedBy: key, validFromSeconds: -3600, toSeconds: 86_400 * 3650,
            extensions: [(NID_basic_constraints, "critical,CA:TRUE"), (NID_key_usage, "critical,keyCertSign,cRLSign")])
        certificate = try Self.text(x509)
    }

    deinit {
        X509_free(x509)
        EVP_PKEY_free(key)
    }

    /// Issues a certificate that servers and clients can use.
    ///
    /// - Parameters:
    ///   - name: the common name of its subject.
    ///   - hosts: the DNS names and the addresses that it is for.
    ///   - validFromSeconds: when it becomes valid, in seconds from now.
    ///   - toSeconds: when it expires, in seconds from now.
    /// - Throws: `Failure` when OpenSSL can't make it, such as for a name that is none.
    package func issue(
        _ name: String, hosts: [String] = [], validFromSeconds: Int = -3600, toSeconds: Int = 86_400 * 825
    ) throws -> IssuedCertificate {
        let own = try Self.makeKey()
        defer { EVP_PKEY_free(own) }
        var extensions = [
            (NID_basic_constraints, "critical,CA:FALSE"), (NID_ext_key_usage, "serverAuth,clientAuth"),
        ]
        if !hosts.isEmpty {
            let names = hosts.map {
                $0.contains(":") || $0.allSatisfy { $0.isNumber || $0 == "." } ? "IP:\($0)" : "DNS:\($0)"
            }
            extensions.append((NID_subject_alt_name, names.joined(separator: ",")))
        }
        let issued = try Self.make(
            subject: name, issuer: x509, key: own, signedBy: key, validFromSeconds: validFromSeconds,
            toSeconds: toSeconds, extensions: extensions)
        defer { X509_free(issued) }
        return IssuedCertificate(certificate: try Self.text(issued), key: try Self.text(key: own))
    }

    private static func makeKey() throws -> OpaquePointer {
        guard let key = kafka_make_key() else { throw Failure(description: "OpenSSL can't make a key") }
        return key
    }

    private static func make(
        subject: String, issuer: OpaquePointer?, key: OpaquePointer, signedBy signer: OpaquePointer,
        validFromSeconds: Int, toSeconds: Int, extensions: [(Int32, String)]
    ) throws -> OpaquePointer {
        guard let x509 = X509_new() else { throw Failure(description: "OpenSSL can't make a certificate") }
        do {
            X509_set_version(x509, 2)
            // 63 random bits: two certificates of an authority don't have the same number.
            let serial = randomBytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } >> 1
            ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), serial)
            X509_gmtime_adj(X509_getm_notBefore(x509), validFromSeconds)
            X509_gmtime_adj(X509_getm_notAfter(x509), toSeconds)
            X509_set_pubkey(x509, key)
            let name = X509_get_subject_name(x509)
            let letters = Array(subject.utf8)
            guard X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, letters, Int32(letters.count), -1, 0) == 1
            else {
                throw Failure(description: "'\(subject)' can't be a certificate's name")
            }
            X509_set_issuer_name(x509, issuer.map { X509_get_subject_name($0) } ?? name)
            for (id, value) in extensions {
                guard let part = X509V3_EXT_conf_nid(nil, nil, id, value) else {
                    throw Failure(description: "OpenSSL refuses the extension '\(value)' of a certificate")
                }
                X509_add_ext(x509, part, -1)
                X509_EXTENSION_free(part)
            }
            guard X509_sign(x509, signer, EVP_sha256()) > 0 else {
                throw Failure(description: "OpenSSL can't sign a certificate")
            }
            return x509
        } catch {
            ERR_clear_error()
            X509_free(x509)
            throw error
        }
    }

    private static func text(_ x509: OpaquePointer) throws -> String {
        try withMemory { PEM_write_bio_X509($0, x509) }.text
    }

    private static func text(key: OpaquePointer) throws -> Secret {
        try withMemory { PEM_write_bio_PKCS8PrivateKey($0, key, nil, nil, 0, nil, nil) }
    }

    private static func withMemory(_ write: (OpaquePointer) -> Int32) throws -> Secret {
        guard let bio = BIO_new(BIO_s_mem()) else { throw Failure(description: "OpenSSL has no memory") }
        defer { BIO_free(bio) }
        guard write(bio) == 1 else { throw Failure(description: "OpenSSL can't write PEM") }
        var bytes: UnsafePointer<CChar>?
        let count = kafka_bio_memory(bio, &bytes)
        return Secret(Array(UnsafeRawBufferPointer(start: bytes, count: Int(count))))
    }
}

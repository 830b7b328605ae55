import COpenSSL
import KafkaSecurity

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A folder that is removed with the object.
final class TestFolder {
    struct Failure: Error {}

    let path: String
    private var files: [String] = []

    init() throws {
        var template = Array("/tmp/kafkaclient-test-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw Failure() }
        path = String(cString: made)
    }

    deinit {
        for file in files { unlink(file) }
        rmdir(path)
    }

    func write(_ text: String, _ name: String) throws -> String { try write(Array(text.utf8), name) }

    /// Writes a file anew: another one with its name.
    func write(_ bytes: [UInt8], _ name: String) throws -> String {
        let file = "\(path)/\(name)"
        unlink(file)
        guard let stream = fopen(file, "w") else { throw Failure() }
        defer { fclose(stream) }
        guard fwrite(bytes, 1, bytes.count, stream) == bytes.count else { throw Failure() }
        files.append(file)
        return file
    }
}

/// Stores and encrypted keys, made by OpenSSL.
enum PKCS12 {
    private static func x509(_ pem: String) throws -> OpaquePointer {
        var pem = pem
        return try pem.withUTF8 { bytes in
            let bio = BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count))
            defer { BIO_free(bio) }
            guard let x509 = PEM_read_bio_X509(bio, nil, nil, nil) else { throw TestFolder.Failure() }
            return x509
        }
    }

    private static func key(_ pem: Secret) throws -> OpaquePointer {
        try pem.withUnsafeBytes { bytes in
            let bio = BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count))
            defer { BIO_free(bio) }
            guard let key = PEM_read_bio_PrivateKey(bio, nil, nil, nil) else { throw TestFolder.Failure() }
            return key
        }
    }

    private static func written(_ write: (OpaquePointer?) -> Int32) throws -> [UInt8] {
        let bio = BIO_new(BIO_s_mem())
        defer { BIO_free(bio) }
        guard write(bio) == 1 else { throw TestFolder.Failure() }
        var bytes: UnsafePointer<CChar>?
        let count = kafka_bio_memory(bio, &bytes)
        return Array(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
    }

    static func make(_ issued: IssuedCertificate, password: String) throws -> [UInt8] {
        let (certificate, key) = (try x509(issued.certificate), try key(issued.key))
        defer {
            X509_free(certificate)
            EVP_PKEY_free(key)
        }
        guard let store = PKCS12_create(password, "client", key, certificate, nil, 0, 0, 0, 0, 0) else {
            throw TestFolder.Failure()
        }
        defer { PKCS12_free(store) }
        return try written { i2d_PKCS12_bio($0, store) }
    }

    /// A store of an authority alone, as a trust store is.
    static func make(authority: String, password: String) throws -> [UInt8] {
        let certificate = try x509(authority)
        defer { X509_free(certificate) }
        let stack = OPENSSL_sk_new_null()
        OPENSSL_sk_push(stack, UnsafeRawPointer(certificate))
        defer { OPENSSL_sk_free(stack) }
        guard let store = PKCS12_create(password, nil, nil, nil, stack, 0, 0, 0, 0, 0) else {
            throw TestFolder.Failure()
        }
        defer { PKCS12_free(store) }
        return try written { i2d_PKCS12_bio($0, store) }
    }

    static func encrypt(_ pem: Secret, password: String) throws -> String {
        let key = try key(pem)
        defer { EVP_PKEY_free(key) }
        let letters = password.utf8.map { CChar(bitPattern: $0) }
        let bytes = try written {
            PEM_write_bio_PKCS8PrivateKey($0, key, EVP_aes_256_cbc(), letters, Int32(letters.count), nil, nil)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

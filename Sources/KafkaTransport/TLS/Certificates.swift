// Certificates and keys as OpenSSL has them, from files and from memory.

import COpenSSL
import KafkaSecurity

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A certificate; one reference to OpenSSL's.
final class Certificate {
    let x509: OpaquePointer

    /// - Parameter x509: a reference that this object owns from now on.
    init(owning x509: OpaquePointer) { self.x509 = x509 }

    deinit { X509_free(x509) }

    var subject: String { Self.text(X509_get_subject_name(x509)) }

    static func text(_ name: OpaquePointer?) -> String {
        guard let name, let text = X509_NAME_oneline(name, nil, 0) else { return "nobody" }
        defer { CRYPTO_free(text, nil, 0) }
        return String(cString: text)
    }

    /// The certificates of a text in PEM, in its order.
    ///
    /// - Throws: `TLSFailure` when there is none, or one of them is damaged.
    static func all(inPEM pem: [UInt8], of source: String) throws(TLSFailure) -> [Certificate] {
        var certificates: [Certificate] = []
        let isWhole = withMemory(pem) { bio in
            while let x509 = PEM_read_bio_X509_AUX(bio, nil, refusePassword, nil) {
                certificates.append(Certificate(owning: x509))
            }
            // At the end of the text there is no further begin.
            let code = ERR_peek_last_error()
            ERR_clear_error()
            return kafka_error_library(code) == ERR_LIB_PEM && kafka_error_reason(code) == PEM_R_NO_START_LINE
        }
        if !isWhole {
            throw TLSFailure(.configuration, "certificate \(certificates.count + 1) of \(source) is damaged")
        }
        if certificates.isEmpty {
            throw TLSFailure(.configuration, "\(source) has no certificate in PEM (-----BEGIN CERTIFICATE-----)")
        }
        return certificates
    }
}

/// A private key; one reference to OpenSSL's.
final class PrivateKey {
    let key: OpaquePointer

    init(owning key: OpaquePointer) { self.key = key }

    deinit { EVP_PKEY_free(key) }

    /// - Throws: `TLSFailure` when there is no key in the text, or the password does not open it.
    init(inPEM pem: [UInt8], password: Secret?, from source: String) throws(TLSFailure) {
        // Without a function for the password OpenSSL asks at the terminal.
        let key = withMemory(pem) { bio in
            withExtendedLifetime(password.map(PasswordBox.init)) { box in
                PEM_read_bio_PrivateKey(bio, nil, givePassword, box.map { Unmanaged.passUnretained($0).toOpaque() })
            }
        }
        guard let key else {
            let isEncrypted = String(decoding: pem, as: UTF8.self).contains("ENCRYPTED")
            ERR_clear_error()
            throw TLSFailure(
                .configuration,
                isEncrypted
                    ? password == nil
                        ? "the private key of \(source) is encrypted; give its password"
                        : "the password does not open the private key of \(source)"
                    : "\(source) has no private key in PEM (-----BEGIN PRIVATE KEY-----)")
        }
        self.key = key
    }
}

private final class PasswordBox {
    let password: Secret

    init(_ password: Secret) { self.password = password }
}

private func givePassword(
    _ space: UnsafeMutablePointer<CChar>?, _ capacity: Int32, _ isForWriting: Int32, _ user: UnsafeMutableRawPointer?
) -> Int32 {
    guard let user else { return -1 }
    return Unmanaged<PasswordBox>.fromOpaque(user).takeUnretainedValue().password.withUnsafeBytes { bytes in
        guard bytes.count <= capacity else { return -1 }
        UnsafeMutableRawPointer(space!).copyMemory(from: bytes.baseAddress!, byteCount: bytes.count)
        return Int32(bytes.count)
    }
}

private func refusePassword(
    _ space: UnsafeMutablePointer<CChar>?, _ capacity: Int32, _ isForWriting: Int32, _ user: UnsafeMutableRawPointer?
) -> Int32 { -1 }

private func withMemory<R>(_ bytes: [UInt8], _ body: (OpaquePointer) -> R) -> R {
    // OpenSSL refuses a length of zero with an address of nothing.
    let bytes = bytes.isEmpty ? [10] : bytes
    return bytes.withUnsafeBytes { raw in
        let bio = BIO_new_mem_buf(raw.baseAddress, Int32(raw.count))!
        defer { BIO_free(bio) }
        return body(bio)
    }
}

/// What a PKCS#12 file holds.
struct KeyStore {
    var key: PrivateKey?
    /// The certificate of the key.
    var certificate: Certificate?
    var others: [Certificate] = []

    /// - Throws: `TLSFailure` when the bytes are no PKCS#12, or the password does not open it.
    init(_ bytes: [UInt8], password: Secret, from source: String) throws(TLSFailure) {
        if bytes.starts(with: [0xFE, 0xED, 0xFE, 0xED]) {
            throw TLSFailure(
                .configuration,
                """
                \(source) is a Java key store (JKS); convert it with: keytool -importkeystore -srckeystore \(source) \
                -destkeystore \(source).p12 -deststoretype PKCS12
                """)
        }
        guard let store = withMemory(bytes, { d2i_PKCS12_bio($0, nil) }) else {
            ERR_clear_error()
            throw TLSFailure(.configuration, "\(source) is no PKCS#12 file; a PEM file is given as such")
        }
        defer { PKCS12_free(store) }
        var key: OpaquePointer?
        var certificate: OpaquePointer?
        var stack: OpaquePointer?
        var text = password.bytes.map { CChar(bitPattern: $0) } + [0]
        defer { text.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) } }
        guard PKCS12_parse(store, text, &key, &certificate, &stack) == 1 else {
            throw TLSFailure(.configuration, "\(source): \(Self.reason())")
        }
        self.key = key.map(PrivateKey.init(owning:))
        self.certificate = certificate.map(Certificate.init(owning:))
        if let stack {
            for index in 0..<kafka_x509_count(stack) {
                let x509 = kafka_x509_at(stack, index)!
                X509_up_ref(x509)
                others.append(Certificate(owning: x509))
            }
            kafka_x509_free_all(stack)
        }
    }

    private static func reason() -> String {
        let code = ERR_peek_error()
        defer { ERR_clear_error() }
        if kafka_error_library(code) == ERR_LIB_PKCS12, kafka_error_reason(code) == PKCS12_R_MAC_VERIFY_FAILURE {
            return "the password does not open it"
        }
        let words = ERR_reason_error_string(ERR_peek_last_error()).map { String(cString: $0) } ?? "it can't be opened"
        return """
            \(words); ciphers of old (RC2) need OpenSSL's legacy provider: keytool -importkeystore of Java 17 or newer \
            writes it anew
            """
    }
}

/// A file that is read whole.
enum SecurityFile {
    /// The longest file that is read: no certificate or key comes near it.
    private static let byteCountMax = 16 << 20

    /// - Throws: `TLSFailure` that names the file and the system's reason.
    static func read(_ path: String) throws(TLSFailure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw cannotRead(path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        defer { piece.erase() }
        while true {
            let count = readPiece(descriptor, &piece)
            if count < 0 { throw cannotRead(path) }
            if count == 0 { return bytes }
            bytes += piece[..<count]
            if bytes.count > byteCountMax {
                throw TLSFailure(.configuration, "\(path) is longer than \(byteCountMax >> 20) MiB")
            }
        }
    }

    private static func readPiece(_ descriptor: Int32, _ space: inout [UInt8]) -> Int {
        space.withUnsafeMutableBytes { systemRead(descriptor, $0.baseAddress!, $0.count) }
    }

    private static func cannotRead(_ path: String) -> TLSFailure {
        TLSFailure(.configuration, "\(path) can't be read: \(String(cString: strerror(errno)))")
    }

    /// What tells whether a file was changed; nil when it is not there.
    static func mark(of path: String) -> FileMark? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        #if canImport(Darwin)
            let time = status.st_mtimespec
        #else
            let time = status.st_mtim
        #endif
        return FileMark(
            seconds: Int(time.tv_sec), nanoseconds: Int(time.tv_nsec), byteCount: Int(status.st_size),
            inode: UInt64(status.st_ino))
    }
}

/// The system's `read`, whose name is taken where files are read.
private func systemRead(_ descriptor: Int32, _ space: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, space, count)
}

struct FileMark: Equatable {
    let seconds: Int
    let nanoseconds: Int
    let byteCount: Int
    let inode: UInt64
}

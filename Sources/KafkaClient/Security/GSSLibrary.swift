import CGSSAPI
import KafkaProtocol
import KafkaTransport

/// The system's GSSAPI, opened when it is first used.
struct GSSLibrary: @unchecked Sendable {
    // Unchecked: functions of a library that is never closed.
    let importName: kafka_gss_import_name
    let releaseName: kafka_gss_release_name
    let displayName: kafka_gss_display_name
    let acquireCredentials: kafka_gss_acquire_cred_from
    let releaseCredentials: kafka_gss_release_cred
    let initContext: kafka_gss_init_sec_context
    let inquireContext: kafka_gss_inquire_context
    let deleteContext: kafka_gss_delete_sec_context
    let wrap: kafka_gss_wrap
    let unwrap: kafka_gss_unwrap
    let displayStatus: kafka_gss_display_status
    let releaseBuffer: kafka_gss_release_buffer

    #if canImport(Darwin)
        private static let names = ["/usr/lib/libgssapi_krb5.dylib", "libgssapi_krb5.dylib"]
    #else
        private static let names = ["libgssapi_krb5.so.2", "libgssapi_krb5.so"]
    #endif

    private static let opened: GSSLibrary? = open()

    /// - Throws: `KafkaClientError` with `.authenticationFailed` when it is not installed.
    static func get() throws(KafkaClientError) -> GSSLibrary {
        if let opened { return opened }
        throw KafkaClientError(
            .authenticationFailed,
            """
            GSSAPI needs MIT's Kerberos library (\(names[0])), which is not installed here; Debian, Ubuntu: apt-get install \
            libgssapi-krb5-2
            """)
    }

    private static func open() -> GSSLibrary? {
        for name in names {
            guard let library = SharedLibrary([name]) else { continue }
            guard let importName = library.find("gss_import_name", kafka_gss_import_name.self),
                let releaseName = library.find("gss_release_name", kafka_gss_release_name.self),
                let displayName = library.find("gss_display_name", kafka_gss_display_name.self),
                let acquire = library.find("gss_acquire_cred_from", kafka_gss_acquire_cred_from.self),
                let releaseCredentials = library.find("gss_release_cred", kafka_gss_release_cred.self),
                let initContext = library.find("gss_init_sec_context", kafka_gss_init_sec_context.self),
                let inquire = library.find("gss_inquire_context", kafka_gss_inquire_context.self),
                let delete = library.find("gss_delete_sec_context", kafka_gss_delete_sec_context.self),
                let wrap = library.find("gss_wrap", kafka_gss_wrap.self),
                let unwrap = library.find("gss_unwrap", kafka_gss_unwrap.self),
                let displayStatus = library.find("gss_display_status", kafka_gss_display_status.self),
                let releaseBuffer = library.find("gss_release_buffer", kafka_gss_release_buffer.self)
            else { continue }
            return GSSLibrary(
                importName: importName, releaseName: releaseName, displayName: displayName,
                acquireCredentials: acquire, releaseCredentials: releaseCredentials, initContext: initContext,
                inquireContext: inquire, deleteContext: delete, wrap: wrap, unwrap: unwrap,
                displayStatus: displayStatus, releaseBuffer: releaseBuffer)
        }
        return nil
    }

    // MARK: Buffers

    /// Calls `body` with a buffer of bytes that are valid meanwhile.
    func withBuffer<R>(_ bytes: [UInt8], _ body: (UnsafeMutablePointer<kafka_gss_buffer>) throws -> R) rethrows -> R {
        var bytes = bytes
        return try bytes.withUnsafeMutableBytes { raw in
            var buffer = kafka_gss_buffer(length: raw.count, value: raw.baseAddress)
            return try body(&buffer)
        }
    }

    /// The bytes of a buffer of the library's, which is released.
    func take(_ buffer: inout kafka_gss_buffer) -> [UInt8] {
        defer {
            var minor: UInt32 = 0
            _ = releaseBuffer(&minor, &buffer)
        }
        return Array(UnsafeRawBufferPointer(start: buffer.value, count: buffer.length))
    }

    // MARK: Errors

    /// The routine's errors are in the upper half.
    static func isError(_ major: UInt32) -> Bool { major & 0xFFFF_0000 != 0 }

    /// What the library says of a failure.
    func words(_ major: UInt32, _ minor: UInt32) -> String {
        // The general code, then that of Kerberos, which says more.
        [(major, Int32(1)), (minor, Int32(2))].map { status, type in
            var more: UInt32 = 0
            var lines: [String] = []
            repeat {
                var text = kafka_gss_buffer()
                var ignored: UInt32 = 0
                guard !Self.isError(displayStatus(&ignored, status, type, nil, &more, &text)) else { break }
                lines.append(String(decoding: take(&text), as: UTF8.self))
            } while more != 0 && lines.count < 8
            return lines.joined(separator: ", ")
        }.filter { !$0.isEmpty }.joined(separator: ": ")
    }
}

import KafkaSecurity
import KafkaTransport

/// Both ends of TLS, given bytes that the other end might have sent: the first says to which.
enum TLSTarget {
    nonisolated(unsafe) private static let authority = try! CertificateAuthority()  // made once, then only asked
    private static let server: TLSContext = {
        let issued = try! authority.issue("server", hosts: ["127.0.0.1"])
        return try! TLSContext(
            server: TLSServerConfiguration(
                identity: .pem(certificates: issued.certificate, key: issued.key),
                clientAuthorities: .pem(authority.certificate)))
    }()
    private static let client = try! TLSContext(TLSConfiguration(authorities: .pem(authority.certificate)))
    /// More than any flight of a handshake.
    private static let outputByteCountMax = 64 << 10

    static func run(_ bytes: [UInt8]) throws(FuzzTarget.Finding) -> Bool {
        guard let first = bytes.first else { return false }
        let isServer = first & 1 == 0
        let engine =
            isServer ? try! TLSEngine(server: server) : try! TLSEngine(client: client, host: "127.0.0.1", port: 1)
        if !isServer { _ = engine.shakeHands() }
        let progress = bytes[1...].withUnsafeBytes { wire in
            engine.give(wire)
            defer { _ = engine.takeUnread() }
            return engine.shakeHands()
        }
        try expect(engine.takeOutput().count <= outputByteCountMax, "an end says more than a handshake has to say")
        switch progress {
        case .needsInput: return true
        case .failed(let failure):
            try expect(!failure.description.isEmpty, "a failure has no words")
            return false
        case .done: throw FuzzTarget.Finding("hands were shaken with somebody who has no keys")
        }
    }

    static var seeds: [[UInt8]] {
        let hello = try! TLSEngine(client: client, host: "127.0.0.1", port: 1)
        _ = hello.shakeHands()
        // What a client begins with; nothing that a server begins with fits another client.
        return [[0] + hello.takeOutput(), [1]]
    }
}

import COpenSSL
import KafkaSecurity
import Testing

@testable import KafkaTransport

/// Certificates of authorities of one's own.
struct TestCertificates {
    let authority: CertificateAuthority
    let foreign: CertificateAuthority

    init() throws {
        authority = try CertificateAuthority(name: "ours")
        foreign = try CertificateAuthority(name: "somebody else's")
    }

    /// A server that shows a certificate for 127.0.0.1 and localhost, unless told otherwise.
    func server(
        _ hosts: [String] = ["127.0.0.1", "localhost"], validFromSeconds: Int = -10, toSeconds: Int = 1000,
        wantsClients: Bool = false, versions: ClosedRange<TLSConfiguration.Version> = .v1_2 ... .v1_3
    ) throws -> TLSContext {
        let issued = try authority.issue(
            "server", hosts: hosts, validFromSeconds: validFromSeconds, toSeconds: toSeconds)
        return try TLSContext(
            server: TLSServerConfiguration(
                identity: .pem(certificates: issued.certificate, key: issued.key),
                clientAuthorities: wantsClients ? .pem(authority.certificate) : nil, versions: versions))
    }

    func client(_ change: (inout TLSConfiguration) -> Void = { _ in }) throws -> TLSContext {
        var configuration = TLSConfiguration(authorities: .pem(authority.certificate))
        change(&configuration)
        return try TLSContext(configuration)
    }

    func identity(of authority: CertificateAuthority) throws -> TLSConfiguration.Identity {
        let issued = try authority.issue("client")
        return .pem(certificates: issued.certificate, key: issued.key)
    }
}

/// Two engines and the wire between them, in memory.
struct EnginePair {
    let client: TLSEngine
    let server: TLSEngine
    /// How each end's handshake has ended; nil while it has not.
    var clientEnd: TLSEngine.Progress?
    var serverEnd: TLSEngine.Progress?

    init(_ client: TLSContext, _ server: TLSContext, host: String = "127.0.0.1") throws {
        self.client = try TLSEngine(client: client, host: host, port: 9092)
        self.server = try TLSEngine(server: server)
    }

    /// Lets both ends speak until neither has more to say.
    mutating func shakeHands(pieceByteCount: Int = .max) {
        var toClient: [UInt8] = []
        var toServer: [UInt8] = []
        repeat {
            if clientEnd == nil { clientEnd = step(client, &toClient, &toServer, pieceByteCount) }
            if serverEnd == nil { serverEnd = step(server, &toServer, &toClient, pieceByteCount) }
        } while (clientEnd == nil && !toClient.isEmpty) || (serverEnd == nil && !toServer.isEmpty)
        left = (toClient, toServer)
    }

    /// What of the wire was not read by the handshakes.
    private(set) var left: (toClient: [UInt8], toServer: [UInt8]) = ([], [])

    private func step(
        _ engine: TLSEngine, _ input: inout [UInt8], _ output: inout [UInt8], _ pieceByteCount: Int
    ) -> TLSEngine.Progress? {
        repeat {
            let piece = Array(input.prefix(pieceByteCount))
            input.removeFirst(piece.count)
            let progress = piece.withUnsafeBytes { bytes in
                engine.give(bytes)
                let progress = engine.shakeHands()
                input = Array(engine.takeUnread()) + input
                return progress
            }
            output += engine.takeOutput()
            if case .needsInput = progress { continue }
            return progress
        } while !input.isEmpty
        return nil
    }

    var clientFailure: TLSFailure? { if case .failed(let failure) = clientEnd { failure } else { nil } }
    var serverFailure: TLSFailure? { if case .failed(let failure) = serverEnd { failure } else { nil } }
    var facts: TLSEngine.Facts? { if case .done(let facts) = clientEnd { facts } else { nil } }
    var isDone: Bool {
        if case .done = clientEnd, case .done = serverEnd { true } else { false }
    }
}

extension TLSEngine {
    /// What is decrypted of bytes of the wire, and how that ends.
    func read(_ bytes: [UInt8]) -> (bytes: [UInt8], end: Reading) {
        var read: [UInt8] = []
        var space = [UInt8](repeating: 0, count: 1000)
        return bytes.withUnsafeBytes { wire in
            give(wire)
            while true {
                let reading = space.withUnsafeMutableBytes { decrypt(into: $0) }
                guard case .bytes(let count) = reading else {
                    _ = takeUnread()
                    return (read, reading)
                }
                read += space[..<count]
            }
        }
    }

    /// The bytes of the wire that protect these.
    func protect(_ bytes: [UInt8]) -> [UInt8] {
        for begin in stride(from: 0, to: bytes.count, by: TLSEngine.recordByteCountMax) {
            let piece = bytes[begin..<min(begin + TLSEngine.recordByteCountMax, bytes.count)]
            #expect(piece.withUnsafeBytes { encrypt($0) } == .done)
        }
        return takeOutput()
    }
}

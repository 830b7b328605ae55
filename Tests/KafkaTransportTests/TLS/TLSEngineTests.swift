import COpenSSL
import KafkaSecurity
import Testing

@testable import KafkaTransport

/// TLS without sockets: what is agreed on, what is refused, and how that is told.
@Suite struct TLSEngineTests {
    private let certificates: TestCertificates

    init() throws { certificates = try TestCertificates() }

    @Test(arguments: [TLSConfiguration.Version.v1_2, .v1_3], [1, 7, .max])
    func `hands are shaken in each version, in pieces of any size`(
        version: TLSConfiguration.Version, pieceByteCount: Int
    ) throws {
        var pair = try EnginePair(certificates.client { $0.versions = version...version }, certificates.server())
        pair.shakeHands(pieceByteCount: pieceByteCount)
        #expect(pair.isDone && pair.facts?.version == (version == .v1_2 ? "TLSv1.2" : "TLSv1.3"))
        #expect(pair.facts?.peer == "/CN=server" && pair.facts?.isResumed == false)
        let message = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
        let there = pair.server.read(pair.left.toServer + pair.client.protect(message))
        #expect(there.bytes == message && there.end == .needsInput)
        let back = pair.client.read(pair.left.toClient + pair.server.protect(message))
        #expect(back.bytes == message && back.end == .needsInput)
    }

    @Test func `the client prefers AES with 128 bits`() throws {
        var pair = try EnginePair(certificates.client(), certificates.server())
        pair.shakeHands()
        #expect(pair.facts?.cipher == "TLS_AES_128_GCM_SHA256")
    }

    @Test(arguments: [
        (["TLS_CHACHA20_POLY1305_SHA256"], "TLS_CHACHA20_POLY1305_SHA256"),
        (["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"], "ECDHE-ECDSA-AES256-GCM-SHA384"),
        (["ECDHE-ECDSA-CHACHA20-POLY1305"], "ECDHE-ECDSA-CHACHA20-POLY1305"),
    ])
    func `ciphers are chosen by the names of the IANA or of OpenSSL`(names: [String], chosen: String) throws {
        let older = !names[0].hasPrefix("TLS_CHACHA")
        var pair = try EnginePair(
            certificates.client {
                $0.cipherSuites = names
                if older { $0.versions = .v1_2 ... .v1_2 }
            }, certificates.server())
        pair.shakeHands()
        #expect(pair.facts?.cipher == chosen)
    }

    @Test(arguments: [["NO-SUCH"], ["TLS_AES_512"], ["ECDHE-ECDSA-AES256-GCM-SHA384", "NO-SUCH"]])
    func `a cipher that OpenSSL does not know is refused`(names: [String]) throws {
        let error = #expect(throws: TLSFailure.self) { try certificates.client { $0.cipherSuites = names } }
        #expect(error?.kind == .configuration && error?.description.contains(names.last!) == true)
    }

    @Test func `a server of another authority is refused, and the authority named`() throws {
        let foreign = certificates.foreign.certificate
        var pair = try EnginePair(certificates.client { $0.authorities = .pem(foreign) }, certificates.server())
        pair.shakeHands()
        #expect(pair.clientFailure?.kind == .certificate && pair.clientFailure?.mayPass == false)
        #expect(pair.clientFailure?.description.contains("none of the trusted authorities vouches") == true)
    }

    @Test func `the system's authorities don't vouch for one's own`() throws {
        var pair = try EnginePair(certificates.client { $0.authorities = .system }, certificates.server())
        pair.shakeHands()
        #expect(pair.clientFailure?.kind == .certificate)
    }

    @Test(arguments: [(-100, -10, "has expired"), (100, 1000, "is not valid yet")])
    func `a certificate outside its time is refused`(from: Int, to: Int, words: String) throws {
        var pair = try EnginePair(
            certificates.client(), certificates.server(validFromSeconds: from, toSeconds: to))
        pair.shakeHands()
        #expect(pair.clientFailure?.kind == .certificate)
        #expect(pair.clientFailure?.description.contains(words) == true, "\(pair.clientFailure?.description ?? "")")
    }

    @Test(arguments: [
        ("broker.example", false), ("127.0.0.1", true), ("127.0.0.2", false), ("localhost", true), ("localhost.", true),
    ])
    func `the certificate must be for the host that was connected to`(host: String, isAccepted: Bool) throws {
        var pair = try EnginePair(certificates.client(), certificates.server(), host: host)
        pair.shakeHands()
        #expect(pair.isDone == isAccepted)
        if !isAccepted {
            let words = pair.clientFailure?.description ?? ""
            #expect(words.contains("not for \(host)") && words.contains("DNS:localhost"), "\(words)")
        }
    }

    @Test func `an empty name is refused, and never taken for none`() throws {
        for name in ["", "."] {
            let client = try certificates.client { $0.serverName = name }
            #expect(throws: TLSFailure.self) { try TLSEngine(client: client, host: "127.0.0.1", port: 1) }
        }
    }

    @Test func `another name may be asked for, or none, or nothing verified`() throws {
        for change: (inout TLSConfiguration) -> Void in [
            { $0.serverName = "localhost" }, { $0.verification = .authorityOnly },
        ] {
            var pair = try EnginePair(certificates.client(change), certificates.server(), host: "elsewhere")
            pair.shakeHands()
            #expect(pair.isDone)
        }
        let foreign = certificates.foreign.certificate
        for (verification, isAccepted) in [(TLSConfiguration.Verification.none, true), (.authorityOnly, false)] {
            var pair = try EnginePair(
                certificates.client {
                    $0.authorities = .pem(foreign)
                    $0.verification = verification
                }, certificates.server(), host: "elsewhere")
            pair.shakeHands()
            #expect(pair.isDone == isAccepted)
        }
    }

    @Test(arguments: [TLSConfiguration.Version.v1_2, .v1_3])
    func `a server that wants a certificate gets the right one`(version: TLSConfiguration.Version) throws {
        let server = try certificates.server(wantsClients: true, versions: version...version)
        let own = try certificates.identity(of: certificates.authority)
        var pair = try EnginePair(certificates.client { $0.identity = own }, server)
        pair.shakeHands()
        #expect(pair.isDone)
        for identity in [nil, try certificates.identity(of: certificates.foreign)] {
            var pair = try EnginePair(certificates.client { $0.identity = identity }, server)
            pair.shakeHands()
            #expect(pair.serverFailure?.kind == (identity == nil ? .identity : .certificate))
            // With TLS 1.3 the client learns of it when it reads.
            var told = pair.clientFailure
            if told == nil, case .failed(let failure) = pair.client.read(pair.left.toClient).end { told = failure }
            #expect(told?.kind == .identity, "\(told?.description ?? "nothing")")
            #expect(told?.description.contains("shown none") == (identity == nil), "\(told?.description ?? "")")
        }
    }

    @Test func `ends without a version in common say so`() throws {
        var pair = try EnginePair(
            certificates.client { $0.versions = .v1_2 ... .v1_2 }, certificates.server(versions: .v1_3 ... .v1_3))
        pair.shakeHands()
        #expect(pair.clientFailure?.kind == .refused && pair.serverFailure?.kind == .refused)
        #expect(pair.clientFailure?.description.contains("version") == true)
    }

    @Test(arguments: [TLSConfiguration.Version.v1_2, .v1_3])
    func `a session is resumed once, by the same server's name only`(version: TLSConfiguration.Version) throws {
        let client = try certificates.client()
        let server = try certificates.server(versions: version...version)
        func connect(_ host: String) throws -> Bool? {
            var pair = try EnginePair(client, server, host: host)
            pair.shakeHands()
            _ = pair.client.read(pair.left.toClient)
            // A session of a connection that ends without a word is given up.
            pair.client.sayGoodbye()
            return pair.facts?.isResumed
        }
        #expect(try connect("127.0.0.1") == false)
        #expect(try connect("localhost") == false)
        #expect(try connect("127.0.0.1") == true)
    }

    // MARK: Hostile

    @Test(arguments: [
        "HTTP/1.0 400 Bad Request\r\n\r\n", "\u{0}\u{0}\u{0}\u{10}", "SSH-2.0-OpenSSH_9.2\r\n",
        "\u{16}\u{3}\u{1}\u{0}\u{0}",
        String(repeating: "A", count: 70_000),
    ])
    func `bytes that are no TLS are told as that`(text: String) throws {
        let client = try TLSEngine(client: certificates.client(), host: "127.0.0.1", port: 1)
        _ = client.shakeHands()
        let bytes = Array(text.utf8)
        let progress = bytes.withUnsafeBytes { wire in
            client.give(wire)
            return client.shakeHands()
        }
        switch progress {
        case .failed(let failure): #expect([.notTLS, .other, .refused].contains(failure.kind), "\(failure)")
        case .needsInput: #expect(bytes.count < 6)
        case .done: Issue.record("hands were shaken with nobody")
        }
    }

    @Test func `a record longer than TLS allows ends the connection`() throws {
        var pair = try EnginePair(certificates.client(), certificates.server())
        pair.shakeHands()
        let oversized: [UInt8] = [0x17, 0x03, 0x03, 0xFF, 0xFF] + [UInt8](repeating: 7, count: 0xFFFF)
        guard case .failed(let failure) = pair.client.read(pair.left.toClient + oversized).end else {
            Issue.record("it was read")
            return
        }
        #expect(!failure.description.isEmpty)
    }

    @Test func `a byte that was changed on the way ends the connection`() throws {
        for position in [0, 1, 5, 20] {
            var pair = try EnginePair(certificates.client(), certificates.server())
            pair.shakeHands()
            var wire = pair.server.protect(Array("a secret of the server".utf8))
            wire[position] ^= 0x40
            let read = pair.client.read(pair.left.toClient + wire)
            #expect(read.bytes.isEmpty)
            if case .failed = read.end { continue }
            Issue.record("byte \(position) may be changed")
        }
    }

    @Test func `a goodbye is an end, and silence is not`() throws {
        var pair = try EnginePair(certificates.client(), certificates.server())
        pair.shakeHands()
        let last = pair.server.protect(Array("bye".utf8))
        pair.server.sayGoodbye()
        let read = pair.client.read(pair.left.toClient + last + pair.server.takeOutput())
        #expect(read.bytes == Array("bye".utf8) && read.end == .ended)
    }

    @Test func `an end that sends new keys without end, and nothing by them, is left`() throws {
        var pair = try EnginePair(certificates.client { $0.versions = .v1_3 ... .v1_3 }, certificates.server())
        pair.shakeHands()
        var flood = pair.left.toClient
        for _ in 0..<100 {
            kafka_tls_update_keys(pair.server.ssl)
            flood += pair.server.protect([1])
        }
        // With something in between they are what they are for.
        #expect(pair.client.read(flood).bytes == [UInt8](repeating: 1, count: 100))
        flood = []
        for _ in 0..<4000 {
            kafka_tls_update_keys(pair.server.ssl)
            flood += pair.server.takeOutput()
        }
        guard case .failed(let failure) = pair.client.read(flood).end else {
            Issue.record("\(flood.count) bytes of nothing but keys are taken")
            return
        }
        #expect(failure.description.contains("without end"))
    }

    // MARK: Files

    @Test func `files are used, and used anew when they have changed`() throws {
        let folder = try TestFolder()
        let first = try certificates.authority.issue("first", hosts: ["127.0.0.1"])
        let paths = try (folder.write(first.certificate, "c.pem"), folder.write(first.key.text, "k.pem"))
        let authority = try folder.write(certificates.authority.certificate, "ca.pem")
        let server = try TLSContext(
            server: TLSServerConfiguration(identity: .pemFiles(certificates: paths.0, key: paths.1)))
        let client = try certificates.client { $0.authorities = .pemFile(authority) }
        func peer() throws -> String? {
            try? server.refresh()
            try client.refresh()
            var pair = try EnginePair(client, server)
            pair.shakeHands()
            return pair.facts?.peer
        }
        #expect(try peer() == "/CN=first")
        let second = try certificates.authority.issue("the second", hosts: ["127.0.0.1"])
        _ = try folder.write(second.certificate, "c.pem")
        // Half of a change can't be used, which is told once, and is waited for.
        let failure = #expect(throws: TLSFailure.self) { try server.refresh() }
        #expect(failure?.description.contains("is not that of the certificate") == true)
        #expect(throws: Never.self) { try server.refresh() }
        #expect(try peer() == "/CN=first")
        _ = try folder.write(second.key.text, "k.pem")
        #expect(try peer() == "/CN=the second")
    }

    @Test func `PKCS#12 files and encrypted keys open with their passwords`() throws {
        let folder = try TestFolder()
        let issued = try certificates.authority.issue("client")
        let store = try folder.write(PKCS12.make(issued, password: "pkcs12"), "client.p12")
        let trust = try folder.write(
            PKCS12.make(authority: certificates.authority.certificate, password: "trust"), "ca.p12")
        let encrypted = try PKCS12.encrypt(issued.key, password: "key")
        let key = try folder.write(Array(encrypted.utf8), "client.key")
        let certificate = try folder.write(issued.certificate, "client.pem")
        let server = try certificates.server(wantsClients: true)
        for identity in [
            TLSConfiguration.Identity.pkcs12File(store, password: "pkcs12"),
            .pemFiles(certificates: certificate, key: key, password: "key"),
        ] {
            var pair = try EnginePair(
                certificates.client {
                    $0.identity = identity
                    $0.authorities = .pkcs12File(trust, password: "trust")
                }, server)
            pair.shakeHands()
            #expect(pair.isDone, "\(pair.clientFailure?.description ?? "")")
        }
        for (identity, words) in [
            (TLSConfiguration.Identity.pkcs12File(store, password: "wrong"), "the password does not open it"),
            (
                .pemFiles(certificates: certificate, key: key, password: "wrong"),
                "the password does not open the private key"
            ),
            (.pemFiles(certificates: certificate, key: key), "is encrypted; give its password"),
            (.pkcs12File(certificate, password: "pkcs12"), "is no PKCS#12 file"),
            (.pkcs12File(trust, password: "trust"), "has no private key"),
        ] {
            let error = #expect(throws: TLSFailure.self) { try certificates.client { $0.identity = identity } }
            #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        }
    }

    @Test func `files that can't be used are named`() throws {
        let folder = try TestFolder()
        let issued = try certificates.authority.issue("client")
        let other = try certificates.authority.issue("other")
        let certificate = try folder.write(issued.certificate, "c.pem")
        let foreignKey = try folder.write(other.key.text, "other.key")
        let empty = try folder.write("", "empty.pem")
        let jks = try folder.write([0xFE, 0xED, 0xFE, 0xED, 0, 0, 0, 2], "store.jks")
        let missing = "\(folder.path)/missing.pem"
        let damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
        let bundle = certificates.authority.certificate + damaged + certificates.authority.certificate
        for (change, words): ((inout TLSConfiguration) -> Void, [String]) in [
            ({ $0.authorities = .pemFile(missing) }, [missing, "No such file"]),
            ({ $0.authorities = .pemFile(empty) }, [empty, "no certificate in PEM"]),
            ({ $0.authorities = .pem("nonsense") }, ["no certificate in PEM"]),
            ({ $0.authorities = .pem(bundle) }, ["certificate 2 of", "is damaged"]),
            ({ $0.authorities = .pkcs12File(jks, password: "x") }, [jks, "keytool -importkeystore"]),
            ({ $0.identity = .pemFiles(certificates: certificate, key: foreignKey) }, [foreignKey, "is not that of"]),
            ({ $0.identity = .pemFiles(certificates: certificate, key: empty) }, [empty, "no private key in PEM"]),
            ({ $0.identity = .pemFiles(certificates: empty, key: foreignKey) }, [empty, "no certificate in PEM"]),
        ] {
            let error = #expect(throws: TLSFailure.self) { try certificates.client(change) }
            #expect(error?.kind == .configuration)
            for word in words { #expect(error?.description.contains(word) == true, "\(error?.description ?? "")") }
        }
    }
}

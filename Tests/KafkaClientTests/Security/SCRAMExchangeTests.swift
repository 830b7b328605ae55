import KafkaProtocol
import KafkaSecurity
import KafkaTransport
import Testing

@testable import KafkaClient

/// The client's part of SCRAM, with servers that are what they say, and others.
@Suite struct SCRAMExchangeTests {
    private static let credentials = PasswordCredentials(user: "user", password: "pencil")
    private static let nonce = "rOprNGfwEbeRWgbNEkqO"
    private static let first = "r=\(nonce)%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"

    private func exchange() -> SCRAMExchange {
        SCRAMExchange(.sha256, Self.credentials, nonce: Self.nonce) {
            SCRAMKeys(.sha256, password: "pencil", salt: $0, iterations: $1)
        }
    }

    private func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    @Test func `the exchange is that of RFC 7677`() throws {
        var exchange = exchange()
        #expect(text(try exchange.respond(to: nil)) == "n,,n=user,r=rOprNGfwEbeRWgbNEkqO")
        #expect(
            text(try exchange.respond(to: Array(Self.first.utf8)))
                == "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
        #expect(try exchange.respond(to: Array("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".utf8)) == nil)
        #expect(throws: KafkaClientError.self) { try exchange.respond(to: []) }
    }

    @Test(arguments: [
        ("", "none of SCRAM"), ("nonsense", "none of SCRAM"), ("e=other-error", "it says: other-error"),
        ("m=x,r=\(nonce)1,s=YQ==,i=4096", "an extension"), ("r=\(nonce)1", "no nonce, salt and iterations"),
        ("s=YQ==,r=\(nonce)1,i=4096", "no nonce, salt and iterations"),
        ("r=\(nonce)1,s=YQ=,i=4096", "no nonce, salt and iterations"),
        ("r=\(nonce)1,s=,i=4096", "no nonce, salt and iterations"),
        ("r=\(nonce)1,s=YQ==,i=many", "no nonce, salt and iterations"),
        ("r=\(nonce),s=YQ==,i=4096", "does not continue"),
        ("r=somebodyElses,s=YQ==,i=4096", "does not continue"), ("r=1\(nonce),s=YQ==,i=4096", "does not continue"),
        ("r=\(nonce)1,s=YQ==,i=4095", "4095 iterations; fewer than 4096"),
        ("r=\(nonce)1,s=YQ==,i=0", "fewer than 4096"),
        ("r=\(nonce)1,s=YQ==,i=-1", "fewer than 4096"), ("r=\(nonce)1,s=YQ==,i=1000001", "at most 1000000"),
        ("r=\(nonce)1,s=YQ==,i=99999999999999999999", "no nonce, salt and iterations"),
    ])
    func `a first message that is not to be trusted is refused`(message: String, words: String) throws {
        var exchange = exchange()
        _ = try exchange.respond(to: nil)
        let error = #expect(throws: KafkaClientError.self) { try exchange.respond(to: Array(message.utf8)) }
        #expect(error?.code == .authenticationFailed && error?.isRetriable == false)
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test(arguments: [
        "", "v=", "v=AAAA", "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G5=", "e=invalid-proof",
        "p=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
    ])
    func `a server that can't prove itself is refused`(message: String) throws {
        var exchange = exchange()
        _ = try exchange.respond(to: nil)
        _ = try exchange.respond(to: Array(Self.first.utf8))
        let error = #expect(throws: KafkaClientError.self) { try exchange.respond(to: Array(message.utf8)) }
        #expect(error?.code == .authenticationFailed)
    }

    @Test func `a message in between that was tampered with has no proof that fits`() throws {
        var exchange = exchange()
        _ = try exchange.respond(to: nil)
        _ = try exchange.respond(to: Array(Self.first.replacing("=4096", with: "=4097").utf8))
        #expect(throws: KafkaClientError.self) {
            try exchange.respond(to: Array("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".utf8))
        }
    }

    @Test func `a token's owner says so`() async throws {
        let mechanism = SCRAMMechanism(.sha512, Self.credentials, isDelegationToken: true)
        var exchange = try await mechanism.makeExchange(with: Endpoint(host: "h", port: 1))
        let first = try await exchange.respond(to: nil)
        #expect(text(first)?.hasSuffix(",tokenauth=true") == true && mechanism.name == "SCRAM-SHA-512")
    }
}

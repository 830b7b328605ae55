import KafkaSecurity
import Testing

@Suite struct SCRAMTests {
    /// The exchange of RFC 7677, section 3.
    @Test func `proof and signature are those of RFC 7677`() throws {
        let salt = try #require(Base64.decode("W22ZaJ0SNY7soEsUEjb6gQ=="))
        let keys = SCRAMKeys(.sha256, password: "pencil", salt: salt, iterations: 4096)
        let nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
        let exchange =
            "n=user,r=rOprNGfwEbeRWgbNEkqO,r=\(nonce),s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=\(nonce)"
        let proof = keys.proof(exchange)
        #expect(Base64.encode(proof) == "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
        #expect(Base64.encode(keys.signature(exchange)) == "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
        #expect(keys.accepts(proof, exchange))
        var wrong = proof
        wrong[0] ^= 1
        #expect(!keys.accepts(wrong, exchange) && !keys.accepts([], exchange) && !keys.accepts(proof, exchange + "x"))
    }

    @Test(arguments: ["alice", "a=b,c", "=,=,", "ü", "=2C"]) func `a user's name comes back`(name: String) {
        let value = SCRAMMessage.escape(name)
        #expect(!value.contains(",") && SCRAMMessage.unescape(value[...]) == name)
    }

    @Test(arguments: ["=", "a=2", "=2D", "=3d"]) func `an escape that is none is no name`(value: String) {
        #expect(SCRAMMessage.unescape(value[...]) == nil)
    }

    @Test(arguments: ["", ",", "r", "r=a,", "rr=a", "1=a", "=a", "é=a"])
    func `what has no attributes is no message`(text: String) { #expect(SCRAMMessage(text.utf8) == nil) }

    @Test func `attributes are found by name and place`() throws {
        let message = try #require(SCRAMMessage("r=a=b,s=,i=7".utf8))
        #expect(
            message.value("r", at: 0) == "a=b" && message.value("s", at: 1) == "" && message.value("i", at: 2) == "7")
        #expect(message.value("r", at: 1) == nil && message.value("i", at: 3) == nil && message.count == 3)
        #expect(SCRAMMessage([0x72, 0x3d, 0xff]) == nil)
    }

    @Test func `nonces differ and have no comma`() {
        let nonce = SCRAMMessage.makeNonce()
        #expect(nonce != SCRAMMessage.makeNonce() && !nonce.contains(",") && nonce.count >= 32)
    }
}

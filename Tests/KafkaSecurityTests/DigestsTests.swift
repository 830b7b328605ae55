import KafkaSecurity
import Testing

/// OpenSSL's functions as they are called here, with the vectors of the standards.
@Suite struct DigestsTests {
    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test func `hashes are those of FIPS 180-4`() {
        #expect(
            hex(HashFunction.sha256.hash(Array("abc".utf8)))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            hex(HashFunction.sha512.hash(Array("abc".utf8))).hasPrefix(
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"))
        #expect(hex(HashFunction.sha256.hash([])).hasPrefix("e3b0c44298fc1c149afbf4c8996fb924"))
    }

    @Test func `codes are those of RFC 4231`() {
        let message = Array("what do ya want for nothing?".utf8)
        #expect(
            hex(HashFunction.sha256.authenticate(message, key: Array("Jefe".utf8)))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        #expect(
            hex(HashFunction.sha512.authenticate(message, key: Array("Jefe".utf8))).hasPrefix(
                "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"))
        #expect(HashFunction.sha256.authenticate([], key: []).count == 32)
    }

    @Test func `keys of passwords are those of RFC 7914's vectors for PBKDF2`() {
        let key = HashFunction.sha256.stretch("passwd", salt: Array("salt".utf8), iterations: 1)
        #expect(hex(key) == "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc")
    }

    @Test(arguments: ["", "f", "fo", "foo", "foob", "fooba", "foobar"])
    func `Base64 comes back`(text: String) {
        let bytes = Array(text.utf8)
        #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        #expect(Base64.decodeFromURL(Base64.encodeForURL(bytes)) == bytes)
    }

    @Test(arguments: ["Zg", "Zg=", "Z===", "Zm9v\n", " Zm9v", "Zm9v Zm9", "Zg==Zg==", "Z\u{e9}==", "===="])
    func `what is no Base64 is refused`(text: String) { #expect(Base64.decode(text) == nil) }

    @Test func `the alphabet for URLs has no signs that URLs have`() {
        #expect(Base64.encode([0xFB, 0xFF, 0xFE]) == "+//+")
        #expect(Base64.encodeForURL([0xFB, 0xFF, 0xFE]) == "-__-")
        #expect(Base64.decodeFromURL("-__-") == [0xFB, 0xFF, 0xFE] && Base64.decodeFromURL("+//+") == nil)
    }

    @Test func `a secret is shown by nothing`() {
        let secret = Secret("hunter2")
        struct Holder { let secret: Secret }
        var dumped = ""
        dump(Holder(secret: secret), to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped, "\(Holder(secret: secret))"] {
            #expect(!text.contains("hunter2") && !text.contains("104"))
        }
        #expect(secret.byteCount == 7 && secret.text == "hunter2" && isSame(secret.bytes, Array("hunter2".utf8)))
    }

    @Test func `random bytes differ`() { #expect(randomBytes(16) != randomBytes(16)) }
}

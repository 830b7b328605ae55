import KafkaSecurity
import Testing

@Suite struct JSONWebTokenTests {
    private func token(_ header: String, _ claims: String, _ signature: String = "") -> Secret {
        Secret(
            "\(Base64.encodeForURL(Array(header.utf8))).\(Base64.encodeForURL(Array(claims.utf8))).\(signature)")
    }

    @Test func `a token says whose it is and until when`() throws {
        let token = try JSONWebToken(
            token(#"{"alg":"none"}"#, #"{"sub":"alice","iat":1700000000.5,"exp":1700003600}"#))
        #expect(token.subject == "alice" && token.algorithm == "none" && !token.isSigned)
        #expect(token.issued == 1_700_000_000.5 && token.expires == 1_700_003_600)
        #expect(try JSONWebToken(self.token("{}", "{}", "c2ln")).isSigned)
    }

    @Test func `times that are none are not told`() throws {
        for claims in [#"{"exp":-1}"#, #"{"exp":1e300}"#, #"{"exp":"soon"}"#, #"{"exp":null}"#, "{}"] {
            #expect(try JSONWebToken(token("{}", claims)).expires == nil)
        }
    }

    @Test(arguments: ["", "abc", "a.b", "a.b.c.d", "..", "!.!.", "W10.e30.", "e30.W10."])
    func `what is no token is refused, and not told`(text: String) {
        let error = #expect(throws: JSONWebToken.Malformed.self) { try JSONWebToken(Secret(text)) }
        #expect(error?.description.contains("no JSON Web Token") == true)
        if text.count > 2 { #expect(error?.description.contains(text) == false) }
    }
}

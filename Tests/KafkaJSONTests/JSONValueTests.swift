import Foundation
import KafkaJSON
import Testing

@Suite struct JSONValueTests {
    @Test func escapesWhatJSONDoesNotTakeAsItIs() {
        let text = JSONValue.string("\"\\/\n\r\t\u{1}\u{1f}\u{7f}é😀\u{2028}").compactText
        #expect(text == "\"\\\"\\\\/\\n\\r\\t\\u0001\\u001f\\u007fé😀\u{2028}\"")
    }

    @Test func everyStringComesBackFromAnotherReader() throws {
        let scalars = (0...0x2ff).compactMap(Unicode.Scalar.init).map(Character.init)
        let text = String(scalars) + "😀\r\n"
        let data = Data(JSONValue.array([.string(text)]).prettyText.utf8)
        #expect(try JSONSerialization.jsonObject(with: data) as? [String] == [text])
    }

    @Test func numbersKeepTheirValueAndTheImpossibleAreNull() {
        let values: [JSONValue] = [
            .integer(.min), .unsigned(.max), .double(0.1), .double(3), .double(1e300), .double(.nan),
            .double(.infinity),
            .optional(nil as Double?), .bool(true),
        ]
        #expect(
            JSONValue.array(values).compactText
                == "[-9223372036854775808,18446744073709551615,0.1,3,1e+300,null,null,null,true]")
    }

    @Test func objectsKeepTheirOrderAndAreIndented() {
        let value = JSONValue.object([("b", .integer(1)), ("a", .array([])), ("c", .object([("d", .null)]))])
        #expect(value.compactText == #"{"b":1,"a":[],"c":{"d":null}}"#)
        #expect(value.prettyText == "{\n  \"b\": 1,\n  \"a\": [],\n  \"c\": {\n    \"d\": null\n  }\n}\n")
    }
}

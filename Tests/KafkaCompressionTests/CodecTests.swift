import KafkaCompression
import KafkaProtocol
import Testing

@Suite struct CodecTests {
    @Test(
        arguments: [
            ("none", .uncompressed, nil), ("gzip", .gzip, 6), ("gzip:9", .gzip, 9), ("snappy", .snappy, nil),
            ("lz4", .lz4, 1), ("lz4:17", .lz4, 17), ("zstd", .zstd, 3), ("zstd:-5", .zstd, -5), ("zstd:0", .zstd, 0),
        ] as [(String, Codec, Int?)])
    func `A name, with a level or without, is a codec`(text: String, codec: Codec, level: Int?) throws {
        let parsed = try Codec(parsing: text)
        #expect(parsed.type == codec.type)
        #expect(parsed.level == level)
        #expect(try Codec(parsing: parsed.description) == parsed)
    }

    @Test(arguments: [
        ("gzip:0", "use 1 to 9"), ("gzip:10", "use 1 to 9"), ("lz4:0", "use 1 to 17"), ("lz4:18", "use 1 to 17"),
        ("zstd:23", "use -131072 to 22"), ("zstd:-131073", "use -131072 to 22"), ("snappy:1", "leave the level out"),
        ("none:1", "leave the level out"), ("zstd:", "a number from -131072 to 22"),
        ("zstd:fast", "\"fast\" is not a level"), ("snappy:x", "no levels"),
        ("zstd:99999999999999999999", "is not a level"),
    ])
    func `A level that does not exist is refused with the range`(text: String, part: String) {
        let error = #expect(throws: CodecError.self) { try Codec(parsing: text) }
        #expect(error?.kind == .invalidLevel)
        #expect(error?.message.contains(part) == true, "\(String(describing: error))")
    }

    @Test(arguments: [
        ("zstandard", "none"), ("zst", "zstd"), ("gz", "gzip"), ("snapy", "snappy"), ("LZ4", "lz4"), ("lz", "lz4"),
        ("", "none"), ("brotli", "none"), (":3", "none"), ("zztd:3", "zstd"),
    ])
    func `A name that does not exist is refused with all names and the nearest`(text: String, nearest: String) {
        let error = #expect(throws: CodecError.self) { try Codec(parsing: text) }
        #expect(error?.kind == .unknownCodec)
        #expect(
            error?.message.contains("none, gzip[:1…9], snappy, lz4[:1…17], zstd[:-131072…22]") == true,
            "\(String(describing: error))")
        #expect(
            error?.message.contains("did you mean \(nearest)?") == (nearest != "none"),
            "\(String(describing: error))")
    }

    @Test func `Levels are checked where a codec is made`() {
        func kind(_ make: () throws(CodecError) -> Codec) -> CodecError.Kind? {
            do throws(CodecError) {
                _ = try make()
                return nil
            } catch {
                return error.kind
            }
        }
        #expect(kind { () throws(CodecError) in try .zstd(level: 22) } == nil)
        #expect(kind { () throws(CodecError) in try .zstd(level: 23) } == .invalidLevel)
        #expect(kind { () throws(CodecError) in try .gzip(level: 0) } == .invalidLevel)
        #expect(kind { () throws(CodecError) in try .lz4(level: -1) } == .invalidLevel)
        #expect(kind { () throws(CodecError) in try Codec(.snappy, level: 1) } == .invalidLevel)
    }

    @Test func `A shipped codec can be named where any codec is asked for`() throws {
        func name(_ codec: some CompressionCodec) -> String { codec.name }
        #expect(name(.zstd) == "zstd")
        #expect(try name(.lz4(level: 9)) == "lz4")
    }
}

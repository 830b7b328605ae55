import Testing

@testable import KafkaProtocol

@Suite("WireReader")
struct WireReaderTests {
    @Test("reads every fixed-width type, big-endian")
    func fixedWidth() {
        let input: [UInt8] = [
            0xfe, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xfd, 0x80, 0, 0, 0, 0, 0, 0, 1, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xfc,
            0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 2, 0,
        ]
        read(input) { reader in
            #expect(reader.int8() == -2)
            #expect(reader.int16() == -2)
            #expect(reader.int32() == -3)
            #expect(reader.int64() == .min + 1)
            #expect(reader.uint16() == 0xfffe)
            #expect(reader.uint32() == 0xffff_fffc)
            #expect(reader.float64() == 1.5)
            #expect(reader.bool() == true)
            #expect(reader.bool() == false)
            #expect(reader.remainingByteCount == 0 && reader.error == nil)
        }
    }

    @Test("keeps the first error and gives zero values from then on, though bytes are left")
    func stickyError() {
        read([0, 9, 0x61, 0x62, 1, 1, 1, 1]) { reader in
            #expect(reader.string(compact: false).isEmpty && reader.remainingByteCount == 0)
            let first = reader.error
            #expect(first?.byteOffset == 2)
            #expect(reader.int8() == 0 && reader.int64() == 0 && reader.varlong() == 0 && !reader.bool())
            #expect(
                reader.uuid() == .zero && reader.string(compact: true).isEmpty && reader.bytes(compact: true).isEmpty)
            #expect(reader.arrayCount(compact: true) == 0 && reader.records(compact: false).byteCount == 0)
            #expect(reader.error == first)
        }
    }

    @Test("says in one sentence what was read, where and what was expected")
    func errorDescription() {
        let java = JavaMessage.bytes("ProduceResponse", version: 9, isFilled: true) ?? []
        let error = #expect(throws: WireError.self) { try ProduceResponse.decoded(Array(java[..<37]), version: 9) }
        #expect(
            error?.description
                == "ProduceResponse v9 responses[0].partition_responses[0].log_start_offset: at byte 31, "
                + "expected 8 bytes of int64, 6 remain")
    }

    @Test(
        "reads varints at the bounds of each length",
        arguments: [
            ([0], 0), ([0x7f], 127), ([0x80, 0x01], 128), ([0xff, 0x7f], 16_383), ([0x80, 0x80, 0x01], 16_384),
            ([0xff, 0xff, 0xff, 0xff, 0x0f], UInt32.max),
        ] as [([UInt8], UInt32)])
    func varints(input: [UInt8], expected: UInt32) {
        read(input) { reader in
            #expect(reader.unsignedVarint() == expected && reader.error == nil && reader.remainingByteCount == 0)
        }
        var writer = WireWriter()
        writer.unsignedVarint(expected)
        #expect(writer.content == input)
    }

    @Test(
        "reads zigzag varints and varlongs as written",
        arguments: [
            (0, [0]), (-1, [1]), (1, [2]), (63, [0x7e]), (-64, [0x7f]), (64, [0x80, 0x01]), (-65, [0x81, 0x01]),
            (Int64(Int32.max), [0xfe, 0xff, 0xff, 0xff, 0x0f]), (Int64(Int32.min), [0xff, 0xff, 0xff, 0xff, 0x0f]),
            (.max, [0xfe] + [UInt8](repeating: 0xff, count: 8) + [0x01]),
            (.min, [UInt8](repeating: 0xff, count: 9) + [0x01]),
        ] as [(Int64, [UInt8])])
    func zigzag(value: Int64, bytes: [UInt8]) {
        var writer = WireWriter()
        writer.varlong(value)
        #expect(writer.content == bytes)
        read(bytes) { reader in
            #expect(reader.varlong() == value && reader.remainingByteCount == 0 && reader.error == nil)
        }
        guard let short = Int32(exactly: value) else { return }
        writer.reset()
        writer.varint(short)
        #expect(writer.content == bytes)
        read(bytes) { reader in
            #expect(reader.varint() == short && reader.remainingByteCount == 0 && reader.error == nil)
        }
    }

    @Test("refuses a varint that is longer than its type, or that the bytes end within")
    func overlongVarints() {
        let long32: [[UInt8]] = [
            [0xff, 0xff, 0xff, 0xff, 0x1f], [0x80, 0x80, 0x80, 0x80, 0x80, 0], [0xff, 0xff, 0xff, 0xff, 0xff], [0x80],
            [],
        ]
        for input in long32 {
            read(input) { reader in
                #expect(reader.unsignedVarint() == 0 && reader.hasFailed, "\(input)")
            }
        }
        let ten = [UInt8](repeating: 0xff, count: 9)
        for last in [0x02, 0x7f, 0x81] as [UInt8] {
            read(ten + [last, 0]) { reader in
                #expect(reader.varlong() == 0 && reader.hasFailed, "\(last)")
            }
        }
        read(ten + [0x01]) { reader in
            #expect(reader.varlong() == .min && !reader.hasFailed)
        }
    }

    @Test("refuses lengths and counts that the remaining bytes cannot hold, and negative ones but for null")
    func lengths() {
        func fails(_ input: [UInt8], _ body: (inout WireReader) -> Void) -> Bool {
            read(input) { reader in
                body(&reader)
                return reader.hasFailed
            }
        }
        #expect(fails([0, 3, 0x61, 0x62]) { _ = $0.string(compact: false) })
        #expect(fails([0x04, 0x61, 0x62]) { _ = $0.string(compact: true) })
        #expect(fails([0xff, 0xfe]) { _ = $0.nullableString(compact: false) })
        #expect(fails([0xff, 0xff]) { _ = $0.string(compact: false) })
        #expect(!fails([0xff, 0xff]) { _ = $0.nullableString(compact: false) })
        #expect(fails([0]) { _ = $0.string(compact: true) })
        #expect(!fails([0]) { _ = $0.nullableString(compact: true) })
        #expect(fails([0xff, 0xff, 0xff, 0xfe]) { _ = $0.nullableBytes(compact: false) })
        #expect(fails([0xff, 0xff, 0xff, 0xff, 0x0f]) { _ = $0.records(compact: true) })
        #expect(fails([0x7f, 0xff, 0xff, 0xff]) { _ = $0.records(compact: false) })
        #expect(fails([0, 0, 0, 3, 1, 1]) { _ = $0.arrayCount(compact: false) })
        #expect(!fails([0, 0, 0, 2, 1, 1]) { _ = $0.arrayCount(compact: false) })
        #expect(fails([0, 0, 0, 2, 1, 1]) { _ = $0.arrayCount(compact: false, elementByteCountMin: 4) })
        #expect(fails([0xff, 0xff, 0xff, 0xff, 0x0f]) { _ = $0.arrayCount(compact: true) })
        #expect(fails([0x80, 0, 0, 0]) { _ = $0.arrayCount(compact: false) })
        #expect(fails([1, 0]) { $0.skipTaggedFields() })
        #expect(fails([1, 0, 2, 0]) { $0.skipTaggedFields() })
        #expect(fails([0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0]) { $0.skipTaggedFields() })
    }

    @Test("refuses a string that is not UTF-8", arguments: [[0xff, 0xfe], [0xc3, 0x28], [0xed, 0xa0]] as [[UInt8]])
    func invalidUTF8(bytes: [UInt8]) {
        read([0, 2] + bytes) { reader in
            #expect(reader.string(compact: false).isEmpty)
            #expect(reader.error?.byteOffset == 2)
        }
    }

    @Test("refuses tags that repeat or descend")
    func tagOrder() {
        for tags in [[1, 1], [2, 1]] as [[UInt8]] {
            read([2, tags[0], 0, tags[1], 0]) { reader in
                reader.skipTaggedFields()
                #expect(reader.error?.byteOffset == 3)
            }
        }
    }

    @Test("locates records without copying them, as offsets in the buffer")
    func locatedRecords() {
        read([9, 0, 0, 0, 2, 7, 8]) { reader in
            _ = reader.int8()
            #expect(reader.records(compact: false) == .located(5..<7))
        }
        read([3, 7, 8]) { #expect($0.records(compact: true) == .located(1..<3)) }
        read([0]) { #expect($0.records(compact: true) == .null) }
        read([0xff, 0xff, 0xff, 0xff]) { #expect($0.records(compact: false) == .null) }
    }
}

/// A structure that goes within other messages or in records, behind its version, which is an int16. No version is flexible.
///
/// A newer version than those known here is read as the newest that is, as Kafka does: new fields come at the end.
package protocol PrefixedStruct: WireStruct {
    /// The versions known here.
    static var versions: ClosedRange<Int16> { get }
}

extension PrefixedStruct {
    /// Reads a version and the structure behind it. What is left behind that is passed over.
    package static func decode(from bytes: UnsafeRawBufferPointer) throws(WireError) -> Self {
        var reader = WireReader(bytes)
        let version = reader.int16()
        var structure = Self()
        if reader.hasFailed {
            reader.encloseError(in: "version")
        } else if version < versions.lowerBound {
            reader.fail(expected: "a version of \(versions.lowerBound) or more, found \(version)", at: 0)
        } else {
            var decoder = FieldDecoder(reader, version: min(version, versions.upperBound), isFlexible: false)
            structure.code(&decoder)
            reader = decoder.reader
        }
        if var error = reader.error {
            error.message = "\(Self.self) v\(version)"
            throw error
        }
        return structure
    }

    /// As `decode(from:)`, of bytes that a message holds.
    package static func decode(from bytes: [UInt8]) throws(WireError) -> Self {
        try bytes.span.bytes.withUnsafeBytes { (buffer) throws(WireError) in try decode(from: buffer) }
    }

    /// The version and the structure. Fails when a field is set that the version does not have.
    package func encoded(version: Int16 = Self.versions.upperBound) throws(WireError) -> [UInt8] {
        var writer = WireWriter(capacity: 256)
        writer.int16(version)
        if Self.versions.contains(version) {
            var structure = self
            withUnsafeMutablePointer(to: &writer) { pointer in
                var encoder = FieldEncoder(pointer, version: version, isFlexible: false)
                structure.code(&encoder)
            }
        } else {
            writer.fail(expected: "a version of \(Self.versions.lowerBound) to \(Self.versions.upperBound)")
        }
        if var error = writer.error {
            error.message = "\(Self.self) v\(version)"
            throw error
        }
        return writer.withUnsafeBytes { [UInt8]($0) }
    }
}

import KafkaSecurity

/// Values that are elsewhere, as Kafka's configuration providers name them: `${env:NAME}` (KIP-887), `${file:PATH:KEY}` (KIP-297)
/// and `${directory:PATH:FILE}` (KIP-421). So a secret need not be in the file of the client's settings, nor on a command line.
struct PropertyReferences {
    let variables: [String: String]

    /// The value with what its references name in their place.
    ///
    /// - Throws: `ValueError` that names the reference which leads to nothing.
    func resolve(_ value: String) throws(ValueError) -> String {
        var resolved = ""
        var rest = Substring(value)
        while let begin = rest.firstRange(of: "${"), let end = rest[begin.upperBound...].firstIndex(of: "}") {
            resolved += rest[..<begin.lowerBound]
            resolved += try lookUp(rest[begin.upperBound..<end]) ?? String(rest[begin.lowerBound...end])
            rest = rest[rest.index(after: end)...]
        }
        return resolved + rest
    }

    /// Nil for what is no reference of these kinds.
    private func lookUp(_ reference: Substring) throws(ValueError) -> String? {
        guard let colon = reference.firstIndex(of: ":") else { return nil }
        let provider = reference[..<colon]
        let name = reference[reference.index(after: colon)...]
        switch provider {
        case "env":
            guard let value = variables[String(name)] else {
                throw ValueError("${\(reference)}: the environment has no variable \(name)")
            }
            return value
        case "file", "directory":
            guard let last = name.lastIndex(of: ":"), last > name.startIndex else {
                throw ValueError("${\(reference)}: behind the path comes a colon and a name")
            }
            let path = String(name[..<last])
            let key = String(name[name.index(after: last)...])
            return provider == "file" ? try property(key, path, reference) : try file(key, path, reference)
        default: return nil
        }
    }

    private func property(_ key: String, _ path: String, _ reference: Substring) throws(ValueError) -> String {
        guard let text = TextFile.text(path) else { throw ValueError("${\(reference)}: \(path) can't be read") }
        guard let line = try JavaProperties.parse(text).last(where: { $0.name == key }) else {
            throw ValueError("${\(reference)}: \(path) has no property \(key)")
        }
        return line.value
    }

    private func file(_ name: String, _ folder: String, _ reference: Substring) throws(ValueError) -> String {
        guard let text = TextFile.text("\(folder)/\(name)") else {
            throw ValueError("${\(reference)}: \(folder)/\(name) can't be read")
        }
        return text.trimmed
    }
}

import KafkaClient
import KafkaSecurity
import KafkaTransport

/// The TLS configuration of a client's settings, be they Java's or librdkafka's.
struct TLSSettings {
    private let properties: SecurityProperties

    init(_ properties: SecurityProperties) { self.properties = properties }

    /// - Throws: `UsageError` that names the setting, or the file that it names, which can't be used.
    func configuration() throws(UsageError) -> TLSConfiguration {
        var configuration = TLSConfiguration()
        configuration.authorities = try authorities() ?? .system
        configuration.identity = try identity()
        configuration.verification = try verification()
        configuration.versions = try versions()
        configuration.cipherSuites = (properties["ssl.cipher.suites"] ?? "")
            .split { $0 == "," || $0 == ":" || $0 == " " }.map(String.init)
        do throws(TLSFailure) {
            // Before anything starts, and once more when it is used.
            _ = try TLSContext(configuration)
        } catch {
            throw UsageError("security.protocol: \(error)")
        }
        return configuration
    }

    private func secret(_ name: String) -> Secret? { properties[name].map { Secret($0) } }

    // MARK: Whom to trust

    private func authorities() throws(UsageError) -> TLSConfiguration.Authorities? {
        try onlyOne(of: ["ssl.truststore.location", "ssl.truststore.certificates", "ssl.ca.location", "ssl.ca.pem"])
        if let pem = properties["ssl.truststore.certificates"] ?? properties["ssl.ca.pem"] {
            return .pem(Self.lines(pem))
        }
        if let path = properties["ssl.ca.location"] { return path == "probe" ? nil : .pemFile(path) }
        guard let path = properties["ssl.truststore.location"] else { return nil }
        switch try storeType("ssl.truststore", path) {
        case .pem: return .pemFile(path)
        case .pkcs12: return .pkcs12File(path, password: secret("ssl.truststore.password") ?? Secret(""))
        }
    }

    // MARK: What to show

    private func identity() throws(UsageError) -> TLSConfiguration.Identity? {
        try onlyOne(
            of: ["ssl.keystore.location", "ssl.keystore.key", "ssl.certificate.location", "ssl.certificate.pem"])
        let password = secret("ssl.key.password")
        if let key = properties["ssl.keystore.key"] ?? properties["ssl.key.pem"],
            !properties.has("ssl.certificate.location")
        {
            let names = properties.has("ssl.keystore.key") ? "ssl.keystore.certificate.chain" : "ssl.certificate.pem"
            guard let chain = properties[names] else { throw UsageError("a private key is given without \(names)") }
            return .pem(certificates: Self.lines(chain), key: Secret(Self.lines(key)), password: password)
        }
        if let path = properties["ssl.certificate.location"] {
            guard let key = properties["ssl.key.location"] else {
                throw UsageError("ssl.certificate.location needs ssl.key.location, the file of its private key")
            }
            return .pemFiles(certificates: path, key: key, password: password)
        }
        for name in ["ssl.keystore.certificate.chain", "ssl.certificate.pem", "ssl.key.location"]
        where properties[name] != nil {
            throw UsageError("\(name) is only one half: a certificate and its private key are needed")
        }
        guard let path = properties["ssl.keystore.location"] else { return nil }
        switch try storeType("ssl.keystore", path) {
        case .pem: return .pemFiles(certificates: path, key: path, password: password)
        case .pkcs12: return .pkcs12File(path, password: secret("ssl.keystore.password") ?? password ?? Secret(""))
        }
    }

    // MARK: Stores

    private enum StoreType { case pem, pkcs12 }

    /// What a store's file is, by what it begins with: Java's JKS also reads PKCS#12.
    private func storeType(_ store: String, _ path: String) throws(UsageError) -> StoreType {
        let declared = properties["\(store).type"]?.uppercased()
        if let declared, !["PEM", "PKCS12", "JKS"].contains(declared) {
            throw UsageError(
                "\(store).type=\(declared): accepted are PEM and PKCS12, and JKS for a file that is PKCS#12")
        }
        guard let begin = TextFile.bytes(path, byteCountMax: 1 << 20) else {
            throw UsageError("\(store).location: \(path) can't be read")
        }
        let isPEM = String(decoding: begin, as: UTF8.self).contains("-----BEGIN ")
        if declared == "PEM", !isPEM { throw UsageError("\(store).type=PEM: \(path) is not in PEM") }
        if isPEM, let declared, declared != "PEM" { throw UsageError("\(store).type=\(declared): \(path) is in PEM") }
        return isPEM ? .pem : .pkcs12
    }

    private func onlyOne(of names: [String]) throws(UsageError) {
        let given = names.filter { properties[$0] != nil }
        if given.count > 1 { throw UsageError("\(given[0]) and \(given[1]) say the same; give one of them") }
    }

    /// A value on one line, as Java's files often have PEM, with the lines that PEM wants.
    private static func lines(_ pem: String) -> String {
        if pem.contains("\n") { return pem }
        var text = ""
        for part in pem.split(separator: "-----", omittingEmptySubsequences: true) {
            let part = String(part).trimmed
            if part.isEmpty { continue }
            text +=
                part.hasPrefix("BEGIN ") || part.hasPrefix("END ")
                ? "-----\(part)-----\n" : part.split(separator: " ").joined(separator: "\n") + "\n"
        }
        return text
    }

    // MARK: What else

    private func verification() throws(UsageError) -> TLSConfiguration.Verification {
        if let text = properties["enable.ssl.certificate.verification"] {
            guard text == "true" || text == "false" else {
                throw UsageError("enable.ssl.certificate.verification=\(text): true or false is accepted")
            }
            if text == "false" { return .none }
        }
        guard properties.has("ssl.endpoint.identification.algorithm") else { return .full }
        switch properties["ssl.endpoint.identification.algorithm"]?.lowercased() ?? "" {
        case "https": return .full
        case "", "none": return .authorityOnly
        case let other:
            throw UsageError("ssl.endpoint.identification.algorithm=\(other): accepted is https, or nothing for none")
        }
    }

    private func versions() throws(UsageError) -> ClosedRange<TLSConfiguration.Version> {
        let name = properties["ssl.enabled.protocols"] != nil ? "ssl.enabled.protocols" : "ssl.protocol"
        guard let text = properties[name], text != "TLS" else { return .v1_2 ... .v1_3 }
        let words = text.split { $0 == "," || $0 == " " }.map(String.init)
        // Older ones are left out, as they are by Java itself.
        let known = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]
        if let other = words.first(where: { !known.contains($0) }) {
            throw UsageError("\(name)=\(text): '\(other)' is no version; accepted are TLSv1.2 and TLSv1.3")
        }
        let versions = words.compactMap { word -> TLSConfiguration.Version? in
            switch word {
            case "TLSv1.2": .v1_2
            case "TLSv1.3": .v1_3
            default: nil
            }
        }
        guard let lowest = versions.min(), let highest = versions.max() else {
            throw UsageError("\(name)=\(text): accepted are TLSv1.2 and TLSv1.3")
        }
        // With ssl.protocol, Java names the newest.
        return (name == "ssl.protocol" ? .v1_2 : lowest)...highest
    }
}

/// The settings of a run by their names on the command line, for people and for the manifest.
extension RunConfiguration {
    /// A setting with its value for people and for machines.
    package struct Setting: Sendable, Equatable {
        /// The option's name without dashes.
        package let name: String
        package let text: String
        package let json: JSONValue
    }

    /// Every setting, in the order of `--help`.
    package var settings: [Setting] {
        workloadSettings + shapeSettings
    }

    /// As an object of the manifest. Sizes in bytes, durations in ns, both said by the name.
    package var json: JSONValue {
        .object(settings.map { ($0.name.replacingDashes, $0.json) })
    }

    private var workloadSettings: [Setting] {
        var settings = [Setting(name: "stage", text: stage.rawValue, json: .string(stage.rawValue))]
        settings.append(amount.setting(prefix: ""))
        if let warmup { settings.append(warmup.setting(prefix: "warmup-")) }
        settings.append(Setting(name: "record-size", text: recordSizeText, json: .string(recordSize.description)))
        switch payload {
        case .generated(let compressibility):
            settings.append(
                Setting(name: "compressibility", text: "\(compressibility)", json: .double(compressibility)))
        case .file(let path, let delimiter):
            settings.append(Setting(name: "payload-file", text: path, json: .string(path)))
            settings.append(
                Setting(name: "payload-delimiter", text: delimiter.debugDescription, json: .string(delimiter)))
        }
        settings.append(Setting(name: "keys", text: keys.description, json: .string(keys.description)))
        if keys != .none { settings.append(.bytes("key-size", keySize)) }
        settings.append(.integer("headers", headerCount))
        if headerCount > 0 { settings.append(.bytes("header-size", headerSize)) }
        settings.append(Setting(name: "seed", text: "\(seed)", json: .unsigned(seed)))
        return settings
    }

    private var shapeSettings: [Setting] {
        [
            .integer("partitions", partitions),
            Setting(name: "partitioner", text: partitioner.rawValue, json: .string(partitioner.rawValue)),
            Setting(name: "builder", text: builder.rawValue, json: .string(builder.rawValue)),
            .integer("cores", cores),
            .integer("concurrency", concurrency),
            Setting(name: "codec", text: codec.description, json: .string(codec.description)),
            .bytes("batch-size", batchSizeBytes),
            Setting(name: "linger", text: Quantity.formatDuration(ns: lingerNs), json: .integer(lingerNs)).suffixed(
                "-ns"),
            Setting(name: "acks", text: acks.rawValue, json: .string(acks.rawValue)),
            // Every manifest has it, though no run is idempotent yet.
            Setting(name: "idempotence", text: "no", json: .bool(false)),
            Setting(
                name: "rate", text: rate.map { Quantity.formatRate($0) + " records/s" } ?? "as fast as possible",
                json: rate.map { .double($0) } ?? .null),
        ]
    }

    private var recordSizeText: String {
        if case .fixed(let size) = recordSize { return Quantity.formatBytes(Int64(size)) }
        return recordSize.description
    }
}

extension RunConfiguration.Amount {
    fileprivate func setting(prefix: String) -> RunConfiguration.Setting {
        switch self {
        case .records(let count):
            .init(name: prefix + "records", text: Quantity.formatCount(count), json: .integer(count))
        case .durationNs(let ns):
            RunConfiguration.Setting(
                name: prefix + "duration", text: Quantity.formatDuration(ns: ns), json: .integer(ns)
            ).suffixed("-ns")
        }
    }
}

extension RunConfiguration.Setting {
    fileprivate static func integer(_ name: String, _ value: Int) -> Self {
        Self(name: name, text: String(value), json: .integer(Int64(value)))
    }

    fileprivate static func bytes(_ name: String, _ value: Int) -> Self {
        Self(name: name, text: Quantity.formatBytes(Int64(value)), json: .integer(Int64(value))).suffixed("-bytes")
    }

    /// The unit goes into the name in files, not on the command line; both are kept apart by `optionName`.
    fileprivate func suffixed(_ unit: String) -> Self { Self(name: name + unit, text: text, json: json) }

    /// The option that sets it.
    package var optionName: String {
        for unit in ["-bytes", "-ns"] where name.hasSuffix(unit) { return String(name.dropLast(unit.count)) }
        return name
    }
}

extension String {
    fileprivate var replacingDashes: String { String(map { $0 == "-" ? "_" : $0 }) }
}

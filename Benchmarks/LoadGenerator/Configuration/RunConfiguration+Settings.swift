package import KafkaJSON

/// The settings of a run by their names on the command line, for people and for the manifest.
extension RunConfiguration {
    /// A setting with its value for people and for machines.
    package struct Setting: Sendable, Equatable {
        /// The name of the option that sets it, without the dashes before it.
        package let option: String
        package let text: String
        package let json: JSONValue
        /// The unit of `json`, which files say in the name: `_bytes`, `_ns`. Empty for one without.
        var unit = ""
    }

    /// Every setting, in the order of `--help`.
    package var settings: [Setting] {
        workloadSettings + shapeSettings
    }

    /// As an object of the manifest. Sizes in bytes, durations in ns, both said by the name.
    package var json: JSONValue {
        .object(settings.map { (String($0.option.map { $0 == "-" ? "_" : $0 }) + $0.unit, $0.json) })
    }

    private var workloadSettings: [Setting] {
        var settings = [Setting(option: "stage", text: stage.rawValue, json: .string(stage.rawValue))]
        if mode != .produce {
            settings = [Setting(option: "mode", text: mode.rawValue, json: .string(mode.rawValue))] + readingSettings
        }
        settings.append(.nanoseconds("rtt", rttNs))
        settings.append(.nanoseconds("metadata-max-age", metadataMaxAgeNs))
        settings.append(amount.setting(prefix: ""))
        switch warmup {
        case .fixed(let amount): settings.append(amount.setting(prefix: "warmup-"))
        case .untilSteady:
            settings.append(Setting(option: "warmup-duration", text: "until it is steady", json: .string("auto")))
        case nil: break
        }
        settings.append(Setting(option: "record-size", text: recordSizeText, json: .string(recordSize.description)))
        switch payload {
        case .generated(let compressibility):
            settings.append(
                Setting(option: "compressibility", text: "\(compressibility)", json: .double(compressibility)))
        case .file(let path, let delimiter):
            settings.append(Setting(option: "payload-file", text: path, json: .string(path)))
            settings.append(
                Setting(option: "payload-delimiter", text: delimiter.debugDescription, json: .string(delimiter)))
        }
        settings.append(Setting(option: "keys", text: keys.description, json: .string(keys.description)))
        if keys != .none { settings.append(.bytes("key-size", keySize)) }
        settings.append(.integer("headers", headerCount))
        if headerCount > 0 { settings.append(.bytes("header-size", headerSize)) }
        settings.append(Setting(option: "seed", text: "\(seed)", json: .unsigned(seed)))
        return settings
    }

    private var readingSettings: [Setting] {
        var settings: [Setting] = []
        if mode == .endToEnd {
            settings.append(Setting(option: "role", text: role.rawValue, json: .string(role.rawValue)))
        }
        guard reads else { return settings }
        settings.append(.integer("consumers", consumers))
        if mode == .consume { settings.append(.integer("decoders", decoders)) }
        settings.append(Setting(option: "isolation", text: isolation.rawValue, json: .string(isolation.rawValue)))
        guard let group else { return settings }
        return settings + [
            Setting(option: "group", text: group, json: .string(group)),
            Setting(option: "group-protocol", text: groupProtocol.rawValue, json: .string(groupProtocol.rawValue)),
        ]
    }

    private var shapeSettings: [Setting] {
        let tasks = door == .lane ? [] : [Setting.integer("tasks", tasks)]
        let transactions =
            transactionalID.map {
                [
                    Setting(option: "transactional-id", text: $0, json: .string($0)),
                    Setting.nanoseconds("transaction-duration", transactionDurationNs),
                ]
            } ?? []
        return [
            .integer("partitions", partitions),
            Setting(option: "partitioner", text: partitioner.rawValue, json: .string(partitioner.rawValue)),
            Setting(option: "builder", text: builder.rawValue, json: .string(builder.rawValue)),
            Setting(option: "door", text: door.rawValue, json: .string(door.rawValue)),
        ] + tasks + [
            .integer("cores", cores),
            .integer("concurrency", concurrency),
            Setting(option: "codec", text: codec.description, json: .string(codec.description)),
            .bytes("batch-size", batchSizeBytes),
            .nanoseconds("linger", lingerNs),
            Setting(option: "acks", text: acks.rawValue, json: .string(acks.rawValue)),
            Setting(option: "idempotence", text: idempotenceText, json: .bool(isIdempotent)),
            Setting(option: "may-reorder", text: mayReorder ? "yes" : "no", json: .bool(mayReorder)),
        ] + transactions + [
            Setting(
                option: "rate", text: rate.map { Quantity.formatRate($0) + " records/s" } ?? "as fast as possible",
                json: rate.map { .double($0) } ?? .null),
            Setting(option: "verify", text: isVerified ? "yes" : "no", json: .bool(isVerified)),
        ]
    }

    private var idempotenceText: String {
        if isIdempotent { return "yes" }
        guard idempotence == .auto, stage == .broker else { return "no" }
        if givesUpIdempotence { return "no, for more than 5 requests in flight" }
        return acks == .all ? "no, for batches may be reordered" : "no, for it needs acks all"
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
            .init(option: prefix + "records", text: Quantity.formatCount(count), json: .integer(count))
        case .durationNs(let ns):
            .nanoseconds(prefix + "duration", ns)
        }
    }
}

extension RunConfiguration.Setting {
    fileprivate static func integer(_ option: String, _ value: Int) -> Self {
        Self(option: option, text: String(value), json: .integer(Int64(value)))
    }

    fileprivate static func bytes(_ option: String, _ value: Int) -> Self {
        Self(option: option, text: Quantity.formatBytes(Int64(value)), json: .integer(Int64(value)), unit: "_bytes")
    }

    fileprivate static func nanoseconds(_ option: String, _ value: Int64) -> Self {
        Self(option: option, text: Quantity.formatDuration(ns: value), json: .integer(value), unit: "_ns")
    }
}

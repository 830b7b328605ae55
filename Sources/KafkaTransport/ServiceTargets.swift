import CResolver

/// The targets that DNS names for a service (SRV records, RFC 2782).
package struct ServiceTargets {
    struct Target: Equatable {
        let endpoint: Endpoint
        /// Targets of a lower number come first.
        let priority: UInt16
        /// A target's share of the clients, among those of its priority.
        let weight: UInt16
    }

    /// In the order of the answer.
    var targets: [Target]

    init(_ targets: [Target]) { self.targets = targets }

    /// Reads an answer of DNS. Records of other types, and targets with port 0, are passed over.
    ///
    /// - Parameters:
    ///   - answer: the whole message, at most 64 KiB. Nothing of it is trusted.
    ///   - service: the service's name, for errors.
    /// - Throws: `TransportError` when the answer is malformed, names no target, or says that there is no such service.
    package init(answer: UnsafeRawBufferPointer, of service: String) throws(TransportError) {
        var message = ns_msg()
        let bytes = answer.assumingMemoryBound(to: UInt8.self)
        // The message keeps the address, and `answer` outlives it.
        let count = bytes.isEmpty ? -1 : resolver_open(&message, bytes.baseAddress!, Int32(clamping: bytes.count))
        guard count >= 0 else { throw .malformedAnswer(of: service) }
        targets = []
        var isRefused = false
        var record = resolver_service()
        var name = [CChar](repeating: 0, count: Int(NS_MAXDNAME))
        for index in 0..<count {
            let kind = resolver_read_service(&message, index, &record, &name, Int32(name.count))
            guard kind >= 0 else { throw .malformedAnswer(of: service) }
            if kind == 0 { continue }
            let host = name.withUnsafeBytes { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if host.isEmpty {
                isRefused = true
            } else if record.port > 0 {
                targets.append(
                    Target(
                        endpoint: Endpoint(host: host, port: record.port), priority: record.priority,
                        weight: record.weight))
            }
        }
        if targets.isEmpty { throw isRefused ? .refusedService(service) : .noServiceRecords(of: service) }
    }

    /// The endpoints in the order in which they are to be tried: by priority, then by chance, where a target of twice the
    /// weight comes first twice as often. Each is there once. O(n²) in the targets of one priority.
    package func ordered(using generator: inout some RandomNumberGenerator) -> [Endpoint] {
        var ordered: [Endpoint] = []
        for (_, group) in Dictionary(grouping: targets, by: \.priority).sorted(by: { $0.key < $1.key }) {
            // Those without weight are drawn only when the drawn number is zero.
            var rest = group.filter { $0.weight == 0 } + group.filter { $0.weight > 0 }
            var sum = rest.reduce(0) { $0 + Int($1.weight) }
            while !rest.isEmpty {
                let drawn = Int.random(in: 0...sum, using: &generator)
                var reached = 0
                let index = rest.firstIndex { target in
                    reached += Int(target.weight)
                    return reached >= drawn
                }
                let target = rest.remove(at: index!)
                sum -= Int(target.weight)
                ordered.append(target.endpoint)
            }
        }
        var seen: Set<Endpoint> = []
        return ordered.filter { seen.insert($0).inserted }
    }
}

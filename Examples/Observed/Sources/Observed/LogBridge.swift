import KafkaClient
import Logging

extension Logger {
    /// Logs what happened to a client: for `ClusterConfiguration.onEvent`.
    func log(_ event: ClientEvent) {
        let kind = event.kind
        var metadata: Logger.Metadata = [:]
        for (name, value) in kind.fields { metadata[name] = .stringConvertible(value) }
        log(level: kind.isProblem ? .warning : .info, "\(kind.name)", metadata: metadata)
    }
}

// As much of swift-log's Logger as the example uses, in the same shape.

/// Logs to standard output.
public struct Logger: Sendable {
    public enum Level: String, Sendable {
        case trace, debug, info, notice, warning, error, critical
    }

    public struct Message: ExpressibleByStringInterpolation, CustomStringConvertible, Sendable {
        public let description: String

        public init(stringLiteral value: String) { description = value }
    }

    public enum MetadataValue: CustomStringConvertible, Sendable {
        case string(String)
        case stringConvertible(any CustomStringConvertible & Sendable)

        public var description: String {
            switch self {
            case .string(let text): text
            case .stringConvertible(let value): value.description
            }
        }
    }

    public typealias Metadata = [String: MetadataValue]

    private let label: String

    public init(label: String) { self.label = label }

    public func log(
        level: Level, _ message: @autoclosure () -> Message, metadata: @autoclosure () -> Metadata? = nil
    ) {
        let pairs = (metadata() ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        print("\(level.rawValue) \(label): \(message())\(pairs)")
    }
}

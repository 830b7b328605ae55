// As much of swift-metrics as the example uses, in the same shape. What is recorded can be read by `Recorded`.

import Synchronization

public final class Counter: Sendable {
    private let key: String

    public init(label: String, dimensions: [(String, String)] = []) { key = Recorded.key(label, dimensions) }

    public func increment<Amount: BinaryInteger>(by amount: Amount) { Recorded.add(Double(amount), to: key) }
}

public final class FloatingPointCounter: Sendable {
    private let key: String

    public init(label: String, dimensions: [(String, String)] = []) { key = Recorded.key(label, dimensions) }

    public func increment<Amount: BinaryFloatingPoint>(by amount: Amount) { Recorded.add(Double(amount), to: key) }
}

public final class Gauge: Sendable {
    private let key: String

    public init(label: String, dimensions: [(String, String)] = []) { key = Recorded.key(label, dimensions) }

    public func record<Value: BinaryFloatingPoint>(_ value: Value) { Recorded.set(Double(value), at: key) }
}

/// What a backend of swift-metrics would have got.
public enum Recorded {
    private static let values = Mutex<[String: Double]>([:])

    public static func value(_ label: String, _ dimensions: [(String, String)]) -> Double? {
        values.withLock { $0[key(label, dimensions)] }
    }

    static func key(_ label: String, _ dimensions: [(String, String)]) -> String {
        label + dimensions.map { "|\($0.0)=\($0.1)" }.sorted().joined()
    }

    static func add(_ amount: Double, to key: String) { values.withLock { $0[key, default: 0] += amount } }
    static func set(_ value: Double, at key: String) { values.withLock { $0[key] = value } }
}

/// The version of this library.
public enum KafkaClientVersion {
    /// The version, in the form `1.2.3`. Brokers get it with each connection (KIP-511), and `kbench --version` prints it.
    public static let current = "0.1.0"
}

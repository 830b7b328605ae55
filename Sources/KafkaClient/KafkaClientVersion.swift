/// The version of this library, as brokers and `kbench --version` are told.
public enum KafkaClientVersion {
    public static let current = "0.1.0"
}

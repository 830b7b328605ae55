// A program that imports KafkaClient can use the types of its interface without further imports: records, errors, codecs, secrets
// and event loops.
@_exported import KafkaCompression
@_exported import KafkaProtocol
@_exported import KafkaSecurity
@_exported import KafkaTransport

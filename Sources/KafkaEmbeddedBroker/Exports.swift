// A program that imports KafkaEmbeddedBroker can use the types of its interface without further imports.
@_exported import KafkaProtocol
@_exported import KafkaSecurity
@_exported import KafkaTransport

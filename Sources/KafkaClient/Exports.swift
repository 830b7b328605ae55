// A user imports KafkaClient and has its words: records and error codes, codecs, event loops.
@_exported import KafkaCompression
@_exported import KafkaProtocol
@_exported import KafkaTransport

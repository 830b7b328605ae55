import KafkaSecurity
import Testing

@Suite struct DigestsTests {}

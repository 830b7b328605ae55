// A cluster that wants TLS, and to know who its clients are: here a broker in this process, with a certificate of its own.

import Foundation
import KafkaClient
import KafkaEmbeddedBroker

func expect(_ condition: Bool, _ message: String) {
    if condition { return }
    print("failed: \(message)")
    exit(1)
}

func produce(to servers: [String], trusting authorities: String, password: Secret) async throws {
    var connection = ConnectionConfiguration()
    connection.tls = TLSConfiguration(authorities: .pemFile(authorities))
    connection.sasl = .scram(.sha512, user: "alice", password: password)
    try await Client.withConnection(to: servers, ClusterConfiguration(connection: connection)) { client in
        try await client.withProducer(.init()) { try await $0.append(value: "hello", to: "events") }
    }
}

do {
    var configuration = EmbeddedBrokerConfiguration()
    let authority = try configuration.security.secureByOwnCertificate()
    configuration.security.mechanisms = [.scramSHA512]
    configuration.security.users = ["alice": "alice-secret"]
    let broker = try EmbeddedBroker(configuration)
    let servers = try await broker.start().map(\.description)
    try broker.createTopic("events", partitions: 8)

    let authorities = FileManager.default.temporaryDirectory.appendingPathComponent("ca-\(getpid()).pem")
    try authority.write(to: authorities, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: authorities) }

    try await produce(to: servers, trusting: authorities.path, password: "alice-secret")
    do {
        try await produce(to: servers, trusting: authorities.path, password: "a guess")
        expect(false, "a guess lets alice in")
    } catch let error as KafkaClientError where error.code == .authenticationFailed {
        print("alice is refused with another password: \(error)")
    }
    await broker.stop()
    expect(broker.statistics.recordCount == 1, "\(broker.statistics.recordCount) records were stored")
} catch {
    expect(false, "\(error)")
}
print("ok: stored over TLS by a user who has shown who she is")

import KafkaProtocol

extension Cluster {
    /// Changes settings, all or none.
    ///
    /// - Parameter isDryRun: check only.
    func changeSettings(
        of owner: SettingOwner, by changes: [IncrementalAlterConfigsRequest.Config], isDryRun: Bool
    ) throws(Refusal) {
        try state.withLock { state throws(Refusal) in
            if case .topic(let name) = owner { _ = try state.topic(name) }
            let changed = try state.settings.changed(owner, by: changes)
            if isDryRun { return }
            state.settings[owner] = changed
            obeySettings(&state)
        }
    }

    /// What clients have set.
    func settings(of owner: SettingOwner) -> [String: String] { state.withLock { $0.settings[owner] } }

    /// Lets the topics take batches as long as the settings allow from now on.
    private func obeySettings(_ state: inout State) {
        for topic in state.topics.values {
            topic.messageByteCountMax.store(messageByteCountMax(of: topic.name, state), ordering: .relaxed)
        }
    }

    /// The longest batch that a topic takes, in bytes.
    func messageByteCountMax(of topic: String, _ state: borrowing State) -> Int {
        let set =
            state.settings[.topic(topic)]["max.message.bytes"] ?? state.settings[.allBrokers]["message.max.bytes"]
        return set.flatMap { Int($0) } ?? configuration.messageByteCountMax
    }
}

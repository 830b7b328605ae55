import KafkaProtocol
import KafkaTransport

extension Session {
    /// The APIs that are offered, in the versions that the messages know.
    ///
    /// As Kafka 4 (KAFKA-18659), Produce from version 0 on, though none below 3 is served: librdkafka 2.0 takes a
    /// broker without version 0 for one that knows neither gzip nor snappy, and sends what it should compress as it is.
    static let apis: [(key: ApiKey, versions: ClosedRange<Int16>)] = [
        (.produce, 0...ProduceRequest.versions.upperBound), (.fetch, FetchRequest.versions),
        (.listOffsets, ListOffsetsRequest.versions), (.metadata, MetadataRequest.versions),
        (.apiVersions, ApiVersionsRequest.versions), (.createTopics, CreateTopicsRequest.versions),
        (.deleteTopics, DeleteTopicsRequest.versions), (.initProducerId, InitProducerIDRequest.versions),
        (.findCoordinator, FindCoordinatorRequest.versions),
    ]

    /// Those that are offered besides where clients have to show who they are. SaslHandshake is offered from version 0 on
    /// because librdkafka 2.0 takes a broker without it for one that has no such request; it is refused, for what a client says
    /// after it comes without a header.
    static let saslAPIs: [(key: ApiKey, versions: ClosedRange<Int16>)] = [
        (.saslHandshake, SASLHandshakeRequest.versions), (.saslAuthenticate, SASLAuthenticateRequest.versions),
    ]

    /// Those that are offered besides where clients' metrics are wanted.
    static let telemetryAPIs: [(key: ApiKey, versions: ClosedRange<Int16>)] = [
        (.getTelemetrySubscriptions, GetTelemetrySubscriptionsRequest.versions),
        (.pushTelemetry, PushTelemetryRequest.versions),
    ]

    /// Serves one request and appends its answer to the output.
    func handle(_ frame: UnsafeRawBufferPointer) {
        var reader = WireReader(frame)
        guard let header = try? RequestHeader.decode(from: &reader) else { return reject() }
        shard.counters.countRequest(header.apiKey)
        // As in Kafka, who has not shown who he is gets no answer.
        if !security.allows(header.apiKey) { return reject() }
        switch header.apiKey {
        case .produce where ProduceRequest.versions.contains(header.apiVersion): handleProduce(header, frame, reader)
        case .fetch: serveFetch(header, reader)
        case .listOffsets: serve(ListOffsetsRequest.self, header, reader, handleListOffsets)
        case .metadata: serve(MetadataRequest.self, header, reader, handleMetadata)
        case .apiVersions: handleApiVersions(header, reader)
        case .createTopics: serve(CreateTopicsRequest.self, header, reader, handleCreateTopics)
        case .deleteTopics: serve(DeleteTopicsRequest.self, header, reader, handleDeleteTopics)
        case .initProducerId: serve(InitProducerIDRequest.self, header, reader, handleInitProducerID)
        case .saslHandshake:
            serve(SASLHandshakeRequest.self, header, reader, handleSASLHandshake)
        case .saslAuthenticate: serve(SASLAuthenticateRequest.self, header, reader, handleSASLAuthenticate)
        case .getTelemetrySubscriptions:
            serve(GetTelemetrySubscriptionsRequest.self, header, reader, handleGetTelemetrySubscriptions)
        case .pushTelemetry: serve(PushTelemetryRequest.self, header, reader, handlePushTelemetry)
        case .findCoordinator: serve(FindCoordinatorRequest.self, header, reader, handleFindCoordinator)
        default: handleGroups(header, reader)
        }
    }

    /// Decodes a request, applies the faults, and answers what `body` returns unless it is nil.
    ///
    /// - Parameter reader: of the frame, behind the header.
    func serve<Request: TargetedRequest>(
        _ type: Request.Type, _ header: RequestHeader, _ reader: WireReader,
        _ body: (Request, RequestHeader, FaultPlan) -> Request.Response?
    ) {
        guard let request = Self.decode(type, header, reader) else { return reject() }
        withFaults(header, targets: { request.targets(self.cluster) }) { plan in
            if let response = body(request, header, plan) { answer(response, to: header) }
        }
    }

    /// The request that a reader is at, nil when there is none.
    ///
    /// Bytes behind it are passed over, as Kafka does: librdkafka 2.16 asks for the metadata of all topics with three
    /// of them. The decoder's error says where they begin.
    static func decode<Request: KafkaRequest>(
        _ type: Request.Type, _ header: RequestHeader, _ reader: WireReader
    ) -> Request? {
        var whole = reader
        do throws(WireError) {
            return try Request.decode(version: header.apiVersion, from: &whole)
        } catch {
            var shorter = reader.ending(at: error.byteOffset)
            return try? Request.decode(version: header.apiVersion, from: &shorter)
        }
    }

    /// Serves a request by `body`, and does what the rules want that fire for it.
    func withFaults(_ header: RequestHeader, targets: () -> [FaultScript.Target], _ body: (FaultPlan) -> Void) {
        if shard.faults.isEmpty { return body(FaultPlan()) }
        let arrived = MonotonicInstant.now
        let plan = shard.faults.plan(header.apiKey, node: node.id, targets: targets(), now: arrived)
        if plan.disconnect == .beforeStore { return hangUp() }
        for change in plan.changes { cluster.apply(change) }
        if plan.holdsAnswer || plan.disconnect != nil { beginHolding() }
        throttleMs = plan.throttleMs
        recordCount = 0
        body(plan)
        throttleMs = 0
        // The rest is done when the answer is there.
        if parkedGroupRequest != nil { return }
        if plan.disconnect == .afterStore { return hangUp() }
        let delay = plan.delay + shard.faults.serve(recordCount, by: plan, now: arrived)
        let held = HeldAnswer(
            node: node.id, apiKey: header.apiKey, recordCount: recordCount, arrived: arrived, left: arrived,
            answered: arrived)
        if plan.isHeldOnWire {
            sendLater(held, after: delay)
            if plan.throttleMs > 0 { mute(forMs: plan.throttleMs) }
        } else if plan.holdsAnswer {
            holdAnswer(held, for: plan.isStalled ? nil : delay, throttleMs: plan.throttleMs)
        } else if plan.throttleMs > 0, parkedFetch == nil, parkedShareFetch == nil {
            mute(forMs: plan.throttleMs)
        }
    }

    func answer<Response: KafkaResponse>(_ response: Response, to header: RequestHeader, version: Int16? = nil) {
        do {
            try ResponseFrame.encode(
                response, version: version ?? header.apiVersion, correlationID: header.correlationID,
                into: &output.writer)
        } catch {
            // This version cannot carry the answer. Closing the connection tells the client that none comes.
            hangUp()
        }
    }
}

/// A request that names its topics and partitions, so that rules of faults can match them.
protocol TargetedRequest: KafkaRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target]
}

import KafkaEmbeddedBroker
import KafkaJSON
import KafkaTransport
import Testing

@testable import LoadGenerator

@Suite struct ControlCommandTests {
    @Test func `each command is read`() throws {
        let commands: [(String, ControlCommand)] = [
            ("fault produce:topic=t:grow=3", .fault(try FaultRule(parsing: "produce:topic=t:grow=3"))),
            ("faults clear", .clearFaults),
            ("grow t 8", .grow(topic: "t", partitions: 8)),
            ("anew t 2", .anew(topic: "t", partitions: 2)),
            ("create t 1", .create(topic: "t", partitions: 1)),
            ("delete t", .delete(topic: "t")),
            ("leader t 0 3", .leader(topic: "t", partition: 0, node: 3)),
            ("leaderless t 7", .leaderless(topic: "t", partition: 7)),
            ("elect", .elect),
            ("forget-producers t", .forgetProducers(topic: "t", partition: nil)),
            ("forget-producers t 3", .forgetProducers(topic: "t", partition: 3)),
            ("coordinator g 2", .coordinator(group: "g", node: 2)),
            ("freeze 1", .freeze(node: 1)),
            ("thaw 1", .thaw(node: 1)),
            ("stop 2", .stop(node: 2)),
            ("start 2", .start(node: 2, port: nil)),
            ("start 2 9093", .start(node: 2, port: 9093)),
            ("pause 2", .pause(node: 2)),
            ("resume 2", .resume(node: 2)),
            ("add", .add),
            ("advertise 1 far.example:1", .advertise(node: 1, endpoint: Endpoint(host: "far.example", port: 1))),
            ("advertise 1 [::1]:65535", .advertise(node: 1, endpoint: Endpoint(host: "::1", port: 65535))),
            ("advertise 1", .advertise(node: 1, endpoint: nil)),
            ("hide 1", .hide(node: 1)),
            ("show 1", .show(node: 1)),
            ("stats", .statistics),
            ("delays", .delays),
            ("delays clear", .clearDelays),
            ("help", .help),
            ("  \tgrow   t\t8 \r", .grow(topic: "t", partitions: 8)),
        ]
        for (line, command) in commands { #expect(try ControlCommand(parsing: line) == command, "\(line)") }
        let names = Set(commands.map { $0.0.split(whereSeparator: \.isWhitespace)[0] })
        let used = Set(ControlCommand.usages.map { $0.split(separator: " ")[0] })
        #expect(names == used)
    }

    @Test(arguments: [
        ("grwo t 8", "did you mean grow?"), ("\u{0}", "is no command"), ("GROW t 8", "is no command"),
        ("grow t", "grow TOPIC N"), ("grow", "grow TOPIC N"), ("grow t 8 9", "grow TOPIC N"),
        ("grow t x", "'x' is no number of partitions"), ("grow t 0", "of 1 to"), ("grow t -1", "of 1 to"),
        ("grow t 99999999999999999999", "of 1 to"), ("leader t -1 1", "'-1' is no partition of 0 to"),
        ("leader t 0 x", "'x' is no node id"), ("start 1 65536", "'65536' is no port of 0 to 65535"),
        ("stop 3000000000", "is no node id"), ("advertise 1 nowhere", "has no port"), ("faults end", "faults clear"),
        ("fault produce:grow", "'grow' wants a whole number of 1 or more"), ("fault", "fault RULE"),
        ("add 4", "accepted is: add"),
    ])
    func `what is wrong is told, and what is accepted`(line: String, words: String) {
        let error = #expect(throws: ValueError.self) { try ControlCommand(parsing: line) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("accepted") == true)
    }

    @Test func `bytes are cut into lines however they come`() {
        let text = Array("one\n\ntwo \u{e4}\r\nthree".utf8)
        for step in 1...text.count {
            var splitter = LineSplitter()
            var lines: [LineSplitter.Line] = []
            for start in stride(from: 0, to: text.count, by: step) {
                lines += splitter.add(text[start..<min(start + step, text.count)])
            }
            #expect(lines == [.text("one"), .text(""), .text("two \u{e4}\r")])
            #expect(splitter.finishLast() == [.text("three")])
            #expect(splitter.finishLast() == [])
        }
    }

    @Test func `a line that is too long is dropped whole, and the next one is read`() {
        var splitter = LineSplitter()
        let longest = [UInt8](repeating: 0x61, count: LineSplitter.byteCountMax)
        #expect(splitter.add(longest + [0x0a]) == [.text(String(decoding: longest, as: UTF8.self))])
        #expect(splitter.add(longest + [0x61, 0x61]) == [])
        #expect(splitter.add([0x0a, 0x62, 0x0a]) == [.tooLong, .text("b")])
    }

    @Test func `a broker is controlled by lines, and a bad one ends nothing`() async throws {
        let broker = try EmbeddedBroker()
        try await broker.start()
        let control = BrokerControl(broker: broker)
        #expect(await control.answer(" \t") == nil)
        #expect(await control.answer("create t 2") == "ok")
        #expect(await control.answer("create t 2")?.hasPrefix("error: TOPIC_ALREADY_EXISTS") == true)
        #expect(await control.answer("grow t 1")?.hasPrefix("error: INVALID_PARTITIONS") == true)
        #expect(await control.answer("nonsense")?.hasPrefix("error: 'nonsense' is no command") == true)
        let added = await control.answer("add")
        #expect(added == "ok 2 \(try #require(broker.nodes[2]))")
        #expect(await control.answer("leader t 1 2") == "ok")
        #expect(await control.answer("stop 2") == "ok")
        #expect(await control.answer("stop 2")?.hasPrefix("error: there is no broker 2") == true)
        #expect(await control.answer("start 2 0") == "ok 2 \(try #require(broker.nodes[2]))")
        #expect(await control.answer("forget-producers t 9")?.hasPrefix("error: there is no partition 9") == true)
        for line in [
            "forget-producers t", "forget-producers t 1", "coordinator g 1", "freeze 1", "thaw 1", "pause 1",
            "resume 1", "hide 1",
            "show 1", "advertise 1 a:1", "elect",
        ] {
            #expect(await control.answer(line) == "ok", "\(line)")
        }
        #expect(await control.answer("leaderless t 0") == "ok")
        #expect(await control.answer("grow t 3") == "ok")
        let answer = try #require(await control.answer("stats"))
        #expect(answer.hasPrefix("ok {"))
        let statistics = try JSONValue(parsing: String(answer.dropFirst(3)))
        #expect(statistics["duplicate_batches"] == .integer(0))
        #expect(statistics["topics"]?["t"]?.array?.map { $0["leader"] } == [.integer(-1), .integer(1), .integer(1)])
        for line in ["fault any:stall", "faults clear", "anew t 1", "delete t"] {
            #expect(await control.answer(line) == "ok", "\(line)")
        }
        #expect(await control.answer("help")?.contains("grow TOPIC N") == true)
        #expect(broker.statistics.topics.isEmpty)
        await broker.stop()
    }
}

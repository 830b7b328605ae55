import KafkaProtocol
import Testing

@testable import KafkaEmbeddedBroker

@Suite struct FaultParsingTests {
    @Test func `rules are read from text`() throws {
        let rules: [(String, FaultRule)] = [
            (
                "produce:topic=t:partition=3:count=2:error=NOT_LEADER_OR_FOLLOWER",
                FaultRule(.produce, topic: "t", partition: 3, count: 2, effect: .error(.notLeaderOrFollower))
            ),
            ("fetch:delay=50ms", FaultRule(.fetch, effect: .delay(.milliseconds(50)))),
            ("produce:count=1:disconnect", FaultRule(.produce, count: 1, effect: .disconnect(.beforeStore))),
            ("produce:disconnect=after:skip=7", FaultRule(.produce, skip: 7, effect: .disconnect(.afterStore))),
            ("any:node=2:stall", FaultRule(node: 2, effect: .stall)),
            (
                "InitProducerId:error-after-store=15",
                FaultRule(.initProducerId, effect: .errorAfterStore(.coordinatorNotAvailable))
            ),
            ("offsetcommit:topic=t:error=16", FaultRule(.offsetCommit, topic: "t", effect: .error(.notCoordinator))),
            ("metadata:throttle=2s", FaultRule(.metadata, effect: .throttle(ms: 2000))),
            ("produce:leader=2", FaultRule(.produce, effect: .leaderMove(to: 2))),
            ("produce:leaderless:partition=1", FaultRule(.produce, partition: 1, effect: .leaderRemoval)),
            ("metadata:topic=t:grow=8:skip=1", FaultRule(.metadata, topic: "t", skip: 1, effect: .topicGrowth(to: 8))),
            ("any:anew=1:count=1", FaultRule(count: 1, effect: .topicRecreation(partitions: 1))),
            ("metadata:node=3:freeze", FaultRule(.metadata, node: 3, effect: .metadataFreeze)),
            ("produce:lose", FaultRule(.produce, effect: .storage(.lose))),
            ("produce:partition=2:double", FaultRule(.produce, partition: 2, effect: .storage(.double))),
            ("produce:count=1:swap", FaultRule(.produce, count: 1, effect: .storage(.swap))),
            (
                "produce:every=10:after=2s:delay=20ms:pipelined",
                FaultRule(.produce, every: 10, after: .seconds(2), isPipelined: true, effect: .delay(.milliseconds(20)))
            ),
            (
                "produce:count=50:delay=500us..20ms:serial",
                FaultRule(.produce, count: 50, effect: .risingDelay(from: .microseconds(500), to: .milliseconds(20)))
            ),
            ("any:skip=3:pause=1s", FaultRule(skip: 3, effect: .pause(.seconds(1)))),
            ("produce:skip=1:corrupt", FaultRule(.produce, skip: 1, effect: .storage(.corrupt))),
        ]
        for (text, rule) in rules { #expect(try FaultRule(parsing: text) == rule, "\(text)") }
    }

    @Test(arguments: [
        "", "produce", "produce:", "product:stall", "produce:stall:disconnect", "produce:count=x:stall",
        "produce:count=-1:stall", "produce:count=1:count=2:stall", "produce:error=NO_SUCH_ERROR", "produce:error=NONE",
        "produce:error", "produce:delay=50", "produce:delay=-5ms", "produce:delay=99999999999999999999s",
        "produce:partition=3000000000:stall", "produce:topic=:stall", "produce:stall=yes", "produce:what=1",
        "produce:grow", "produce:grow=0", "produce:grow=x", "produce:anew=0", "produce:anew", "produce:anew=3000000000",
        "produce:leaderless=1", "metadata:freeze=2", "metadata:freeze:grow=3", "produce:leader=x",
        "produce:disconnect=soon", "produce:lose=1", "any:lose", "fetch:corrupt", "produce:swap:double",
        "produce:delay=1ms..", "produce:delay=..2ms:count=2", "produce:delay=1ms..2ms",
        "produce:delay=1ms..2ms:count=1",
        "produce:every=0:stall", "produce:after=2:stall", "produce:pause", "produce:pause=1s:count=2",
        "produce:pause=1s:every=2",
        "produce:stall:pipelined", "produce:error=15:serial", "produce:delay=1ms:pipelined:serial",
        "produce:delay=1ms:pipelined=yes", "fetch:delay=1ms:pipelined", "any:pause=1s:pipelined",

    ])
    func `what makes no sense is refused, saying what`(text: String) {
        let error = #expect(throws: EmbeddedBrokerError.self) { try FaultRule(parsing: text) }
        #expect(error?.code == .invalidFault)
        #expect(error?.message.contains("'\(text)'") == true)
    }
}

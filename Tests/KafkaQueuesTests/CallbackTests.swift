import KafkaQueues
import Synchronization
import Testing

@Suite struct CallbackTests {
    @Test func `what is set last is called, with what it is given`() {
        let called = Mutex<[String]>([])
        let callback = Callback<Int>()
        callback.call(1)
        callback.set { number in called.withLock { $0.append("first \(number)") } }
        callback.call(2)
        callback.set { number in called.withLock { $0.append("second \(number)") } }
        callback.call(3)
        #expect(called.withLock { $0 } == ["first 2", "second 3"])
    }

    @Test func `a call lies no deeper in the stack than the one before`() {
        let places = Mutex<[UInt]>([])
        let callback = Callback<Void> {
            var here: UInt8 = 0
            let place = withUnsafePointer(to: &here) { UInt(bitPattern: $0) }
            places.withLock { $0.append(place) }
        }
        for _ in 0..<1000 { callback.call() }
        #expect(Set(places.withLock { $0 }).count == 1)
    }
}

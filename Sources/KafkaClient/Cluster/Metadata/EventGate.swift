import KafkaTransport
import Synchronization

/// Lets so many events of a kind through in a second, and says how many it has left out.
final class EventGate: Sendable {
    private struct Second {
        var began: MonotonicInstant
        var count = 0
        var leftOutCount = 0
    }

    private let countMax: Int
    private let seconds = Mutex<[String: Second]>([:])

    /// - Parameter countMax: events of a kind in a second; `Int.max` for all.
    init(countMax: Int) { self.countMax = countMax }

    /// What is to be told of an event: the event itself, if there is room for it, behind the number of those before it that there
    /// was none for.
    func pass(_ event: ClientEvent) -> [ClientEvent] {
        if countMax == .max { return [event] }
        let name = event.kind.name
        return seconds.withLock { seconds in
            var second = seconds[name] ?? Second(began: event.time)
            var told: [ClientEvent] = []
            if event.time - second.began >= .seconds(1) {
                if second.leftOutCount > 0 {
                    told.append(ClientEvent(.leftOut(name: name, count: second.leftOutCount), at: event.time))
                }
                second = Second(began: event.time)
            }
            if second.count < countMax {
                second.count += 1
                told.append(event)
            } else {
                second.leftOutCount += 1
            }
            seconds[name] = second
            return told
        }
    }
}

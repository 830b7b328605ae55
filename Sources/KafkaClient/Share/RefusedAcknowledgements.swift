import KafkaTransport

/// Some of what was acquired of one partition, of which a broker is told at once.
struct ToldRecords: Sendable {
    let acquisition: Acquisition
    var part: AcquiredRecords.Part

    fileprivate mutating func endLapsed(now: MonotonicInstant) -> [Int64] {
        let (lapsed, part) = acquisition.with { [part] records in
            var part = part
            return (records.endLapsed(ofUntold: &part, now: now), part)
        }
        self.part = part
        return lapsed
    }
}

/// Acknowledgements of one partition that a broker has refused, and that are told again.
///
/// A broker takes those of one partition together or not at all. When one of them at least is not this member's to make any more
/// (`INVALID_RECORD_STATE`), they are told again in ever smaller parts, the large ones first, until all are taken that can be. What was
/// refused for another reason, which says nothing of the locks, is told again as it was, until the locks are over: at once in another
/// session, or after a pause when the broker could not keep it.
struct RefusedAcknowledgements {
    private(set) var parts: [[ToldRecords]] = []
    /// Nothing of it is told before.
    private(set) var restsUntil = MonotonicInstant.distantPast
    /// How often in a row the broker could not take it, for reasons of its own.
    private(set) var failureCount = 0
    /// Why it is told again as it was.
    private(set) var cause: KafkaClientError?
    private var refusalsInARow = 0

    /// So many refusals, with nothing taken in between, say that nothing of it is this member's any more. Up to 16 records are told one
    /// by one before.
    static let refusalsInARowMax = 32

    /// Takes the part to be told next; nil when there is none.
    mutating func next() -> [ToldRecords]? {
        while !parts.isEmpty {
            let told = Self.rest(of: parts.removeFirst())
            if !told.isEmpty { return told }
        }
        return nil
    }

    func isDue(now: MonotonicInstant) -> Bool { restsUntil <= now }

    mutating func didTake() {
        refusalsInARow = 0
        failureCount = 0
        cause = nil
    }

    /// Has told again as it was what came to nothing, before all else.
    mutating func putBack(_ told: [ToldRecords], because cause: KafkaClientError) {
        self.cause = cause
        let told = Self.rest(of: told)
        if !told.isEmpty { parts.insert(told, at: 0) }
    }

    /// Has told again as it was, after a pause, what the broker could not take.
    ///
    /// - Parameter pause: in nanoseconds, from how often in a row that was so.
    mutating func didFail(
        _ told: [ToldRecords], because cause: KafkaClientError, now: MonotonicInstant, pause: (Int) -> Int64
    ) {
        failureCount += 1
        restsUntil = now.advanced(byNanoseconds: pause(failureCount))
        putBack(told, because: cause)
    }

    /// Ends what waits and whose locks are over.
    ///
    /// - Returns: the offsets of those of which the user has said something.
    mutating func endLapsed(now: MonotonicInstant) -> [Int64] {
        var lapsed: [Int64] = []
        for part in parts.indices {
            for index in parts[part].indices {
                lapsed += parts[part][index].endLapsed(now: now)
            }
            parts[part] = Self.rest(of: parts[part])
        }
        parts.removeAll(where: \.isEmpty)
        return lapsed
    }

    /// Divides what was refused.
    ///
    /// - Returns: what is refused for good.
    mutating func didRefuse(_ told: [ToldRecords]) -> [ToldRecords] {
        refusalsInARow += 1
        let told = Self.rest(of: told)
        if refusalsInARow >= Self.refusalsInARowMax {
            defer { parts = [] }
            return told + parts.joined()
        }
        guard told.count < 2 else {
            // Locks of one answer end together, so that all of it may be gone, and nothing of another one.
            parts += told.map { [$0] }
            return []
        }
        guard let only = told.first else { return [] }
        guard let (first, second) = only.part.halves else { return [only] }
        for part in [first, second] { parts.append([ToldRecords(acquisition: only.acquisition, part: part)]) }
        return []
    }

    /// Nothing of a record is told again that has ended meanwhile.
    private static func rest(of told: [ToldRecords]) -> [ToldRecords] {
        told.compactMap { told in
            let rest = told.acquisition.with { $0.rest(of: told.part) }
            return rest.isEmpty ? nil : ToldRecords(acquisition: told.acquisition, part: rest)
        }
    }
}

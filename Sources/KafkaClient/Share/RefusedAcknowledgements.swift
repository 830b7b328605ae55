import KafkaTransport

/// Some of what was acquired of one partition, of which a broker is told at once.
struct ToldRecords: Sendable {
    let acquisition: Acquisition
    var part: AcquiredRecords.Part
}

/// Acknowledgements of one partition that a broker has refused because one of them at least is not this member's to make any more
/// (`INVALID_RECORD_STATE`).
///
/// A broker takes those of one partition together or not at all. So they are told again in ever smaller parts, the large ones first, until
/// all are taken that can be.
struct RefusedAcknowledgements {
    private(set) var parts: [[ToldRecords]] = []
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

    mutating func didTake() { refusalsInARow = 0 }

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

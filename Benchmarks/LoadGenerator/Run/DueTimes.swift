// On a schedule it is known when each record was due, and batches tell the numbers of their records. So each record's latency is
// exact, and a batch costs a few operations for each run of its records.
//
//   lane, chunk      a record's number is the one that it has in the run
//   writer, record   the door counts its records, and its `HandedRecords` say which record of the run was which

import KafkaClient
import KafkaTransport

/// When the records of a batch were due.
struct DueTimes: Sendable {
    /// Records of a run, due at even distances.
    struct Records: Equatable {
        /// When the first of them was due.
        let due: MonotonicInstant
        /// From one to the next, in ns; may be negative.
        let intervalNs: Double
        let count: Int
    }

    private let schedule: OpenLoopSchedule
    /// Records that are due before one, and from the other on, are compared with each other.
    let (half, tail): (MonotonicInstant, MonotonicInstant)
    /// Of each door that counts its records; empty where they have the numbers of the run.
    private let doors: [HandedRecords]

    /// A door's own count begins here for each of the doors, and no door gets more records.
    static func firstNumber(ofDoor door: Int) -> Int64 { Int64(door) << doorShift }

    private static let doorShift: Int64 = 48

    init(_ schedule: OpenLoopSchedule, doors: [HandedRecords] = []) {
        self.schedule = schedule
        (half, tail) = (schedule.half, schedule.tail)
        self.doors = doors
    }

    /// What is known of a batch.
    struct Found {
        /// When the first of its records was due.
        fileprivate(set) var earliest: MonotonicInstant?
        /// When the last one was.
        fileprivate(set) var latest: MonotonicInstant?
        /// Records that have no number, or one that was not noted.
        fileprivate(set) var undatedCount: Int
    }

    /// Counts how much later than they were due the records of a batch were acknowledged. Called once for each batch that was.
    func count(_ batch: RecordBatch, until end: MonotonicInstant, in total: inout HdrHistogram) -> Found {
        find(batch) {
            total.record(from: end.nanoseconds(since: $0.due), step: -$0.intervalNs, count: $0.count)
        } scattered: { records in
            let sinceBegin = end.nanoseconds(since: schedule.begin)
            let ns = total.record(records) { sinceBegin - schedule.offsetNs($0) }
            return (end.advanced(byNanoseconds: -ns.upperBound), end.advanced(byNanoseconds: -ns.lowerBound))
        }
    }

    /// Tells what is known of a batch that was not acknowledged. Called once for each of them.
    func find(_ batch: RecordBatch) -> Found {
        find(batch) { _ in
        } scattered: {
            (schedule.intended($0.min() ?? 0), schedule.intended($0.max() ?? 0))
        }
    }

    /// - Parameters:
    ///   - run: gets each run of its records.
    ///   - scattered: gets those that are in none, by their numbers in the run, one at least; says when the first and the last was due.
    private func find(
        _ batch: RecordBatch, run: (Records) -> Void, scattered: ([Int64]) -> (MonotonicInstant, MonotonicInstant)
    ) -> Found {
        var found = Found(undatedCount: batch.recordCount)
        func tell(_ record: Int64, _ stride: Int64, _ count: Int64) {
            let intervalNs = Double(stride) * schedule.intervalNs
            let (first, last) = (schedule.intended(record), schedule.intended(record + stride * (count - 1)))
            found.add(count, min(first, last), max(first, last))
            run(Records(due: schedule.intended(record), intervalNs: intervalNs, count: Int(count)))
        }
        batch.numbers.forEachRun { run in
            let (stride, count) = (Int64(run.stride), Int64(run.count))
            if let door = door(of: run.first) {
                _ = doors[door].take(run.first - Self.firstNumber(ofDoor: door), stride: stride, count: count, tell)
            } else {
                tell(run.first, stride, count)
            }
        }
        let records = doors.isEmpty ? batch.numbers.scattered : recordsOfDoors(batch.numbers.scattered)
        if !records.isEmpty {
            let (earliest, latest) = scattered(records)
            found.add(Int64(records.count), earliest, latest)
        }
        return found
    }

    /// Which records of the run are those with the given numbers of doors. What was not noted is left out.
    private func recordsOfDoors(_ numbers: [Int64]) -> [Int64] {
        var records: [Int64] = []
        records.reserveCapacity(numbers.count)
        var rest = numbers[...]
        while let first = rest.first {
            guard let door = door(of: first) else {
                records.append(rest.removeFirst())
                continue
            }
            let ofDoor = rest.prefix { self.door(of: $0) == door }
            doors[door].take(ofDoor, numberedFrom: Self.firstNumber(ofDoor: door), into: &records)
            rest = rest[ofDoor.endIndex...]
        }
        return records
    }

    private func door(of number: Int64) -> Int? {
        let door = Int(number >> Self.doorShift)
        return door < doors.count ? door : nil
    }
}

extension DueTimes.Found {
    fileprivate mutating func add(_ count: Int64, _ first: MonotonicInstant, _ last: MonotonicInstant) {
        undatedCount -= Int(count)
        earliest = min(earliest ?? first, first)
        latest = max(latest ?? last, last)
    }
}

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
    /// Of each door that counts its records; empty where they have the numbers of the run.
    private let doors: [HandedRecords]

    /// A door's own count begins here for each of the doors, and no door gets more records.
    static func firstNumber(ofDoor door: Int) -> Int64 { Int64(door) << doorShift }

    private static let doorShift: Int64 = 48

    init(_ schedule: OpenLoopSchedule, doors: [HandedRecords] = []) {
        self.schedule = schedule
        self.doors = doors
    }

    /// Calls `body` for each run of a batch's records. Called once for each batch.
    ///
    /// - Returns: how many records have no number, or one that was not noted.
    func forEach(_ batch: RecordBatch, _ body: (Records) -> Void) -> Int {
        var known = 0
        func tell(_ record: Int64, _ stride: Int64, _ count: Int64) {
            known += Int(count)
            let intervalNs = Double(stride) * schedule.intervalNs
            body(Records(due: schedule.intended(record), intervalNs: intervalNs, count: Int(count)))
        }
        for run in batch.numbers.runs {
            let (stride, count) = (Int64(run.stride), Int64(run.count))
            let door = Int(run.first >> Self.doorShift)
            if door < doors.count {
                _ = doors[door].take(run.first - Self.firstNumber(ofDoor: door), stride: stride, count: count, tell)
            } else {
                tell(run.first, stride, count)
            }
        }
        return batch.recordCount - known
    }
}

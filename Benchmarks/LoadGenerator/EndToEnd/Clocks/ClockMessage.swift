import KafkaClient
import KafkaTransport

// The value of a record of the topic by which two processes compare their clocks. Big-endian:
//
//       0  0x6B62 636B    4
//       4  number         4    of the question, as the asker counts
//       8  asker          4    whose clock the asker reads
//      12  answerer       4    whose clock the answerer reads; 0 of a question
//      16  asked          8    in ns of the asker's clock
//      24  received       8    in ns of the answerer's clock; 0 of a question
//      32  answered       8

/// A question to whoever sends records: what time is it?
struct ClockQuestion: Equatable {
    let number: UInt32
    /// Whose clock `asked` is of; see `ClockOrigin`.
    let asker: UInt32
    let asked: MonotonicInstant
}

/// The answer, which repeats the question.
struct ClockAnswer: Equatable {
    let question: ClockQuestion
    let answerer: UInt32
    let received: MonotonicInstant
    let answered: MonotonicInstant
}

enum ClockMessage: Equatable {
    case question(ClockQuestion)
    case answer(ClockAnswer)

    private static let magic: UInt32 = 0x6B62_636B
    private static let byteCount = 40

    /// Reads a value; nil when it is no message.
    init?(_ value: RawSpan) {
        guard value.byteCount == Self.byteCount else { return nil }
        let words = value.withUnsafeBytes { bytes in
            (0..<4).map { UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)) }
        }
        let times = value.withUnsafeBytes { bytes in
            (2..<5).map { index in
                MonotonicInstant(
                    nanoseconds: Int64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8 * index, as: Int64.self)))
            }
        }
        guard words[0] == Self.magic else { return nil }
        let question = ClockQuestion(number: words[1], asker: words[2], asked: times[0])
        if words[3] == 0 {
            self = .question(question)
        } else {
            self = .answer(
                ClockAnswer(question: question, answerer: words[3], received: times[1], answered: times[2]))
        }
    }

    var bytes: [UInt8] {
        switch self {
        case .question(let question):
            Self.bytes(question, 0, MonotonicInstant(nanoseconds: 0), MonotonicInstant(nanoseconds: 0))
        case .answer(let answer):
            Self.bytes(answer.question, answer.answerer, answer.received, answer.answered)
        }
    }

    private static func bytes(
        _ question: ClockQuestion, _ answerer: UInt32, _ received: MonotonicInstant, _ answered: MonotonicInstant
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        for word in [magic, question.number, question.asker, answerer] {
            withUnsafeBytes(of: word.bigEndian) { bytes += $0 }
        }
        for time in [question.asked, received, answered] {
            withUnsafeBytes(of: time.nanoseconds.bigEndian) { bytes += $0 }
        }
        return bytes
    }
}

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A file whose pieces between delimiters are the values of records, bytes untouched.
struct PayloadFile {
    /// What a plan has to know of it.
    struct Facts: Sendable, Equatable {
        let byteCount: Int
        let pieceCount: Int
        let longestByteCount: Int
        /// Rounded up.
        let meanByteCount: Int
    }

    let bytes: [UInt8]
    /// A delimiter at the end of the file ends the last piece, and begins no other. Empty pieces are pieces.
    let pieces: [Range<Int>]

    /// An arena holds no more, with room for headers.
    static let byteCountMax = 1 << 30
    /// Each takes 32 bytes in memory.
    static let pieceCountMax = 1 << 24

    var facts: Facts {
        let byteCount = pieces.reduce(0) { $0 + $1.count }
        return Facts(
            byteCount: byteCount, pieceCount: pieces.count, longestByteCount: pieces.map(\.count).max() ?? 0,
            meanByteCount: (byteCount + pieces.count - 1) / pieces.count)
    }

    /// Reads a file whole and cuts it.
    ///
    /// - Parameters:
    ///   - delimiter: at least one character.
    ///   - isText: a zero byte shows that the file is none.
    /// - Throws: `ValueError` that says what is wrong with the file.
    init(_ path: String, delimiter: String, isText: Bool) throws(ValueError) {
        bytes = try Self.read(path)
        if isText, let zero = bytes.firstIndex(of: 0) {
            throw ValueError(
                """
                '\(path)' has a zero byte at offset \(zero), so it is not lines of text; --payload-delimiter says what \
                separates its records
                """)
        }
        pieces = try Self.cut(bytes, at: Array(delimiter.utf8), path: path, delimiter: delimiter)
    }

    private static func cut(
        _ bytes: [UInt8], at mark: [UInt8], path: String, delimiter: String
    ) throws(ValueError) -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var start = 0
        var hasMark = false
        bytes.withUnsafeBytes { file in
            guard let base = file.baseAddress else { return }
            while start < file.count, pieces.count <= pieceCountMax {
                guard let end = find(mark, in: base, from: start, to: file.count) else {
                    pieces.append(start..<file.count)
                    return
                }
                hasMark = true
                pieces.append(start..<end)
                start = end + mark.count
            }
        }
        guard hasMark else {
            throw ValueError(
                """
                \(delimiter.debugDescription) does not occur in '\(path)', all \(Quantity.formatBytes(Int64(bytes.count))) would \
                be one record; --payload-delimiter says what separates its records
                """)
        }
        guard pieces.count <= pieceCountMax else {
            throw ValueError(
                "'\(path)' has more than the \(pieceCountMax) records that are accepted; give a part of it")
        }
        return pieces
    }

    private static func find(_ mark: [UInt8], in base: UnsafeRawPointer, from start: Int, to end: Int) -> Int? {
        var from = start
        while from + mark.count <= end, let found = memchr(base + from, Int32(mark[0]), end - mark.count + 1 - from) {
            if memcmp(found, mark, mark.count) == 0 { return UnsafeRawPointer(found) - base }
            from = UnsafeRawPointer(found) - base + 1
        }
        return nil
    }

    private static func read(_ path: String) throws(ValueError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, errno) }
        defer { _ = close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(path, errno) }
        if status.st_mode & S_IFMT == S_IFDIR { throw ValueError("'\(path)' is a folder; a file is needed") }
        let tooLarge = ValueError("'\(path)' is larger than 1 GiB, which is the most; give a part of it")
        if status.st_size > byteCountMax { throw tooLarge }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(status.st_size))
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = systemRead(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(path, errno) }
            if count == 0 { break }
            bytes += buffer[..<count]
            if bytes.count > byteCountMax { throw tooLarge }
        }
        if bytes.isEmpty { throw ValueError("'\(path)' is empty; there is nothing to send") }
        return bytes
    }

    private static func failure(_ path: String, _ reason: Int32) -> ValueError {
        ValueError("'\(path)' cannot be read: \(String(cString: strerror(reason)))")
    }
}

private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}

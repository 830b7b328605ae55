#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Files that are read or written whole, as text: those of `/proc`, and what users give.
enum TextFile {
    /// The first bytes of the file at `path`, a MiB unless told; nil when it cannot be read.
    ///
    /// - Parameter isResult: a file that kbench has written; a pipe or a device of its name, that may have no end, is not read.
    static func text(_ path: String, byteCountMax: Int = 1 << 20, isResult: Bool = false) -> String? {
        bytes(path, byteCountMax: byteCountMax, isResult: isResult).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The same as bytes.
    static func bytes(_ path: String, byteCountMax: Int, isResult: Bool = false) -> [UInt8]? {
        // Without waiting for whoever might write to a pipe of that name.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | (isResult ? O_NONBLOCK : 0))
        guard descriptor >= 0 else { return nil }
        defer { _ = close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, !isResult || status.st_mode & S_IFMT == S_IFREG else { return nil }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while bytes.count < byteCountMax {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return bytes
    }

    /// Whether others than the file's owner may read it.
    static func isReadableByOthers(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & 0o044 != 0
    }

    /// The first line of a file, without white space around it; nil when there is none.
    static func line(_ path: String) -> String? {
        guard let first = text(path)?.split(whereSeparator: \.isNewline).first else { return nil }
        return String(first).trimmed
    }

    /// What follows `key` and `separator` in the first such line of `text`.
    static func value(of key: String, separator: Character, in text: String) -> String? {
        for line in text.split(whereSeparator: \.isNewline) {
            guard let position = line.firstIndex(of: separator), String(line[..<position]).trimmed == key else {
                continue
            }
            return String(line[line.index(after: position)...]).trimmed
        }
        return nil
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Whether it is a file that this process may run.
    static func isExecutable(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
    }

    /// What is in a folder, in no order, without hidden files; nothing when it can't be read.
    static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                // The system ends it with a 0.
                name.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }

    /// Writes a few bytes to a file that exists; false when that fails.
    static func write(_ text: String, to path: String) -> Bool {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        let bytes = Array(text.utf8)
        #if canImport(Darwin)
            let count = Darwin.write(descriptor, bytes, bytes.count)
        #else
            let count = Glibc.write(descriptor, bytes, bytes.count)
        #endif
        return close(descriptor) == 0 && count == bytes.count
    }
}

extension String {
    /// Without white space at both ends.
    var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}

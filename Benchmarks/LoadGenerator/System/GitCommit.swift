import KafkaTransport

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The commit that a checkout stands at, without asking git.
enum GitCommit {
    /// `KBENCH_COMMIT`, or else the commit of the checkout that this program lies in; nil when there is none.
    static func ofThisBuild() -> String? {
        if let given = getenv("KBENCH_COMMIT").map({ String(cString: $0) }), !given.isEmpty { return given }
        guard var folder = ChildProcess.ownExecutablePath else { return nil }
        while let slash = folder.lastIndex(of: "/") {
            folder = String(folder[..<slash])
            if let commit = ofCheckout(folder) { return commit }
        }
        return nil
    }

    /// The commit of the checkout at `folder`; nil when it is none, or one without commits.
    static func ofCheckout(_ folder: String) -> String? {
        var gitFolder = folder + "/.git"
        // In a linked work tree `.git` is a file that says where to look.
        if let pointer = TextFile.line(gitFolder), pointer.hasPrefix("gitdir: ") {
            gitFolder = resolved(String(pointer.dropFirst("gitdir: ".count)), in: folder)
        }
        guard let head = TextFile.line(gitFolder + "/HEAD") else { return nil }
        guard head.hasPrefix("ref: ") else { return hash(head) }
        let reference = String(head.dropFirst("ref: ".count))
        let common = TextFile.line(gitFolder + "/commondir").map { resolved($0, in: gitFolder) } ?? gitFolder
        if let loose = TextFile.line("\(common)/\(reference)") { return hash(loose) }
        let packed = TextFile.text(common + "/packed-refs") ?? ""
        let line = packed.split(whereSeparator: \.isNewline).first { $0.hasSuffix(" " + reference) }
        return line.flatMap { hash(String($0.prefix { $0 != " " })) }
    }

    private static func hash(_ text: String) -> String? {
        text.count >= 40 && text.allSatisfy(\.isHexDigit) ? text : nil
    }

    private static func resolved(_ path: String, in folder: String) -> String {
        path.hasPrefix("/") ? path : "\(folder)/\(path)"
    }
}

import KafkaClient
import KafkaSecurity
import KafkaTransport

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

extension OAuthToken {
    /// The token that a command of the shell prints, within ten seconds. The command itself may hold a secret, and is not told.
    static func asking(_ command: String, _ extensions: [String: String]) async throws -> OAuthToken {
        let output = try await OwnThread.run { try TokenCommand(command).output() }
        return try OAuthToken(text: output, extensions)
    }
}

/// A command of the shell whose output is read. It and what it starts are ended when they take too long.
private struct TokenCommand {
    private static let timeout = Duration.seconds(10)
    private static let outputByteCountMax = 1 << 20

    private let command: String

    init(_ command: String) { self.command = command }

    func output() throws -> String {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw failure("can't be started: \(String(cString: strerror(errno)))") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        let pid: pid_t
        do {
            defer { close(ends[1]) }
            pid = try start(writingTo: ends[1])
        }
        let deadline = MonotonicInstant.now + Self.timeout
        var bytes = read(ends[0], until: deadline)
        var status: Int32 = 0
        // It may have closed its output, and go on.
        while bytes != nil, waitpid(pid, &status, WNOHANG) == 0 {
            if deadline <= .now { bytes = nil } else { usleep(2000) }
        }
        if bytes == nil {
            // Also what it has started: it has a group of its own.
            kill(-pid, SIGKILL)
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        }
        guard let bytes else { throw failure("did not end within \(Self.timeout)") }
        guard status == 0 else {
            throw failure(status & 0x7F == 0 ? "ended with status \(status >> 8 & 0xFF)" : "was ended by a signal")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func start(writingTo descriptor: Int32) throws -> pid_t {
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #else
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, descriptor, 1)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        let words: [String] = ["/bin/sh", "-c", command]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var pid: pid_t = 0
        let status = posix_spawn(&pid, "/bin/sh", &actions, &attributes, &arguments, environ)
        guard status == 0 else { throw failure("can't be started: \(String(cString: strerror(status)))") }
        return pid
    }

    /// What is written to a pipe until its end; nil when that does not come in time, or it is more than a token.
    private func read(_ descriptor: Int32, until deadline: MonotonicInstant) -> [UInt8]? {
        var bytes: [UInt8] = []
        var space = [UInt8](repeating: 0, count: 4096)
        while bytes.count <= Self.outputByteCountMax {
            let leftMs = deadline.nanoseconds(since: .now) / 1_000_000
            if leftMs <= 0 { return nil }
            var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&poller, 1, Int32(leftMs))
            if ready < 0, errno == EINTR { continue }
            guard ready > 0 else { return nil }
            #if canImport(Darwin)
                let count = Darwin.read(descriptor, &space, space.count)
            #else
                let count = Glibc.read(descriptor, &space, space.count)
            #endif
            if count <= 0 { return bytes }
            bytes += space[..<count]
        }
        return nil
    }

    private func failure(_ reason: String) -> KafkaClientError {
        KafkaClientError(.authenticationFailed, "the command of sasl.oauthbearer.token.command \(reason)")
    }
}

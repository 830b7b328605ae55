import Testing

@testable import KafkaTransport

@Suite(.timeLimit(.minutes(1))) struct ChildProcessTests {
    private enum Event: Sendable, Equatable {
        case line(String)
        case exit(ChildProcess.Exit)
    }

    /// Runs a shell script until it has ended and told as many lines as expected.
    private func run(_ script: String, lineCount: Int) async throws -> (lines: [String], exit: ChildProcess.Exit) {
        let told = Told<Event>()
        var lines: [String] = []
        var exit: ChildProcess.Exit?
        let loop = try EventLoop(name: "test")
        let child = try await loop.run {
            UncheckedBox(
                try ChildProcess(
                    "/bin/sh", arguments: ["-c", script], on: loop, onLine: { told.tell(.line($0)) },
                    onExit: { told.tell(.exit($0)) }))
        }
        while exit == nil || lines.count < lineCount {
            switch try await told.next() {
            case .line(let line): lines.append(line)
            case .exit(let ended): exit = ended
            }
        }
        #expect(child.value.pid > 0)
        await loop.shutDown()
        return (lines, try #require(exit))
    }

    @Test func `lines and the exit status are told`() async throws {
        let (lines, exit) = try await run("echo one; echo; echo 'two words'; exit 7", lineCount: 3)
        #expect(lines == ["one", "", "two words"])
        #expect(exit == ChildProcess.Exit(status: 7, signal: 0))
    }

    @Test func `a last line without an end is told`() async throws {
        let (lines, exit) = try await run("echo one; printf two", lineCount: 2)
        #expect(lines == ["one", "two"])
        #expect(exit.status == 0)
    }

    @Test func `a line that is too long is cut and the next is whole`() async throws {
        let (lines, _) = try await run("head -c 10000 /dev/zero | tr '\\0' x; echo; echo next", lineCount: 2)
        #expect(lines == [String(repeating: "x", count: 4096), "next"])
    }

    @Test func `a child that is killed tells the signal`() async throws {
        let (_, exit) = try await run("kill -9 $$", lineCount: 0)
        #expect(exit.signal == 9)
    }

    @Test func `a program that does not exist is an error`() async throws {
        try await withLoop { (loop) async throws in
            await loop.run {
                _ = #expect(throws: TransportError.self) {
                    try ChildProcess("/no/such/program", arguments: [], on: loop, onLine: { _ in }, onExit: { _ in })
                }
            }
        }
    }
}

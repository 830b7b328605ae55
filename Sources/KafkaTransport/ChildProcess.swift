import CUV

/// A child process whose standard output is read line by line. Used on its loop's thread; the last reference to it may be
/// released on any thread.
///
/// The child's standard input is a pipe, which ends when this process ends for any reason. A child that must not run longer
/// than this process reads it and ends too.
package final class ChildProcess {
    /// How a child ended.
    package struct Exit: Sendable, Equatable {
        package let status: Int64
        /// The signal that ended it; 0 when it ended by itself.
        package let signal: Int32
    }

    package private(set) var pid: Int32 = 0
    private let process: LoopHandle<uv_process_t, ChildProcess>
    private let output: LoopHandle<uv_pipe_t, ChildProcess>
    private let input: LoopHandle<uv_pipe_t, ChildProcess>
    private var line: [UInt8] = []
    private var space = [UInt8](repeating: 0, count: 4096)
    private let onLine: (String) -> Void
    private let onExit: (Exit) -> Void

    /// Starts a program. It shares the standard error of this process.
    ///
    /// - Parameters:
    ///   - onLine: called for each line of standard output, without its end; at most 4,096 bytes of a line are kept.
    ///   - onExit: called once, when the process has ended. Lines may still come after it.
    /// - Throws: `TransportError` when the program can't be started.
    package init(
        _ path: String, arguments: [String], on loop: EventLoop, onLine: @escaping (String) -> Void,
        onExit: @escaping (Exit) -> Void
    ) throws(TransportError) {
        assert(loop.isCurrent)
        self.onLine = onLine
        self.onExit = onExit
        let action = "cannot start \(path)"
        output = try LoopHandle(on: loop, action) { uv_pipe_init($0, $1, 0) }
        input = try LoopHandle(on: loop, action) { uv_pipe_init($0, $1, 0) }
        let (output, input) = (output, input)
        var spawned: Int32 = 0
        process = try LoopHandle(on: loop, action) { uv, process in
            spawned = Self.spawn(path, arguments, uv, process, input: input, output: output)
            // A process handle whose start failed is initialised all the same, and must be closed like any other.
            return 0
        }
        if process.isClosed { throw TransportError(code: UV_ECANCELED.rawValue, action) }
        if spawned < 0 { throw TransportError(code: spawned, action) }
        process.user = self
        output.user = self
        pid = uv_process_get_pid(process.raw)
        startReading()
    }

    deinit {
        process.closeFromAnyThread()
        output.closeFromAnyThread()
        input.closeFromAnyThread()
    }

    /// The path of the running program, to start it again with other arguments; nil when the system does not tell it.
    package static var ownExecutablePath: String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { path in
            var length = 4096
            return uv_exepath(path.baseAddress, &length) == 0 ? String(cString: path.baseAddress!) : nil
        }
    }

    /// Sends a signal to the child. Does nothing when it has ended.
    package func signal(_ number: Int32) {
        if !process.isClosed, uv_is_active(process.base) != 0 { uv_process_kill(process.raw, number) }
    }

    private static func spawn(
        _ path: String, _ arguments: [String], _ uv: UnsafeMutablePointer<uv_loop_t>,
        _ process: UnsafeMutablePointer<uv_process_t>, input: LoopHandle<uv_pipe_t, ChildProcess>,
        output: LoopHandle<uv_pipe_t, ChildProcess>
    ) -> Int32 {
        var argv: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for argument in argv { free(argument) } }
        var stdio = [uv_stdio_container_t(), uv_stdio_container_t(), uv_stdio_container_t()]
        stdio[0].flags = uv_stdio_flags(UV_CREATE_PIPE.rawValue | UV_READABLE_PIPE.rawValue)
        stdio[0].data.stream = input.stream
        stdio[1].flags = uv_stdio_flags(UV_CREATE_PIPE.rawValue | UV_WRITABLE_PIPE.rawValue)
        stdio[1].data.stream = output.stream
        stdio[2].flags = UV_INHERIT_FD
        stdio[2].data.fd = 2
        return argv.withUnsafeMutableBufferPointer { argv in
            stdio.withUnsafeMutableBufferPointer { stdio in
                path.withCString { file in
                    var options = uv_process_options_t()
                    options.file = file
                    options.args = argv.baseAddress
                    options.stdio = stdio.baseAddress
                    options.stdio_count = 3
                    options.exit_cb = { handle, status, signal in
                        LoopHandle<uv_process_t, ChildProcess>.of(handle).user?.onExit(
                            Exit(status: status, signal: signal))
                    }
                    // The child gets a process group of its own, so that a Ctrl-C on the terminal reaches the parent alone,
                    // which then ends the child when it is ready to.
                    options.flags = UInt32(UV_PROCESS_DETACHED.rawValue)
                    return uv_spawn(uv, process, &options)
                }
            }
        }
    }

    private func startReading() {
        uv_read_start(
            output.stream,
            { handle, _, buffer in
                let child = LoopHandle<uv_pipe_t, ChildProcess>.of(handle).user
                // `space` is never resized, so its storage stays where it is.
                let base = child?.space.withUnsafeMutableBytes { $0.baseAddress?.assumingMemoryBound(to: CChar.self) }
                buffer!.pointee = uv_buf_init(base ?? nil, child == nil ? 0 : 4096)
            },
            { handle, count, _ in
                guard let child = LoopHandle<uv_pipe_t, ChildProcess>.of(handle).user else { return }
                if count > 0 { child.didRead(count) } else if count < 0 { child.outputDidEnd() }
            })
    }

    private func didRead(_ count: Int) {
        for byte in space[..<count] {
            if byte == UInt8(ascii: "\n") {
                onLine(String(decoding: line, as: UTF8.self))
                line.removeAll(keepingCapacity: true)
            } else if line.count < 4096 {
                line.append(byte)
            }
        }
    }

    /// Passes on a last line that has no line end.
    private func outputDidEnd() {
        if !line.isEmpty { onLine(String(decoding: line, as: UTF8.self)) }
        line = []
    }
}

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

import CUV

/// A child process whose standard output is read line by line. Lives on its loop's thread.
///
/// The child's standard input is a pipe that ends when this process does, however that comes: a child that must not
/// outlive us reads it.
package final class ChildProcess {
    /// How a child ended.
    package struct Exit: Sendable, Equatable {
        package let status: Int64
        /// 0 when it ended by itself.
        package let signal: Int32
    }

    package private(set) var pid: Int32 = 0
    private let process: UnsafeMutablePointer<uv_process_t>
    private let output: UnsafeMutablePointer<uv_pipe_t>
    private let input: UnsafeMutablePointer<uv_pipe_t>
    private let box = Box()
    private var line: [UInt8] = []
    private var space = [UInt8](repeating: 0, count: 4096)
    private let onLine: (String) -> Void
    private let onExit: (Exit) -> Void

    /// The loop was shut down and took the handles with it.
    private var isClosed = false

    private final class Box: HandleOwner {
        weak var child: ChildProcess?
        func handleDidClose() { child?.isClosed = true }
    }

    /// Starts a program; its standard error is ours.
    ///
    /// - Parameters:
    ///   - onLine: each line of standard output, without its end; at most 4,096 bytes of one are kept.
    ///   - onExit: once, when the process has ended. Lines may still come after it.
    /// - Throws: `TransportError` when the program can't be started.
    package init(
        _ path: String, arguments: [String], on loop: EventLoop, onLine: @escaping (String) -> Void,
        onExit: @escaping (Exit) -> Void
    ) throws(TransportError) {
        assert(loop.isCurrent)
        self.onLine = onLine
        self.onExit = onExit
        process = Handle.allocate(uv_process_t.self, owner: box)
        output = Handle.allocate(uv_pipe_t.self, owner: box)
        input = Handle.allocate(uv_pipe_t.self, owner: box)
        uv_pipe_init(loop.uv, output, 0)
        uv_pipe_init(loop.uv, input, 0)
        box.child = self
        let status = spawn(path, arguments, loop)
        if status < 0 {
            // A process handle that failed to start still counts as initialised.
            Handle.close(process)
            Handle.close(output)
            Handle.close(input)
            throw TransportError(code: status, "cannot start \(path)")
        }
        pid = uv_process_get_pid(process)
        startReading()
    }

    deinit {
        if isClosed { return }
        Handle.close(process)
        Handle.close(output)
        Handle.close(input)
    }

    /// The file of the running program, to start it again with other arguments; nil when the system does not tell.
    package static var ownExecutablePath: String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { path in
            var length = 4096
            return uv_exepath(path.baseAddress, &length) == 0 ? String(cString: path.baseAddress!) : nil
        }
    }

    /// Sends a signal; does nothing when the child has ended.
    package func signal(_ number: Int32) {
        if !isClosed, uv_is_active(Handle.base(process)) != 0 { uv_process_kill(process, number) }
    }

    private func spawn(_ path: String, _ arguments: [String], _ loop: EventLoop) -> Int32 {
        var argv: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for argument in argv { free(argument) } }
        var stdio = [uv_stdio_container_t(), uv_stdio_container_t(), uv_stdio_container_t()]
        stdio[0].flags = uv_stdio_flags(UV_CREATE_PIPE.rawValue | UV_READABLE_PIPE.rawValue)
        stdio[0].data.stream = UnsafeMutableRawPointer(input).assumingMemoryBound(to: uv_stream_t.self)
        stdio[1].flags = uv_stdio_flags(UV_CREATE_PIPE.rawValue | UV_WRITABLE_PIPE.rawValue)
        stdio[1].data.stream = UnsafeMutableRawPointer(output).assumingMemoryBound(to: uv_stream_t.self)
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
                        Handle.owner(handle, as: Box.self).child?.onExit(Exit(status: status, signal: signal))
                    }
                    // A group of its own: the terminal's Ctrl-C is for the parent, which ends the child in its own time.
                    options.flags = UInt32(UV_PROCESS_DETACHED.rawValue)
                    return uv_spawn(loop.uv, process, &options)
                }
            }
        }
    }

    private func startReading() {
        uv_read_start(
            UnsafeMutableRawPointer(output).assumingMemoryBound(to: uv_stream_t.self),
            { handle, _, buffer in
                let child = Handle.owner(handle, as: Box.self).child
                // `space` is never resized, so its storage stays where it is.
                let base = child?.space.withUnsafeMutableBytes { $0.baseAddress?.assumingMemoryBound(to: CChar.self) }
                buffer!.pointee = uv_buf_init(base ?? nil, child == nil ? 0 : 4096)
            },
            { handle, count, _ in
                guard let child = Handle.owner(handle, as: Box.self).child else { return }
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

    /// The last line may have no end of its own.
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

// Searches for bytes that a decoder can't take, with libFuzzer. scripts/fuzz builds and runs this.
//
//     Fuzzer TARGET [arguments of libFuzzer]
//     Fuzzer TARGET --seeds FOLDER            writes where a search begins, one file each

import FuzzTargets

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

typealias Input = @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt

@_extern(c, "LLVMFuzzerRunDriver")
func runDriver(
    _ argumentCount: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>, _ input: Input
) -> CInt

func fail(_ message: String) -> Never {
    let line = Array("Fuzzer: \(message)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
    exit(64)
}

func writeSeeds(of target: FuzzTarget, to folder: String) {
    for (index, seed) in target.seeds.enumerated() {
        let path = "\(folder)/seed-\(index)"
        guard let file = fopen(path, "w"), fwrite(seed, 1, seed.count, file) == seed.count, fclose(file) == 0 else {
            fail("\(path): \(String(cString: strerror(errno)))")
        }
    }
}

let target: FuzzTarget = {
    let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
    guard let target = CommandLine.arguments.dropFirst().first.flatMap(FuzzTarget.init) else {
        fail("the first argument must be one of \(names)")
    }
    return target
}()

if CommandLine.arguments.count == 4, CommandLine.arguments[2] == "--seeds" {
    writeSeeds(of: target, to: CommandLine.arguments[3])
    exit(0)
}

/// What libFuzzer calls for each input.
@_cdecl("fuzz")
func fuzz(_ bytes: UnsafePointer<UInt8>?, _ byteCount: Int) -> CInt {
    do {
        try target.run(Array(UnsafeBufferPointer(start: bytes, count: byteCount)))
    } catch {
        // A trap is how libFuzzer learns of a finding.
        fatalError("\(target): \(error)")
    }
    return 0
}

// libFuzzer sees its own arguments only.
var argumentCount = CommandLine.argc - 1
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
arguments?[0] = CommandLine.unsafeArgv[0]
exit(runDriver(&argumentCount, &arguments, fuzz))

import Foundation
import KafkaClient
import KafkaSecurity

extension OAuthToken {
    /// The token that a command of the shell prints.
    static func asking(_ command: String, _ extensions: [String: String]) async throws -> OAuthToken {
        let output: (text: String, status: Int32) = try await Task.detached {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", command]
            let pipe = Pipe()
            process.standardOutput = pipe
            process.standardInput = FileHandle.nullDevice
            try process.run()
            // A token is short; what is more than a MiB is none.
            let bytes = try pipe.fileHandleForReading.read(upToCount: 1 << 20) ?? Data()
            try? pipe.fileHandleForReading.close()
            process.waitUntilExit()
            return (String(decoding: bytes, as: UTF8.self), process.terminationStatus)
        }.value
        guard output.status == 0 else {
            throw KafkaClientError(
                .authenticationFailed, "the command of the token ended with status \(output.status): \(command)")
        }
        return try OAuthToken(text: output.text, extensions)
    }
}

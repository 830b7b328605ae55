import Foundation
import KafkaTransport
import Testing

@testable import LoadGenerator

@Suite struct SystemTests {
    @Test func theClockGoesForward() throws {
        let first = MonotonicInstant.now
        #expect(first.nanoseconds > 0)
        let later = (0..<1_000_000).lazy.map { _ in MonotonicInstant.now }.first { $0 != first }
        #expect(try #require(later) > first)
        #expect(Timestamp(.now).epochMs > 1_700_000_000_000)
    }

    @Test func theSystemIsDescribed() {
        let info = SystemInfo.current()
        #expect((1...ProcessInfo.processInfo.processorCount).contains(info.onlineCores))
        #expect(info.memoryBytes == Int64(ProcessInfo.processInfo.physicalMemory))
        #expect(info.kernel != nil)
        #expect(info.compiler.hasPrefix("Swift 6."))
    }

    @Test func cpuTimeOfThisProcessGrowsWithWork() {
        let before = ProcessUsage.cpuTimeNs()
        let until = MonotonicInstant.now + .milliseconds(20)
        while .now < until {}
        #expect(ProcessUsage.cpuTimeNs() > before)
    }

    #if os(Linux)
        @Test func cpuTimeOfAnotherProcessIsReadAndOfNoneIsNil() {
            #expect(ProcessUsage.cpuTimeNs(ofProcess: getpid()) ?? 0 > 0)
            #expect(ProcessUsage.cpuTimeNs(ofProcess: 1 << 22) == nil)
            #expect(ProcessUsage.cpuTimeNs(ofProcess: 1 << 30) == nil)
            #expect(ProcessUsage.cpuTimeNs(ofProcess: 0) == nil)
            #expect(CPUTime.now() != nil)
        }
    #endif

    @Test func stealIsTheShareOfTimeBetweenTwoReadings() throws {
        let before = try #require(CPUTime(procStat: "cpu  100 0 100 700 0 0 0 100 0 0\ncpu0 1 2 3\n"))
        let after = try #require(CPUTime(procStat: "cpu  150 0 100 710 0 0 0 140 0 0\n"))
        #expect(after.stealShare(since: before) == 0.4)
        #expect(before.stealShare(since: before) == nil)
        #expect(CPUTime(procStat: "cpu 1 2 3") == nil)
        #expect(CPUTime(procStat: "") == nil)
    }

    @Test func theCommitIsFoundLoosePackedDetachedAndInALinkedWorkTree() throws {
        let folder = try TemporaryFolder()
        let (main, tree, hash) = (folder.path + "/main", folder.path + "/tree", String(repeating: "a1", count: 20))
        func write(_ text: String, _ path: String) throws {
            let parent = URL(fileURLWithPath: path).deletingLastPathComponent()
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
            try OutputFile(path: path).replace(with: text)
        }
        #expect(GitCommit.ofCheckout(main) == nil)
        try write("ref: refs/heads/x\n", main + "/.git/HEAD")
        #expect(GitCommit.ofCheckout(main) == nil)
        try write("# pack-refs\n\(hash) refs/heads/x\n", main + "/.git/packed-refs")
        #expect(GitCommit.ofCheckout(main) == hash)
        let other = String(repeating: "b2", count: 20)
        try write(other + "\n", main + "/.git/refs/heads/x")
        #expect(GitCommit.ofCheckout(main) == other)
        try write("gitdir: ../main/.git/worktrees/tree\n", tree + "/.git")
        try write("../..\n", main + "/.git/worktrees/tree/commondir")
        try write("ref: refs/heads/x\n", main + "/.git/worktrees/tree/HEAD")
        #expect(GitCommit.ofCheckout(tree) == other)
        try write(hash + "\n", main + "/.git/HEAD")
        #expect(GitCommit.ofCheckout(main) == hash)
    }
}

#if os(Linux)
    /// One after the other: the peak is the whole process's.
    @Suite(.serialized) struct PeakMemoryTests {
        @Test func thePeakOfMemoryIsSeen() {
            #expect(Self.peakWithMemoryInUse() > 256 << 20)
        }

        @Test(.enabled(if: ProcessUsage.resetPeakRss(), "the system lets no process reset its peak"))
        func thePeakOfMemoryStartsAnewWhenReset() {
            let peak = Self.peakWithMemoryInUse()
            #expect(ProcessUsage.resetPeakRss())
            #expect(ProcessUsage.peakRssBytes() < peak - 128 << 20)
        }

        /// The peak with 256 MiB more than the process has, which are given back.
        private static func peakWithMemoryInUse() -> Int64 {
            let pages = UnsafeMutableRawPointer.allocate(byteCount: 256 << 20, alignment: 4096)
            memset(pages, 1, 256 << 20)
            defer { pages.deallocate() }
            return ProcessUsage.peakRssBytes()
        }
    }
#endif

import Testing

@testable import LoadGenerator

@Suite struct HostCacheTests {
    @Test func `a figure is kept from one cache to the next, of the same machine only`() throws {
        let folder = try TemporaryFolder()
        let cache = HostCache(directory: folder.path + "/a/b", host: "here")
        #expect(cache["one"] == nil)
        cache.keep(1_000_000, for: "one")
        cache.keep(2_000_000, for: "two")
        cache.keep(3_000_000, for: "one")
        let again = HostCache(directory: folder.path + "/a/b", host: "here")
        #expect(again["one"] == 3_000_000 && again["two"] == 2_000_000)
        #expect(HostCache(directory: folder.path + "/a/b", host: "there")["one"] == nil)
    }

    @Test(arguments: ["", "{", "{\"host\":\"here\",\"generators\":[{\"workload\":\"one\"}]}"])
    func `what can't be read is not there, and is written anew`(_ text: String) throws {
        let folder = try TemporaryFolder()
        let cache = HostCache(directory: folder.path, host: "here")
        cache.keep(5, for: "two")
        try OutputFile(path: folder.path + "/kbench/generators.json").replace(with: text)
        #expect(cache["one"] == nil && cache["two"] == nil)
        cache.keep(7, for: "one")
        #expect(cache["one"] == 7)
    }

    @Test func `a place that can't be written to is no error`() {
        let cache = HostCache(directory: "/proc/nowhere", host: "here")
        cache.keep(7, for: "one")
        #expect(cache["one"] == nil)
    }
}

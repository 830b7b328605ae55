// What the codecs alone cost on kbench's own blocks: the floor that `kbench --codec` and `kbench consume` are held against.
//
//      codec-floor [RECORDS] [RECORD-SIZE] [BATCH-SIZE] [CODEC …]
//
// Builds full batches of kbench's payloads once, then compresses their records over and over with one compressor, and
// decompresses what came of it by calls of the codec's C library alone. Prints CPU time per record. Nothing else is timed: no
// building, no reading, no checksum, no memory management.

import KafkaClient
import LoadGenerator

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

@main
struct CodecFloor {
    static func main() throws {
        let arguments: CodecFloorArguments
        do throws(UsageError) {
            arguments = try CodecFloorArguments(Array(CommandLine.arguments.dropFirst()))
        } catch {
            for problem in error.problems { Terminal.write("codec-floor: \(problem)\n", to: 2) }
            exit(ExitStatus.usage.rawValue)
        }
        let (recordSize, batchSize) = (arguments.recordSize, arguments.batchSize)
        let blocks = try makeBlocks(recordSize: recordSize, batchSize: batchSize)
        print(
            "codec,record_size_bytes,batch_size_bytes,cpu_ns_per_record,compression_ratio,decompress_cpu_ns_per_record")
        for (name, codec) in arguments.codecs {
            let (nanoseconds, ratio) = try measure(codec, blocks, records: arguments.records)
            let back = try measureDecoder(codec, blocks, records: arguments.records)
            print(
                "\(name),\(recordSize),\(batchSize),\(rounded(nanoseconds, 10)),\(rounded(ratio, 1000)),\(rounded(back, 10))"
            )
        }
    }

    private struct Block {
        let bytes: [UInt8]
        let recordCount: Int
    }

    /// 64 full batches' records, which together outgrow the cache of a core as they do in a run.
    private static func makeBlocks(recordSize: Int, batchSize: Int) throws -> [Block] {
        let pool = try PayloadPool(
            recordSize: .fixed(recordSize), compressibility: 0.5, seed: 1, batchByteCount: batchSize)
        var chunk = pool.makeChunk()
        var next: Int64 = 0
        return (0..<64).map { _ in
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: batchSize, alignment: 64)
            defer { memory.deallocate() }
            var batch = OpenBatch(in: memory)
            var hasRoom = true
            while hasRoom {
                pool.fill(&chunk, first: next, count: 1)
                hasRoom = batch.append(chunk, nowMs: 1)
                if hasRoom { next += 1 }
            }
            return Block(bytes: [UInt8](batch.records), recordCount: Int(batch.recordCount))
        }
    }

    private static func measure(_ codec: Codec, _ blocks: [Block], records: Int) throws -> (Double, Double) {
        let compressor = try codec.makeCompressor()
        let capacity = blocks.map { compressor.maxCompressedByteCount(for: $0.bytes.count) }.max() ?? 0
        let target = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 64)
        defer { target.deallocate() }
        var sizes = (source: 0, compressed: 0)
        /// Compresses blocks until so many records have passed.
        func compress(_ count: Int) throws -> Int {
            var done = 0
            var index = 0
            while done < count {
                let block = blocks[index % blocks.count]
                var output = OutputRawSpan(buffer: target, initializedCount: 0)
                try compressor.compress(block.bytes.span.bytes, into: &output)
                sizes.compressed += output.finalize(for: target)
                sizes.source += block.bytes.count
                done += block.recordCount
                index += 1
            }
            return done
        }
        _ = try compress(records / 10)
        let before = ProcessUsage.cpuTimeNs()
        let done = try compress(records)
        let spent = ProcessUsage.cpuTimeNs() - before
        return (Double(spent) / Double(done), Double(sizes.source) / Double(sizes.compressed))
    }

    /// The CPU time that a record's decompression takes.
    private static func measureDecoder(_ codec: Codec, _ blocks: [Block], records: Int) throws -> Double {
        let compressor = try codec.makeCompressor()
        let compressed = try blocks.map { block in
            let capacity = compressor.maxCompressedByteCount(for: block.bytes.count)
            return try [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
                var output = OutputRawSpan(buffer: UnsafeMutableRawBufferPointer(buffer), initializedCount: 0)
                try compressor.compress(block.bytes.span.bytes, into: &output)
                count = output.finalize(for: UnsafeMutableRawBufferPointer(buffer))
            }
        }
        let decoder = BareDecoder(codec.type)
        var target = [UInt8](repeating: 0, count: blocks.map(\.bytes.count).max() ?? 0)
        /// Decompresses blocks until so many records have passed.
        func decompress(_ count: Int) -> Int {
            var (done, index) = (0, 0)
            while done < count {
                let block = index % blocks.count
                let written = decoder.decompress(compressed[block], into: &target)
                precondition(written == blocks[block].bytes.count, "a block is not what it was")
                done += blocks[block].recordCount
                index += 1
            }
            return done
        }
        _ = decompress(records / 10)
        let before = ProcessUsage.cpuTimeNs()
        let done = decompress(records)
        return Double(ProcessUsage.cpuTimeNs() - before) / Double(done)
    }

    private static func rounded(_ value: Double, _ steps: Double) -> Double { (value * steps).rounded() / steps }
}

import CUV

/// The memory of the machine, or of the container that this process runs in.
package enum SystemMemory {
    /// The bytes that are free, at most those that the container may have in all. Before libuv 1.45 caches of files don't count as free.
    package static var freeByteCount: Int {
        // Zero or more than there is where nothing constrains it.
        let constrained = uv_get_constrained_memory()
        let free = uv_get_free_memory()
        return Int(clamping: constrained > 0 ? min(free, constrained) : free)
    }
}

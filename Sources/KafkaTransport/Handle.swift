import CUV

/// Who is told that a handle is no more.
protocol HandleOwner: AnyObject {
    /// The handle's memory is freed after this: by the owner's own wish, or because the loop was shut down.
    func handleDidClose()
}

/// The memory of a libuv handle and its owner: the handle keeps its owner alive until libuv has closed it.
///
/// libuv writes to a handle until its close callback, so the memory belongs to the loop, not to the owner.
enum Handle {
    static func allocate<H>(_ type: H.Type, owner: any HandleOwner) -> UnsafeMutablePointer<H> {
        let handle = UnsafeMutablePointer<H>.allocate(capacity: 1)
        let raw = UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)
        uv_handle_set_data(raw, Unmanaged<AnyObject>.passRetained(owner).toOpaque())
        return handle
    }

    static func base<H>(_ handle: UnsafeMutablePointer<H>) -> UnsafeMutablePointer<uv_handle_t> {
        UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)
    }

    /// - Invariant: `data` was set by `allocate` and is released by `close` only.
    static func owner<O: AnyObject, H>(_ handle: UnsafeMutablePointer<H>?, as type: O.Type) -> O {
        let data = uv_handle_get_data(UnsafeMutableRawPointer(handle!).assumingMemoryBound(to: uv_handle_t.self))
        return Unmanaged<O>.fromOpaque(data!).takeUnretainedValue()
    }

    /// Closes the handle; its memory and its hold on the owner go when libuv says so. Closing twice does nothing.
    static func close<H>(_ handle: UnsafeMutablePointer<H>) {
        let handle = base(handle)
        if uv_is_closing(handle) == 0 { uv_close(handle, closedByLoop) }
    }

    /// Frees a handle whose initialisation failed, which libuv does not know.
    static func discard<H>(_ handle: UnsafeMutablePointer<H>) {
        release(base(handle))
    }

    fileprivate static func release(_ handle: UnsafeMutablePointer<uv_handle_t>) {
        if let data = uv_handle_get_data(handle) {
            let owner = Unmanaged<AnyObject>.fromOpaque(data).takeRetainedValue()
            (owner as? any HandleOwner)?.handleDidClose()
        }
        // Allocated by `allocate` as another handle type; `free` needs the address alone.
        UnsafeMutableRawPointer(handle).deallocate()
    }
}

/// The close callback of every handle made by `Handle.allocate`.
let closedByLoop: @convention(c) (UnsafeMutablePointer<uv_handle_t>?) -> Void = { handle in
    if let handle { Handle.release(handle) }
}

/// A connection that bytes go through in both directions: plain (`TCPStream`) or secured (`TLSStream`). Used on its loop's
/// thread and not `Sendable`; the last reference to it may be released on any thread.
///
/// A channel holds its handler weakly. `close()` does not call the handler; any other end calls `channelDidEnd` once.
package protocol ByteChannel: AnyObject {
    var loop: EventLoop { get }
    var handler: (any ByteChannelHandler)? { get set }

    /// Begins to read, into the space that the handler returns.
    func startReading()
    /// Stops reading until `startReading`. TCP then slows the other end down.
    func stopReading()
    /// Writes buffers in their order.
    ///
    /// - Parameters:
    ///   - buffers: must be valid as long as `owner` is alive.
    ///   - owner: kept alive until the bytes of all buffers have been taken.
    ///   - completion: called once, on the loop, when the system has taken all bytes or the channel has ended. When the
    ///     system takes all at once, it is called before this returns.
    func write(
        _ buffers: UnsafeBufferPointer<UnsafeRawBufferPointer>, keeping owner: AnyObject?,
        completion: ((TransportError?) -> Void)?)
    /// The bytes that were given to `write` and that the system has not taken yet.
    var queuedByteCount: Int { get }
    /// Closes the channel without telling the handler. Bytes that the system has not taken are dropped. Closing twice does
    /// nothing.
    func close()
    /// Closes the channel so that the other end sees a reset connection (RST), whatever was not sent. Does not tell the
    /// handler.
    func reset()
    /// Closes the channel on its loop. For a `deinit` whose channel may still be held by a write.
    func closeFromAnyThread()
}

/// Gets the events of a channel, always on the channel's loop.
package protocol ByteChannelHandler: AnyObject {
    /// Returns the space for the next bytes. It must not be empty: an empty one closes the channel with an error.
    func channelNeedsSpace() -> UnsafeMutableRawBufferPointer
    /// Says that `count` bytes were read into the space that was returned.
    func channelDidRead(_ count: Int)
    /// Says that the other end closed the connection, or that it failed. Called once; the channel is closed by then.
    func channelDidEnd(_ reason: TransportError)
}

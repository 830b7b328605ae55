/// What a record needs before a door can take it.
@usableFromInline
enum RecordNeed {
    /// Nothing: it was taken.
    case nothing
    /// The topic's partitions, which are not known yet. A door for one topic knows them.
    case topic
    /// To know whether the topic has gained this partition.
    case partition(Int32)
    /// A chunk for so many bytes of key, value and headers, for which there is no room. Give the door some by `take`.
    case room(for: Int)
    /// That its task lets others run: a task that appends in a loop would otherwise keep its thread for ever.
    case breath
}

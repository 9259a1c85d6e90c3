//! References of a model: what its items refer to each other by.

macro_rules! reference {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub usize);
    };
}

reference! {
    /// A table of a model: its index in [`Model::tables`](super::Model::tables).
    TableRef
}
reference! {
    /// An enum of a model: its index in [`Model::enums`](super::Model::enums).
    EnumRef
}
reference! {
    /// A value union of a model: its index in [`Model::values`](super::Model::values).
    ValueRef
}
reference! {
    /// An owner enum of a model: its index in [`Model::owners`](super::Model::owners).
    OwnerRef
}

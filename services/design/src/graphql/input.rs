//! What the inputs of verbs have in common.

/// Declares the input of a verb on a record that is there: which record, the version that the caller saw, the
/// idempotency key, and the verb's own fields.
macro_rules! verb_input {
    (
        $(#[$doc:meta])*
        $name:ident of $record:literal { $($(#[$fdoc:meta])* $field:ident : $type:ty),* $(,)? }
    ) => {
        $(#[$doc])*
        #[derive(async_graphql::InputObject, Clone, Debug)]
        pub struct $name {
            #[doc = $record]
            pub id: async_graphql::ID,
            /// The version that the caller saw.
            pub expected_version: i32,
            /// The caller's key: the same key with the same arguments answers the same and does nothing again.
            pub idempotency_key: String,
            $($(#[$fdoc])* pub $field: $type,)*
        }
    };
}
pub(crate) use verb_input;

//! What inputs and edges have in common.

use crate::domain::facts::Mark;
use async_graphql::ID;
use ciclo_api::{Instant, mutate};
use ciclo_kernel::{Code, Refusal, ids::RecordId};
use ciclo_store::PageRequest;

/// Most records that one input names.
const NAMED_MOST: usize = 1000;

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

/// The typed ids of an input; `BAD_ID` for another type's, `LIMIT_EXCEEDED` for more than 1,000.
pub fn ids<I: RecordId>(named: &[ID]) -> Result<Vec<I>, Refusal> {
    if named.len() > NAMED_MOST {
        let message = format!("{} ids in one list; at most {NAMED_MOST} are allowed", named.len());
        return Err(Refusal::new(Code::LimitExceeded, message).with("limit", NAMED_MOST));
    }
    named.iter().map(mutate::id).collect()
}

/// A number that is not negative.
pub fn number(field: &str, value: i32) -> Result<u32, Refusal> {
    u32::try_from(value).map_err(|_| Refusal::invalid(field, format!("{value} is negative")))
}

/// The newest of the records that a record names, as many as were asked for.
pub fn newest<I: RecordId>(named: &[I], first: Option<i32>) -> Result<Vec<I>, Refusal> {
    let most = PageRequest::size(first)?;
    let mut ids = named.to_vec();
    // Ids sort by the time they were made.
    ids.sort_unstable_by(|one, other| other.cmp(one));
    ids.truncate(most);
    Ok(ids)
}

/// When a move was made, if it was.
pub fn at(mark: Option<&Mark>) -> Option<Instant> {
    mark.map(|mark| Instant(mark.at))
}

/// Who made a move, if it was made.
pub fn by(mark: Option<&Mark>) -> Option<&str> {
    mark.map(|mark| mark.by.as_str())
}

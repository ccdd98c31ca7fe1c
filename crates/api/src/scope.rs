//! Which records of a type a caller sees, beside what the roles allow of the type.

use ciclo_kernel::Principal;
use ciclo_store::Filter;

/// A rule of who sees which records; lists, reads by id, entities and subscriptions of a
/// record type keep it. Edges to the record keep it in their own resolvers.
pub trait Scope<R> {
    /// What a caller's lists are narrowed to; `None` for everything.
    fn filter(principal: &Principal) -> Option<Filter>;
    /// Whether a caller sees a record.
    fn sees(principal: &Principal, record: &R) -> bool;

    /// A list's filter, narrowed to what the caller sees.
    fn narrow(principal: &Principal, filter: Filter) -> Filter {
        match Self::filter(principal) {
            None => filter,
            Some(own) => Filter::All(vec![own, filter]),
        }
    }
}

/// Everybody who may read the type sees all records of it.
pub struct Whole;

impl<R> Scope<R> for Whole {
    fn filter(_: &Principal) -> Option<Filter> {
        None
    }
    fn sees(_: &Principal, _: &R) -> bool {
        true
    }
}

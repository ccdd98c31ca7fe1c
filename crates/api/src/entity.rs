//! Entities: records that other subgraphs name by id.

use crate::scope::{Scope, Whole};
use crate::session::Session;
use async_graphql::ID;
use ciclo_kernel::ids::RecordId;
use ciclo_store::{Record, Versioned};

/// Resolves an entity by id. An id that is none, is another tenant's, or may not
/// be read by the caller gives `None`, so that one unknown id never fails a batch.
pub async fn find<R: Record, T: From<Versioned<R>>>(
    session: &Session,
    id: &ID,
) -> crate::ApiResult<Option<T>> {
    find_within::<R, T, Whole>(session, id).await
}

/// [`find`], of a record type that not everybody sees all records of.
pub async fn find_within<R: Record, T: From<Versioned<R>>, S: Scope<R>>(
    session: &Session,
    id: &ID,
) -> crate::ApiResult<Option<T>> {
    let Ok(id) = R::Id::parse(id) else { return Ok(None) };
    let Ok(loaders) = session.loads::<R>() else { return Ok(None) };
    let found = loaders.one::<R>(id).await?;
    Ok(found.filter(|found| S::sees(session.principal(), &found.record)).map(T::from))
}

/// Declares a type that another subgraph owns and this one only names:
/// `foreign!(/// A service of the portfolio. Service, ServiceId)`. Fields that this subgraph adds to it go into
/// a `#[ComplexObject]` when the declaration ends in `with fields`.
#[macro_export]
macro_rules! foreign {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive($crate::async_graphql::SimpleObject, Clone, Debug)]
        #[graphql(unresolvable = "id")]
        pub struct $name {
            /// The record's id.
            #[graphql(owned)]
            pub id: $crate::async_graphql::ID,
        }
        $crate::foreign!(@from $name);
    };
    ($(#[$doc:meta])* $name:ident with fields) => {
        $(#[$doc])*
        #[derive($crate::async_graphql::SimpleObject, Clone, Debug)]
        #[graphql(complex)]
        pub struct $name {
            /// The record's id.
            pub id: $crate::async_graphql::ID,
        }
        $crate::foreign!(@from $name);
    };
    (@from $name:ident) => {
        impl $name {
            /// Names a record of another service.
            pub fn named(id: impl std::fmt::Display) -> Self {
                Self { id: $crate::async_graphql::ID(id.to_string()) }
            }
        }
    };
}

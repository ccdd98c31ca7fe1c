//! One caller's request: who, what they may read, and the loaders that batch
//! its reads. Put into the request's data by the host.

use crate::access::Access;
use crate::load::Loaders;
use async_graphql::Context;
use ciclo_kernel::{Principal, Refusal};
use ciclo_store::{Database, Reader, Record};
use std::sync::Arc;

/// A caller's request to one service.
#[derive(Clone)]
pub struct Session {
    inner: Arc<Inner>,
}

struct Inner {
    principal: Principal,
    access: &'static Access,
    reader: Reader,
    loaders: Loaders,
}

impl Session {
    /// A session of a caller with a service's database and table of access.
    #[must_use]
    pub fn new(database: &Database, access: &'static Access, principal: Principal) -> Self {
        let reader = database.reader(&principal);
        let loaders = Loaders::new(reader.clone());
        Self { inner: Arc::new(Inner { principal, access, reader, loaders }) }
    }

    /// The session of a request; the host puts one into each.
    #[must_use]
    pub fn of<'c>(ctx: &Context<'c>) -> &'c Self {
        ctx.data_unchecked::<Self>()
    }

    /// The caller.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.inner.principal
    }

    /// The service's table of access.
    #[must_use]
    pub fn access(&self) -> &'static Access {
        self.inner.access
    }

    /// The service's database.
    #[must_use]
    pub fn database(&self) -> &Database {
        self.inner.reader.database()
    }

    /// A reader of the caller's tenant, for what is not a record. Records are
    /// read by [`Session::reads`], which checks the roles.
    #[must_use]
    pub fn reader(&self) -> &Reader {
        &self.inner.reader
    }

    /// A reader for a record type, if the caller may read it.
    pub fn reads<R: Record>(&self) -> Result<&Reader, Refusal> {
        self.may_read::<R>()?;
        Ok(&self.inner.reader)
    }

    /// The loaders for a record type, if the caller may read it.
    pub fn loads<R: Record>(&self) -> Result<&Loaders, Refusal> {
        self.may_read::<R>()?;
        Ok(&self.inner.loaders)
    }

    fn may_read<R: Record>(&self) -> Result<(), Refusal> {
        let record_type = <R::Id as ciclo_kernel::ids::RecordId>::TYPE;
        self.inner.access.record(&self.inner.principal, record_type)
    }
}

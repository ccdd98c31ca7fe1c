//! A service with a log to read: records of two types that carry any bytes.

use ciclo_kernel::ids::{AgreementId, RecordId, RequirementId};
use ciclo_kernel::trace::within;
use ciclo_kernel::{Clock, Corrupt, Principal, Tenant, Timestamp};
use ciclo_store::schema::{Base, create_record_table};
use ciclo_store::{Database, Field, LogRow, MigrationTrait, Options, Record, Result};
use ciclo_transport::contract::{Event, SOURCE};
use futures::future::{BoxFuture, join_all};
use sea_orm_migration::prelude::*;
use std::path::Path;
use tokio::task::unconstrained;

/// A record that is an id and bytes; the id stands in front of the bytes.
#[derive(Clone)]
pub struct Piece<I> {
    pub id: I,
    pub bytes: Vec<u8>,
}

impl<I: RecordId> Record for Piece<I> {
    type Id = I;
    type Happened = ();
    type Message = Vec<u8>;
    const TABLE: &'static str = I::PREFIX;
    const PACKAGE: &'static str = "test.source.v1";
    const COLUMNS: &'static [&'static str] = &[];

    fn id(&self) -> I {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        Vec::new()
    }

    fn happened((): &()) -> &'static str {
        "Told"
    }

    fn message(&self, _: Option<&()>) -> Vec<u8> {
        [self.id.to_string().as_bytes(), &self.bytes].concat()
    }

    fn read(message: Vec<u8>) -> Result<Self, Corrupt> {
        let (id, bytes) = message.split_at_checked(36).ok_or_else(|| Corrupt::new("piece", "too short"))?;
        let id = std::str::from_utf8(id).map_err(|why| Corrupt::new("piece", why))?;
        Ok(Self { id: I::parse(id).map_err(|why| Corrupt::new("piece", why))?, bytes: bytes.to_vec() })
    }
}

struct Pieces;

impl MigrationName for Pieces {
    fn name(&self) -> &'static str {
        "m0002_pieces"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Pieces {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_record_table(manager, RequirementId::PREFIX, &[]).await?;
        create_record_table(manager, AgreementId::PREFIX, &[]).await
    }
}

fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(Base), Box::new(Pieces)]
}

/// Opens a service's database in a directory.
pub async fn open(directory: &Path, service: &'static str) -> Database {
    let file = directory.join(format!("{service}.sqlite"));
    let clock = Clock::manual(Timestamp::UNIX_EPOCH);
    Database::open(Options { service, place: file.into(), migrations, clock }).await.unwrap()
}

/// Writes events to a log, one command each; those of an instant come together.
pub async fn append(log: &Database, events: &[Event]) -> Vec<LogRow> {
    let before = *log.tail().borrow();
    for together in events.chunk_by(|a, b| a.at == b.at) {
        log.clock().set(together[0].at);
        // Unconstrained: a task that has done much is made to wait, and its writes would change places.
        let written = unconstrained(join_all(together.iter().map(|event| tell(log, event)))).await;
        written.into_iter().collect::<Result<Vec<()>>>().unwrap();
    }
    log.log_after(before, events.len() as u64).await.unwrap()
}

fn tell<'a>(log: &'a Database, event: &'a Event) -> BoxFuture<'a, Result<()>> {
    match event.record_type {
        RequirementId::TYPE => Box::pin(tell_of::<RequirementId>(log, event)),
        AgreementId::TYPE => Box::pin(tell_of::<AgreementId>(log, event)),
        other => panic!("no records of {other} in {SOURCE}"),
    }
}

async fn tell_of<I: RecordId>(log: &Database, event: &Event) -> Result<()> {
    let (tenant, subject) = (Tenant::parse(event.tenant)?, event.actor.clone());
    let principal = Principal { tenant, subject, roles: Vec::new() };
    let piece = Piece { id: I::parse(&event.record_id)?, bytes: event.bytes.clone() };
    let write = log.write(&principal, move |tx| {
        Box::pin(async move {
            match tx.find::<Piece<I>>(piece.id).await? {
                None => tx.create(Ok((piece, ()))).await,
                Some(before) => tx.change_loaded(before, None, |_, _, _| Ok((piece, ()))).await,
            }
        })
    });
    match event.trace {
        Some(trace) => within(trace, write).await.map(|_| ()),
        None => write.await.map(|_| ()),
    }
}

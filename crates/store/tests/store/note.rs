//! The record of these tests: a note. It travels in the contract of a
//! requirement, because history needs a contract; what it means there is no matter here.

use ciclo_contracts::design::v1::{self as pb, requirement_event::What};
use ciclo_kernel::ids::{RecordId, RequirementId};
use ciclo_kernel::{Clock, Code, Corrupt, Decision, Principal, Refusal, Tenant, Timestamp};
use ciclo_store::schema::{Base, Kind, Links, create_record_table};
use ciclo_store::{Database, Error, Field, MigrationTrait, Options, Place, Record, Result, Tx, Versioned};
use futures::future::BoxFuture;
use sea_orm_migration::prelude::*;
use tempfile::TempDir;

#[derive(Clone, PartialEq, Debug)]
pub struct Note {
    pub id: RequirementId,
    /// Whom it is about: a text that never misses.
    pub service: String,
    pub title: String,
    pub about: Option<String>,
    pub weight: i64,
    pub rank: Option<i64>,
    /// Ids that it links to as `item`.
    pub items: Vec<String>,
}

pub enum Happened {
    Written,
    Changed,
}

impl Note {
    pub fn new(title: &str) -> Self {
        Self {
            id: RequirementId::at(start()),
            service: "svc".to_owned(),
            title: title.to_owned(),
            about: None,
            weight: 0,
            rank: None,
            items: Vec::new(),
        }
    }

    pub fn titled(self, title: &str) -> Decision<Self, Happened> {
        Ok((Self { title: title.to_owned(), ..self }, Happened::Changed))
    }
}

impl Record for Note {
    type Id = RequirementId;
    type Happened = Happened;
    type Message = pb::RequirementEvent;
    const TABLE: &'static str = "note";
    const PACKAGE: &'static str = "ciclo.design.v1";
    const COLUMNS: &'static [&'static str] = &["service_id", "title", "about", "weight", "rank"];

    fn id(&self) -> RequirementId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        vec![
            self.service.as_str().into(),
            self.title.as_str().into(),
            self.about.clone().into(),
            self.weight.into(),
            self.rank.into(),
        ]
    }

    fn links(&self) -> Vec<(&'static str, String)> {
        self.items.iter().map(|id| ("item", id.clone())).collect()
    }

    fn happened(what: &Happened) -> &'static str {
        match what {
            Happened::Written => "Raised",
            Happened::Changed => "Revised",
        }
    }

    fn message(&self, what: Option<&Happened>) -> pb::RequirementEvent {
        let after = pb::Requirement {
            id: self.id.to_string(),
            service_id: self.service.clone(),
            title: self.title.clone(),
            description: self.about.clone(),
            recommendation_id: self.items.join(" "),
            evidence: self.rank.map(|rank| rank.to_string()).unwrap_or_default(),
            drop_reason: self.weight.to_string(),
            ..pb::Requirement::default()
        };
        let what = what.map(|what| match what {
            Happened::Written => What::Raised(pb::RequirementRaised::default()),
            Happened::Changed => What::Revised(pb::RequirementRevised {}),
        });
        pb::RequirementEvent { after: Some(after), what }
    }

    fn read(message: pb::RequirementEvent) -> Result<Self, Corrupt> {
        let after = message.after.ok_or_else(|| Corrupt::new("note", "no record"))?;
        let number = |text: &str| text.parse::<i64>().map_err(|why| Corrupt::new("note", why));
        Ok(Self {
            id: RequirementId::parse(&after.id).map_err(|why| Corrupt::new("note", why))?,
            service: after.service_id,
            title: after.title,
            about: after.description,
            weight: number(&after.drop_reason)?,
            rank: Some(after.evidence)
                .filter(|text| !text.is_empty())
                .map(|text| number(&text))
                .transpose()?,
            items: after.recommendation_id.split_whitespace().map(str::to_owned).collect(),
        })
    }
}

struct Notes;

impl MigrationName for Notes {
    fn name(&self) -> &'static str {
        "m0002_notes"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Notes {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            ("service_id", Kind::Text),
            ("title", Kind::Text),
            ("about", Kind::OptionalText),
            ("weight", Kind::Int),
            ("rank", Kind::OptionalInt),
        ];
        create_record_table(manager, "note", &columns).await
    }
}

pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(Base), Box::new(Notes), Box::new(Links)]
}

pub fn start() -> Timestamp {
    Timestamp::from_second(1_777_881_600).unwrap()
}

/// A database in a directory that removes itself.
pub struct Opened {
    pub database: Database,
    pub clock: Clock,
    pub place: Place,
    /// Removes what is in it.
    pub _directory: TempDir,
}

impl Opened {
    /// Runs a command of somebody of a tenant.
    pub async fn write<T, F>(&self, tenant: &str, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        self.database.write(&of(tenant), work).await
    }

    /// Saves a new note.
    pub async fn save(&self, by: &Principal, note: &Note) -> Versioned<Note> {
        save(&self.database, by, note).await.unwrap()
    }

    /// Gives a note another title.
    pub async fn retitle(&self, by: &Principal, id: RequirementId, title: &str) -> Versioned<Note> {
        retitle(&self.database, by, id, None, title).await.unwrap()
    }
}

pub async fn open() -> Opened {
    let (place, directory) = crate::place::fresh().await;
    let clock = Clock::manual(start());
    let database = open_at(place.clone(), &clock).await.unwrap();
    Opened { database, clock, place, _directory: directory }
}

pub async fn open_at(place: impl Into<Place>, clock: &Clock) -> Result<Database> {
    let options = Options { service: "notes", place: place.into(), migrations, clock: clock.clone() };
    Database::open(options).await
}

pub fn of(tenant: &str) -> Principal {
    Principal { tenant: Tenant::parse(tenant).unwrap(), subject: "ana".to_owned(), roles: Vec::new() }
}

pub async fn save(database: &Database, by: &Principal, note: &Note) -> Result<Versioned<Note>> {
    let note = note.clone();
    database.write(by, |tx| Box::pin(async move { tx.create(Ok((note, Happened::Written))).await })).await
}

pub async fn retitle(
    database: &Database,
    by: &Principal,
    id: RequirementId,
    expected: Option<u64>,
    title: &str,
) -> Result<Versioned<Note>> {
    let title = title.to_owned();
    let change = database.write(by, move |tx| {
        Box::pin(async move { tx.change::<Note>(id, expected, move |note, _, _| note.titled(&title)).await })
    });
    change.await
}

/// The refusal that a result was.
#[track_caller]
pub fn refusal<T: std::fmt::Debug>(result: Result<T>) -> Refusal {
    match result {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("no refusal: {other:?}"),
    }
}

#[track_caller]
pub fn code<T: std::fmt::Debug>(result: Result<T>) -> Code {
    refusal(result).code
}

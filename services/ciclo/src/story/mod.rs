//! The lifecycle as people would live it, told through the GraphQL API: the
//! demonstration tells it to a gateway, the seed to the services in this process.

pub mod charter;
pub mod design;
pub mod improve;
pub mod operate;
pub mod problem;
pub mod transition;

use anyhow::{Context, Result, bail};
use async_trait::async_trait;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Who answers the story's requests.
#[async_trait]
pub trait Teller: Send + Sync {
    /// Sends a request to a service as a subject; the whole response.
    async fn send(&self, service: &str, subject: &str, query: &str, variables: Value) -> Result<Value>;
    /// Lets events travel for a moment.
    async fn settle(&self) -> Result<()>;
    /// A key for a mutation that no other has.
    fn key(&self) -> String;
    /// The instant of the story.
    fn now(&self) -> jiff::Timestamp;
    /// Notes a step: what happened, to which record, and how long its event took when it was one.
    fn note(&self, what: &str, id: &str, took: Option<Duration>);
}

/// A record as the story holds it.
#[derive(Clone, Debug)]
pub struct Held {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: i64,
    /// What else was selected.
    pub fields: Value,
}

/// Who acts, when nobody in particular does.
pub const SOMEBODY: &str = "ana";
/// Who approves: never who asked.
pub const APPROVER: &str = "bruno";
/// Longest time that an effect may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A story being told.
pub struct Story<'t> {
    /// Who answers.
    pub teller: &'t dyn Teller,
}

impl Story<'_> {
    /// Sends a mutation whose input type is named after it; answers with the record.
    pub async fn act(&self, service: &str, mutation: &str, input: Value) -> Result<Held> {
        self.act_as(SOMEBODY, service, mutation, input, "").await
    }

    /// As [`Story::act`], as a subject and with more fields of the record.
    pub async fn act_as(
        &self,
        subject: &str,
        service: &str,
        mutation: &str,
        mut input: Value,
        select: &str,
    ) -> Result<Held> {
        input["idempotencyKey"] = json!(self.teller.key());
        let type_name = input_type(mutation);
        let query = format!(
            "mutation Act($input: {type_name}!) {{ {mutation}(input: $input) {{ id version {select} }} }}"
        );
        let answer = self.teller.send(service, subject, &query, json!({ "input": input })).await?;
        let record = answer["data"][mutation].clone();
        let (Some(id), Some(version)) = (record["id"].as_str(), record["version"].as_i64()) else {
            bail!("{mutation}: {answer}");
        };
        self.teller.note(mutation, id, None);
        Ok(Held { id: id.to_owned(), version, fields: record })
    }

    /// Applies a mutation to a record that is held; the record goes on.
    pub async fn on(&self, record: &mut Held, service: &str, mutation: &str, input: Value) -> Result<()> {
        self.on_as(SOMEBODY, record, service, mutation, input).await
    }

    /// As [`Story::on`], as a subject.
    pub async fn on_as(
        &self,
        subject: &str,
        record: &mut Held,
        service: &str,
        mutation: &str,
        mut input: Value,
    ) -> Result<()> {
        input["id"] = json!(record.id);
        input["expectedVersion"] = json!(record.version);
        record.version = self.act_as(subject, service, mutation, input, "").await?.version;
        Ok(())
    }

    /// Reads something; the `data` of the answer.
    pub async fn read(&self, service: &str, query: &str, variables: Value) -> Result<Value> {
        let answer = self.teller.send(service, SOMEBODY, query, variables).await?;
        if answer.get("errors").is_some_and(|errors| !errors.is_null()) {
            bail!("{query}: {answer}");
        }
        Ok(answer["data"].clone())
    }

    /// Waits until an effect can be read; what `seen` found in it, which is the record's id and version.
    pub async fn arrives(
        &self,
        what: &str,
        service: &str,
        query: &str,
        variables: Value,
        seen: impl Fn(&Value) -> Option<Held>,
    ) -> Result<Held> {
        let begun = Instant::now();
        loop {
            let data = self.read(service, query, variables.clone()).await?;
            if let Some(found) = seen(&data) {
                self.teller.note(what, &found.id, Some(begun.elapsed()));
                return Ok(found);
            }
            if begun.elapsed() > PATIENCE {
                bail!("{what} did not arrive: {data}");
            }
            self.teller.settle().await.context("settling")?;
        }
    }
}

/// The input type of a mutation: named after it, but for the moves of a request, which share one.
fn input_type(mutation: &str) -> String {
    if ["startFulfilment", "fulfilServiceRequest", "approveServiceRequest", "closeServiceRequest"]
        .contains(&mutation)
    {
        return "MoveServiceRequestInput".to_owned();
    }
    let mut name = format!("{mutation}Input");
    name[..1].make_ascii_uppercase();
    name
}

/// The record at a place in an answer, when it is there.
#[must_use]
pub fn held(record: &Value) -> Option<Held> {
    Some(Held {
        id: record["id"].as_str()?.to_owned(),
        version: record["version"].as_i64()?,
        fields: record.clone(),
    })
}

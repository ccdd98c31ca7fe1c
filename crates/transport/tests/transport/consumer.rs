//! The consumer: every event takes effect once and in order, what cannot is
//! parked, and a database that is away for a while parks nothing.

use crate::effects::{Poison, SOURCE, Service, count, effects};
use crate::scripted::{Scripted, row};
use crate::source::Piece;
use async_trait::async_trait;
use ciclo_kernel::ids::RequirementId;
use ciclo_kernel::trace::TraceContext;
use ciclo_store::{LogRow, Tx};
use ciclo_transport::{Consumer, Handler, Topics};
use sea_orm::{ConnectOptions, ConnectionTrait};
use std::sync::Arc;

#[tokio::test]
async fn an_event_that_comes_again_takes_effect_once() {
    let mut service = Service::new().await;
    service.take(vec![row("a", 1), row("a", 1), row("b", 1), row("a", 2)]).await;
    service.take(vec![row("a", 1), row("a", 2), row("b", 1)]).await;
    service.take(vec![row("a", 3), row("a", 2), row("a", 3)]).await;
    assert_eq!(service.effects("a").await, [1, 2, 3]);
    assert_eq!(service.effects("b").await, [1]);
    assert_eq!(service.handler.tried("a", 1), 1, "a duplicate does not reach the handler");
    assert_eq!(service.script.commits(), 3);
    assert_eq!(service.database.parked(None, 9).await.unwrap(), []);
}

#[tokio::test]
async fn a_batch_larger_than_a_turn_keeps_its_order() {
    let mut service = Service::new().await;
    for batch in 0..5 {
        service.take((1..=200).map(|n| row("a", batch * 200 + n)).collect()).await;
    }
    assert_eq!(service.effects("a").await, (1..=1000).collect::<Vec<_>>());
    assert_eq!(service.database.parked(None, 9).await.unwrap(), []);
}

#[tokio::test]
async fn poison_is_parked_after_bounded_tries_and_blocks_its_own_record_only() {
    let mut service = Service::new().await;
    service.handler.poison("a", 2, Poison::Refused);
    service.take(vec![row("a", 1), row("a", 2), row("b", 1), row("a", 3), row("b", 2)]).await;
    assert_eq!(service.effects("a").await, [1], "what failed left nothing");
    assert_eq!(service.effects("b").await, [1, 2]);
    assert_eq!(service.handler.tried("a", 2), 5);
    let parked = service.parked("a").await;
    assert_eq!((parked[0].0, parked[0].2), (2, 5));
    assert!(parked[0].1.contains("poison"), "{}", parked[0].1);
    assert_eq!(parked[1].0, 3);
    assert!(parked[1].1.contains("earlier event of this record is parked"), "{}", parked[1].1);
    assert_eq!(service.script.commits(), 1, "and the group goes on");

    service.take(vec![row("a", 4), row("b", 3)]).await;
    assert_eq!(service.parked("a").await.len(), 3);
    assert_eq!(service.effects("b").await, [1, 2, 3]);
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_parked_without_many_tries() {
    let mut service = Service::new().await;
    service.handler.poison("a", 1, Poison::Corrupt);
    service.take(vec![row("a", 1)]).await;
    let parked = service.parked("a").await;
    assert!(parked[0].1.contains("garbled"), "{}", parked[0].1);
    assert!(service.handler.tried("a", 1) < 5);
}

#[tokio::test]
async fn a_parked_event_is_kept_whole() {
    let mut service = Service::new().await;
    service.handler.poison("a", 1, Poison::Corrupt);
    service.take(vec![row("a", 1)]).await;
    let parked = service.database.parked_of(SOURCE, "a").await.unwrap().remove(0);
    assert_eq!((parked.tenant.as_str(), parked.event_id.as_str()), ("acme", "event-a-1"));
    assert_eq!(ciclo_transport::envelope::decode(&parked.envelope).unwrap(), row("a", 1));
}

#[tokio::test]
async fn a_retry_applies_the_event_and_what_was_behind_it() {
    let mut service = Service::new().await;
    service.handler.poison("a", 2, Poison::Refused);
    service.take(vec![row("a", 1), row("a", 2), row("a", 3), row("a", 4)]).await;
    assert!(service.retry("a").await.is_err(), "still poison");
    assert_eq!(service.effects("a").await, [1]);
    assert_eq!(service.parked("a").await.len(), 3, "a failed retry takes nothing out");
    service.handler.cure();
    assert_eq!(service.retry("a").await.unwrap(), 3);
    assert_eq!(service.effects("a").await, [1, 2, 3, 4]);
    assert_eq!(service.parked("a").await, []);
    assert_eq!(service.retry("a").await.unwrap(), 0, "and once only");
    service.take(vec![row("a", 3), row("a", 5)]).await;
    assert_eq!(service.effects("a").await, [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn a_parked_event_that_comes_again_and_succeeds_is_parked_no_longer() {
    let mut service = Service::new().await;
    service.handler.poison("a", 1, Poison::Corrupt);
    service.take(vec![row("a", 1)]).await;
    service.handler.cure();
    service.take(vec![row("a", 1)]).await;
    assert_eq!(service.effects("a").await, [1]);
    assert_eq!(service.parked("a").await, []);
}

#[tokio::test]
async fn a_gap_is_parked_with_its_reason_and_never_applied() {
    let mut service = Service::new().await;
    service.take(vec![row("a", 1), row("a", 3), row("b", 2)]).await;
    assert_eq!(service.effects("a").await, [1]);
    assert_eq!(service.handler.tried("a", 3), 0, "it does not reach the handler");
    let parked = service.parked("a").await;
    assert!(parked[0].1.contains("version 3 arrived after 1"), "{}", parked[0].1);
    assert!(service.parked("b").await[0].1.contains("version 2 arrived after 0"));
    let missing = service.retry("a").await.unwrap_err().to_string();
    assert!(missing.contains("version 2 is still missing"), "{missing}");
    assert_eq!(service.effects("a").await, [1]);
    // The lost event turns up: then the one behind it can be taken in.
    service.take(vec![row("a", 2)]).await;
    assert_eq!(service.retry("a").await.unwrap(), 1);
    assert_eq!(service.effects("a").await, [1, 2, 3]);
}

#[tokio::test]
async fn an_event_of_no_tenant_is_parked_and_blocks_nobody() {
    let mut service = Service::new().await;
    let mut nobodys = row("a", 1);
    nobodys.tenant = "No Tenant".to_owned();
    service.take(vec![nobodys, row("b", 1)]).await;
    assert!(service.parked("a").await[0].1.contains("tenant"));
    assert_eq!(service.effects("b").await, [1]);
}

/// Writes a record for every event.
struct Writing;

#[async_trait]
impl Handler for Writing {
    fn topics(&self) -> Topics {
        Topics { source: SOURCE, record_types: &["Requirement"] }
    }

    async fn apply(&self, tx: &mut Tx, _: &LogRow) -> ciclo_store::Result<()> {
        let piece = Piece { id: tx.fresh::<RequirementId>(), bytes: Vec::new() };
        tx.create(Ok((piece, ()))).await.map(|_| ())
    }
}

#[tokio::test]
async fn the_effect_is_by_the_service_in_the_tenant_and_trace_of_its_cause() {
    let (service, script) = (Service::new().await, Scripted::default());
    let mut consumer = Consumer::start(service.database.clone(), &script, Arc::new(Writing)).await.unwrap();
    let (cause, mut event) = (TraceContext::fresh(), row("a", 1));
    event.traceparent = cause.to_string();
    script.push(vec![event]);
    consumer.pump().await.unwrap();
    let effect = service.database.log_after(0, 9).await.unwrap().remove(0);
    assert_eq!((effect.tenant.as_str(), effect.actor.as_str()), ("acme", "service:reader"));
    let place = TraceContext::parse(&effect.traceparent).unwrap();
    assert_eq!(place.trace_id(), cause.trace_id());
    assert_ne!(place.span_id(), cause.span_id(), "a span of its own");
}

/// Another connection holds the write lock of the own database: every write is
/// refused as busy until it lets go.
#[tokio::test(flavor = "multi_thread")]
async fn while_the_own_database_refuses_writes_nothing_is_parked() {
    let service = Service::new().await;
    let file = service.directory.path().join("reader.sqlite");
    let mut one = ConnectOptions::new(format!("sqlite://{}", file.display()));
    let other = sea_orm::Database::connect(one.max_connections(1).to_owned()).await.unwrap();
    other.execute_unprepared("BEGIN IMMEDIATE").await.unwrap();

    service.script.push(vec![row("a", 1), row("a", 2), row("a", 3), row("b", 1)]);
    let (mut tries, mut consumer) = (service.handler.tries.subscribe(), service.consumer);
    let pump = tokio::spawn(async move { consumer.pump().await });
    // Tried again after all of the batch was refused.
    tries.wait_for(|tries| count(tries, "a", 1) >= 2).await.unwrap();
    assert_eq!(service.database.parked(None, 9).await.unwrap(), []);
    assert_eq!(service.script.commits(), 0);

    other.execute_unprepared("ROLLBACK").await.unwrap();
    assert_eq!(pump.await.unwrap().unwrap(), 4);
    assert_eq!(service.database.parked(None, 9).await.unwrap(), []);
    assert_eq!(service.script.commits(), 1);
    let after = service.handler.tries.borrow().clone();
    assert_eq!(count(&after, "b", 1), 2, "once in the batch and once after");
    for (record, versions) in [("a", vec![1, 2, 3]), ("b", vec![1])] {
        assert_eq!(effects(&service.database, record).await, versions);
    }
}

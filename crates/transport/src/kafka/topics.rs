//! Which topics there are, and how they are made: one for each record type.

use super::{KafkaOptions, blocking, fault};
use crate::TransportError;
use ciclo_kernel::ids::REGISTRY;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::types::RDKafkaErrorCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long the brokers may take to make topics, and to tell each other of them.
const PATIENCE: Duration = Duration::from_secs(30);
/// Pause before the brokers are asked again whether all know of a topic.
const AGAIN: Duration = Duration::from_millis(50);

/// The record types of a service, by the registry of ids.
pub fn record_types(service: &str) -> impl Iterator<Item = &'static str> {
    REGISTRY.iter().filter(move |(_, _, owner)| *owner == service).map(|(_, name, _)| *name)
}

/// The topic of a service's record type: `ciclo.operations.monitoring-event`.
#[must_use]
pub fn name(prefix: &str, service: &str, record_type: &str) -> String {
    let mut topic = format!("{prefix}.{service}.");
    for (place, letter) in record_type.char_indices() {
        if letter.is_ascii_uppercase() && place > 0 {
            topic.push('-');
        }
        topic.push(letter.to_ascii_lowercase());
    }
    topic
}

/// Makes those topics that are missing and returns when the brokers know them all.
pub(super) async fn make(options: &KafkaOptions, names: &[String]) -> Result<(), TransportError> {
    let admin: AdminClient<DefaultClientContext> = options.admin().create().map_err(fault)?;
    let settings = options.topics.settings();
    let topics: Vec<NewTopic<'_>> = names.iter().map(|name| new_topic(options, name, &settings)).collect();
    let patience = AdminOptions::new().operation_timeout(Some(PATIENCE)).request_timeout(Some(PATIENCE));
    for made in admin.create_topics(&topics, &patience).await.map_err(fault)? {
        match made {
            Ok(topic) => tracing::info!(topic, "made"),
            Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((topic, why)) => return Err(TransportError(format!("making the topic {topic}: {why}"))),
        }
    }
    known(&Arc::new(admin), names).await
}

fn new_topic<'a>(
    options: &KafkaOptions,
    name: &'a str,
    settings: &'a [(&'static str, String)],
) -> NewTopic<'a> {
    let replication = TopicReplication::Fixed(i32::from(options.topics.replication));
    let topic = NewTopic::new(name, i32::from(options.topics.partitions), replication);
    settings.iter().fold(topic, |topic, (key, value)| topic.set(key, value))
}

/// Returns when every partition of the topics has a broker that leads it.
async fn known(
    admin: &Arc<AdminClient<DefaultClientContext>>,
    names: &[String],
) -> Result<(), TransportError> {
    let deadline = Instant::now() + PATIENCE;
    for name in names {
        loop {
            let (asking, topic) = (admin.clone(), name.clone());
            let found = blocking(move || asking.inner().fetch_metadata(Some(&topic), PATIENCE)).await;
            let found = found.map_err(fault)?;
            let led = found.topics().iter().all(|topic| {
                topic.error().is_none()
                    && !topic.partitions().is_empty()
                    && topic.partitions().iter().all(|partition| partition.leader() >= 0)
            });
            if led {
                break;
            }
            if Instant::now() > deadline {
                return Err(TransportError(format!("the topic {name} is led by no broker")));
            }
            tokio::time::sleep(AGAIN).await;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_record_type_has_a_topic_of_its_own() {
        let mut topics: Vec<String> = ["catalog", "design", "transition", "operations", "improvement"]
            .into_iter()
            .flat_map(|service| record_types(service).map(move |of| name("ciclo", service, of)))
            .collect();
        assert_eq!(topics.len(), REGISTRY.len());
        assert!(topics.contains(&"ciclo.operations.monitoring-event".to_owned()), "{topics:?}");
        assert!(topics.contains(&"ciclo.catalog.service".to_owned()), "{topics:?}");
        topics.sort_unstable();
        topics.dedup();
        assert_eq!(topics.len(), REGISTRY.len());
    }
}

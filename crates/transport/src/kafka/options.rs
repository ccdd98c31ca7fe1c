//! How to reach a Kafka cluster, and what its topics are to be like.

use rdkafka::ClientConfig;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Largest message, record and headers together. A record's texts and lists are bounded well below.
const LARGEST: &str = "8388608";

/// How to reach a Kafka cluster, and what the topics made there are like.
#[derive(Clone, Debug)]
pub struct KafkaOptions {
    /// The brokers to ask first: `host:port`, separated by commas.
    pub brokers: String,
    /// The name that the brokers' logs and quotas know this process by.
    pub client_id: String,
    /// What every topic's and group's name begins with, so that suites can share a cluster.
    pub prefix: String,
    /// How connections are protected.
    pub security: Security,
    /// What new topics are like.
    pub topics: TopicSettings,
}

/// How connections to the brokers are protected.
#[derive(Clone, Debug, Default)]
pub struct Security {
    /// Whether connections are encrypted.
    pub tls: bool,
    /// The certificates of the authorities that sign the brokers' ones, as a PEM file; the system's when there is none.
    pub ca_file: Option<PathBuf>,
    /// Who this process is to the brokers; nobody in particular when there is none.
    pub sasl: Option<Sasl>,
}

/// A name and a password for the brokers.
#[derive(Clone, Debug)]
pub struct Sasl {
    /// How the password is shown to be known.
    pub mechanism: Mechanism,
    /// The name.
    pub username: String,
    /// The password.
    pub password: Secret,
}

/// How a password is shown to be known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mechanism {
    /// The password itself: over TLS only.
    Plain,
    /// Salted, with SHA-256.
    ScramSha256,
    /// Salted, with SHA-512.
    ScramSha512,
}

/// A text that is shown to nobody.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// What new topics are like. Topics that exist are left as they are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TopicSettings {
    /// Partitions: how many consumers of a group can share a topic. More of them later would break
    /// the order per record, so they are never added.
    pub partitions: u16,
    /// Copies of each partition, over as many brokers.
    pub replication: u16,
    /// How long events are kept; for ever when there is none, as a new consumer begins with the first.
    pub retention: Option<Duration>,
}

impl KafkaOptions {
    /// Brokers without protection, with names and topics as they are by default.
    #[must_use]
    pub fn new(brokers: &str) -> Self {
        Self {
            brokers: brokers.to_owned(),
            client_id: "ciclo".to_owned(),
            prefix: "ciclo".to_owned(),
            security: Security::default(),
            topics: TopicSettings::default(),
        }
    }

    /// What every client of these brokers is set to.
    fn client(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", &self.brokers)
            .set("client.id", &self.client_id)
            .set("security.protocol", self.security.protocol())
            // A broker that comes back is found within a second, not within ten.
            .set("reconnect.backoff.max.ms", "1000")
            // A topic that is made later is found within seconds, not within five minutes.
            .set("topic.metadata.refresh.interval.ms", "5000");
        if let Some(file) = &self.security.ca_file {
            config.set("ssl.ca.location", file.to_string_lossy());
        }
        if let Some(sasl) = &self.security.sasl {
            config
                .set("sasl.mechanism", sasl.mechanism.name())
                .set("sasl.username", &sasl.username)
                .set("sasl.password", &sasl.password.0);
        }
        config
    }

    /// A client that asks and makes topics.
    pub(super) fn admin(&self) -> ClientConfig {
        self.client()
    }

    /// A producer whose messages of a record stay in their order, each there once and on all copies.
    pub(super) fn producer(&self) -> ClientConfig {
        let mut config = self.client();
        config
            .set("enable.idempotence", "true")
            .set("acks", "all")
            // As the Java clients place a key, so that others who write find the same partition.
            .set("partitioner", "murmur2_random")
            .set("linger.ms", "5")
            .set("compression.type", "lz4")
            .set("message.max.bytes", LARGEST)
            // Never given up: a message that is left out would let the record's next overtake it.
            .set("message.timeout.ms", "0");
        config
    }

    /// A consumer of a group that moves its offsets when told, and only then.
    pub(super) fn consumer(&self, group: &str) -> ClientConfig {
        let mut config = self.client();
        config
            .set("group.id", group)
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("auto.offset.reset", "earliest")
            .set("partition.assignment.strategy", "cooperative-sticky")
            // A replica that died is missed after this; the others then take its partitions.
            .set("session.timeout.ms", "10000")
            .set("fetch.error.backoff.ms", "100");
        config
    }
}

impl Security {
    fn protocol(&self) -> &'static str {
        match (self.tls, self.sasl.is_some()) {
            (false, false) => "plaintext",
            (true, false) => "ssl",
            (false, true) => "sasl_plaintext",
            (true, true) => "sasl_ssl",
        }
    }
}

impl Mechanism {
    /// Its name as the brokers know it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha512 => "SCRAM-SHA-512",
        }
    }

    /// The mechanism of a name; `None` when it is none of ours.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Plain, Self::ScramSha256, Self::ScramSha512].into_iter().find(|one| one.name() == name)
    }
}

impl Secret {
    /// Keeps a text to itself.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

impl Default for TopicSettings {
    fn default() -> Self {
        Self { partitions: 6, replication: 1, retention: None }
    }
}

impl TopicSettings {
    /// The settings of a topic, by Kafka's names.
    #[must_use]
    pub fn settings(&self) -> [(&'static str, String); 4] {
        let retention = self.retention.map_or_else(|| "-1".to_owned(), |kept| kept.as_millis().to_string());
        // Where there are three copies, what is acknowledged is on two at least, and one broker may be missing.
        let in_sync = if self.replication > 2 { 2 } else { 1 };
        [
            // Every event counts, not only a record's last.
            ("cleanup.policy", "delete".to_owned()),
            ("retention.ms", retention),
            ("min.insync.replicas", in_sync.to_string()),
            ("max.message.bytes", LARGEST.to_owned()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn protected() -> KafkaOptions {
        let password = Secret::new("hush");
        let sasl = Sasl { mechanism: Mechanism::ScramSha512, username: "ciclo".to_owned(), password };
        let ca_file = Some(PathBuf::from("/etc/ca.pem"));
        KafkaOptions {
            security: Security { tls: true, ca_file, sasl: Some(sasl) },
            ..KafkaOptions::new("kafka:9093")
        }
    }

    #[test]
    fn a_password_reaches_the_client_and_nobody_else() {
        let options = protected();
        assert!(!format!("{options:?}").contains("hush"), "{options:?}");
        let config = options.consumer("group");
        assert!(!format!("{config:?}").contains("hush"), "{config:?}");
        let value = |key| config.get(key).unwrap_or_default();
        assert_eq!(value("sasl.password"), "hush");
        assert_eq!((value("security.protocol"), value("sasl.mechanism")), ("sasl_ssl", "SCRAM-SHA-512"));
        assert_eq!(value("ssl.ca.location"), "/etc/ca.pem");
    }

    #[test]
    fn a_mechanism_reads_back() {
        for mechanism in [Mechanism::Plain, Mechanism::ScramSha256, Mechanism::ScramSha512] {
            assert_eq!(Mechanism::parse(mechanism.name()), Some(mechanism));
        }
        assert_eq!(Mechanism::parse("GSSAPI"), None);
    }

    #[test]
    fn one_copy_of_three_may_be_missing() {
        for (replication, in_sync) in [(1, "1"), (2, "1"), (3, "2"), (5, "2")] {
            let settings = TopicSettings { replication, ..TopicSettings::default() }.settings();
            assert!(settings.contains(&("min.insync.replicas", in_sync.to_owned())), "{settings:?}");
        }
    }

    #[test]
    fn events_are_kept_for_ever_unless_told_otherwise() {
        let kept =
            |retention| TopicSettings { retention, ..TopicSettings::default() }.settings()[1].1.clone();
        assert_eq!(kept(None), "-1");
        assert_eq!(kept(Some(Duration::from_secs(86_400))), "86400000");
    }
}

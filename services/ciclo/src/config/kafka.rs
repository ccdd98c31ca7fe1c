//! The brokers that carry events between services, when there are some.

use super::database::secret;
use anyhow::{Result, bail};
use ciclo_kernel::SignedDuration;
use ciclo_transport::kafka::{KafkaOptions, Mechanism, Sasl, Secret, Security, TopicSettings};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Apache Kafka; the services read one another's logs over HTTP when it is left out.
#[derive(Args, Clone, Debug)]
pub struct KafkaArgs {
    /// The brokers to ask first, as `host:9092,host:9092`; without them services read one another's logs over HTTP.
    #[arg(long, env = "CICLO_KAFKA_BROKERS")]
    kafka_brokers: Option<String>,
    /// What the names of topics and groups begin with, so that suites can share a cluster.
    #[arg(long, env = "CICLO_KAFKA_PREFIX", default_value = "ciclo")]
    kafka_prefix: String,
    /// How connections to the brokers are protected.
    #[arg(
        long,
        env = "CICLO_KAFKA_SECURITY_PROTOCOL",
        value_enum,
        ignore_case = true,
        default_value = "PLAINTEXT"
    )]
    kafka_security_protocol: Protocol,
    /// The certificates of the authorities that sign the brokers' ones, as a PEM file; the system's when left out.
    #[arg(long, env = "CICLO_KAFKA_CA_FILE")]
    kafka_ca_file: Option<PathBuf>,
    /// How the password is shown to be known: PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512.
    #[arg(long, env = "CICLO_KAFKA_MECHANISM", default_value = "SCRAM-SHA-512")]
    kafka_mechanism: String,
    /// The name that the brokers know this process by.
    #[arg(long, env = "CICLO_KAFKA_USERNAME")]
    kafka_username: Option<String>,
    /// A file with its password.
    #[arg(long, env = "CICLO_KAFKA_PASSWORD_FILE")]
    kafka_password_file: Option<PathBuf>,
    /// Partitions of a new topic: how many replicas of a service can share it. They are never added to later.
    #[arg(long, env = "CICLO_KAFKA_PARTITIONS", default_value_t = 6, value_parser = clap::value_parser!(u16).range(1..=1000))]
    kafka_partitions: u16,
    /// Copies of each partition of a new topic, over as many brokers.
    #[arg(long, env = "CICLO_KAFKA_REPLICATION", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=15))]
    kafka_replication: u16,
    /// How long the events of a new topic are kept, as `P90D`; for ever when left out, as a new consumer begins with the first.
    #[arg(long, env = "CICLO_KAFKA_RETENTION")]
    kafka_retention: Option<SignedDuration>,
}

/// How connections to the brokers are protected.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Protocol {
    /// Not at all.
    #[value(name = "PLAINTEXT")]
    Plaintext,
    /// By TLS.
    #[value(name = "SSL")]
    Ssl,
    /// By a name and a password.
    #[value(name = "SASL_PLAINTEXT")]
    SaslPlaintext,
    /// By TLS, a name and a password.
    #[value(name = "SASL_SSL")]
    SaslSsl,
}

impl KafkaArgs {
    /// How to reach the brokers, if there are some, as a service; every mistake at once.
    pub fn options(&self, service: &str) -> Result<Option<KafkaOptions>> {
        let Some(brokers) = &self.kafka_brokers else { return Ok(None) };
        let mut mistakes = Vec::new();
        let protocol = self.kafka_security_protocol;
        let named = matches!(protocol, Protocol::SaslPlaintext | Protocol::SaslSsl);
        if named != (self.kafka_username.is_some() && self.kafka_password_file.is_some()) {
            mistakes.push(
                "CICLO_KAFKA_USERNAME, CICLO_KAFKA_PASSWORD_FILE and a CICLO_KAFKA_SECURITY_PROTOCOL with SASL go together"
                    .to_owned(),
            );
        }
        let mechanism = Mechanism::parse(&self.kafka_mechanism);
        if mechanism.is_none() {
            let mechanism = &self.kafka_mechanism;
            mistakes.push(format!(
                "CICLO_KAFKA_MECHANISM: {mechanism} is none of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512"
            ));
        }
        let retention = self.kafka_retention.map(std::time::Duration::try_from).transpose();
        if retention.is_err() {
            mistakes.push("CICLO_KAFKA_RETENTION: it is not before now".to_owned());
        }
        let password =
            match self.kafka_password_file.as_ref().map(|file| secret("CICLO_KAFKA_PASSWORD_FILE", file)) {
                Some(Err(why)) => {
                    mistakes.push(format!("{why:#}"));
                    None
                }
                Some(Ok(password)) => Some(password),
                None => None,
            };
        let (Ok(retention), Some(mechanism), true) = (retention, mechanism, mistakes.is_empty()) else {
            bail!(mistakes.join("\n"));
        };
        let sasl = self.kafka_username.as_ref().zip(password).map(|(username, password)| Sasl {
            mechanism,
            username: username.clone(),
            password: Secret::new(&password),
        });
        let tls = matches!(protocol, Protocol::Ssl | Protocol::SaslSsl);
        Ok(Some(KafkaOptions {
            brokers: brokers.clone(),
            client_id: format!("ciclo-{service}"),
            prefix: self.kafka_prefix.clone(),
            security: Security { tls, ca_file: self.kafka_ca_file.clone(), sasl },
            topics: TopicSettings {
                partitions: self.kafka_partitions,
                replication: self.kafka_replication,
                retention,
            },
        }))
    }
}

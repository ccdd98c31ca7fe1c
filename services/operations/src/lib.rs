//! The operations subgraph: monitoring events, alerts, incidents, requests, problems
//! and service level clocks.

pub mod contract;
pub mod domain;

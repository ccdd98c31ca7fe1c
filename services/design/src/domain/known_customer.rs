//! What design knows of the catalog's customers: a projection that catalog's
//! events feed, with no machine and no id type of its own.

use super::written;
use ciclo_kernel::{Refusal, ids::CustomerId};
use serde::{Deserialize, Serialize};

/// Design's own copy of a customer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KnownCustomer {
    /// The customer.
    #[serde(with = "written")]
    pub id: CustomerId,
    /// The organisation's name when the newest event was read.
    pub name: String,
    /// Whether new agreements may be made with the customer.
    pub active: bool,
}

impl KnownCustomer {
    /// Refuses when no new agreements may be made with the customer.
    pub fn must_be_active(&self) -> Result<(), Refusal> {
        if self.active {
            return Ok(());
        }
        Err(Refusal::rule(format!("the customer {} is retired and takes no new agreements", self.name))
            .with("customer", self.id.to_string()))
    }
}

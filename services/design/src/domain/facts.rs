//! Small facts that several records carry: who and when, and money.

use ciclo_kernel::{Refusal, Timestamp};

/// Who made a move, and when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    /// Who did it: a subject, or `service:` and the name of a service.
    pub by: String,
    /// When it was done.
    pub at: Timestamp,
}

impl Mark {
    /// A mark of `by` at an instant.
    #[must_use]
    pub fn new(by: &str, at: Timestamp) -> Self {
        Self { by: by.to_owned(), at }
    }
}

/// A sum of money that is not negative.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Money {
    /// The sum in the currency's minor units, for example cents.
    pub minor_units: i64,
    /// The currency: three capital letters of ISO 4217.
    pub currency: String,
}

impl Money {
    /// Checks a sum: not negative, with a currency of three capital letters.
    pub fn checked(self, field: &str) -> Result<Self, Refusal> {
        if self.minor_units < 0 {
            return Err(Refusal::invalid(field, "a sum is zero or more minor units"));
        }
        let letters =
            self.currency.len() == 3 && self.currency.bytes().all(|letter| letter.is_ascii_uppercase());
        if letters {
            Ok(self)
        } else {
            Err(Refusal::invalid(field, "a currency is three capital letters of ISO 4217, for example EUR"))
        }
    }
}

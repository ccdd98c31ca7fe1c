//! Small facts that several records carry: who and when, money, a retirement.

use ciclo_kernel::{Refusal, Timestamp};
use std::collections::BTreeSet;

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

/// How a record was retired.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Retirement {
    /// Why it was retired.
    pub reason: String,
    /// Who retired it, and when.
    pub retired: Mark,
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
    /// Checks a sum: not negative, in a currency of ISO 4217.
    pub fn checked(self, field: &str) -> Result<Self, Refusal> {
        if self.minor_units < 0 {
            return Err(Refusal::invalid(field, "a sum is zero or more minor units"));
        }
        if CURRENCIES.split_whitespace().any(|code| code == self.currency) {
            Ok(self)
        } else {
            Err(Refusal::invalid(field, "a currency is three capital letters of ISO 4217, for example EUR"))
        }
    }
}

/// The currencies of ISO 4217 that people pay with; funds codes, metals and test codes left out.
const CURRENCIES: &str = "
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF
    CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD
    HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD
    LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK
    PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS
    TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";

/// A number between two bounds, both included.
pub(super) fn within(field: &str, value: u32, least: u32, most: u32) -> Result<u32, Refusal> {
    if (least..=most).contains(&value) {
        Ok(value)
    } else {
        Err(Refusal::invalid(field, format!("{value} is not from {least} to {most}")))
    }
}

/// A list without duplicates.
pub(super) fn distinct<T: Ord + std::fmt::Display>(field: &str, list: &[T]) -> Result<(), Refusal> {
    let mut seen = BTreeSet::new();
    match list.iter().find(|item| !seen.insert(*item)) {
        None => Ok(()),
        Some(twice) => Err(Refusal::invalid(field, format!("{twice} is named twice"))),
    }
}

//! Configuration item: a part that services rest on, with its class, its
//! attributes and the services it carries.

use super::words::{distinct, words};
use ciclo_kernel::ids::{ConfigurationItemId, ServiceId};
use ciclo_kernel::{Decision, Machine, Refusal, text};

ciclo_kernel::machine! {
    machine "configuration item";
    /// Where a configuration item stands in its life.
    states ConfigurationItemState {
        /// Planned, not ordered yet.
        Planned = "PLANNED" { Order => Ordered, Revise => Planned },
        /// Ordered.
        Ordered = "ORDERED" { Receive => Received, Revise => Ordered },
        /// Received.
        Received = "RECEIVED" { StartTest => InTest, Revise => Received },
        /// Being tested.
        InTest = "IN_TEST" { GoLive => Live, Revise => InTest },
        /// In use.
        Live = "LIVE" { StartMaintenance => InMaintenance, StartRetiring => Retiring, ReportMissing => Missing, Revise => Live },
        /// Taken out of use for a while.
        InMaintenance = "IN_MAINTENANCE" { EndMaintenance => Live, ReportMissing => Missing, Revise => InMaintenance },
        /// On its way out.
        Retiring = "RETIRING" { Retire => Retired, Revise => Retiring },
        /// Out of use.
        Retired = "RETIRED" { Dispose => Disposed, Revise => Retired },
        /// Gone for good.
        Disposed = "DISPOSED" {},
        /// An audit did not find it.
        Missing = "MISSING" { Find => Live, Revise => Missing },
    }
    /// What can be done to a configuration item.
    verbs ConfigurationItemVerb {
        /// Orders it.
        Order = "order",
        /// Receives it.
        Receive = "receive",
        /// Starts its test.
        StartTest = "startTest",
        /// Puts it into use.
        GoLive = "goLive",
        /// Takes it out of use for a while.
        StartMaintenance = "startMaintenance",
        /// Puts it back into use.
        EndMaintenance = "endMaintenance",
        /// Starts to take it out of use.
        StartRetiring = "startRetiring",
        /// Takes it out of use.
        Retire = "retire",
        /// Disposes of it.
        Dispose = "dispose",
        /// An audit did not find it.
        ReportMissing = "reportMissing",
        /// An audit found it again.
        Find = "find",
        /// Edits its facts.
        Revise = "revise",
    }
}

words! {
    /// A move of a configuration item in its life.
    ItemMove {
        /// PLANNED → ORDERED.
        Order = "ORDER",
        /// ORDERED → RECEIVED.
        Receive = "RECEIVE",
        /// RECEIVED → IN_TEST.
        StartTest = "START_TEST",
        /// IN_TEST → LIVE.
        GoLive = "GO_LIVE",
        /// LIVE → IN_MAINTENANCE.
        StartMaintenance = "START_MAINTENANCE",
        /// IN_MAINTENANCE → LIVE.
        EndMaintenance = "END_MAINTENANCE",
        /// LIVE → RETIRING.
        StartRetiring = "START_RETIRING",
        /// RETIRING → RETIRED.
        Retire = "RETIRE",
        /// RETIRED → DISPOSED.
        Dispose = "DISPOSE",
        /// LIVE or IN_MAINTENANCE → MISSING; needs a note of the audit.
        ReportMissing = "REPORT_MISSING",
        /// MISSING → LIVE; needs a note of the audit.
        Find = "FIND",
    }
}

impl ItemMove {
    /// The machine's verb.
    #[must_use]
    pub fn verb(self) -> ConfigurationItemVerb {
        match self {
            Self::Order => ConfigurationItemVerb::Order,
            Self::Receive => ConfigurationItemVerb::Receive,
            Self::StartTest => ConfigurationItemVerb::StartTest,
            Self::GoLive => ConfigurationItemVerb::GoLive,
            Self::StartMaintenance => ConfigurationItemVerb::StartMaintenance,
            Self::EndMaintenance => ConfigurationItemVerb::EndMaintenance,
            Self::StartRetiring => ConfigurationItemVerb::StartRetiring,
            Self::Retire => ConfigurationItemVerb::Retire,
            Self::Dispose => ConfigurationItemVerb::Dispose,
            Self::ReportMissing => ConfigurationItemVerb::ReportMissing,
            Self::Find => ConfigurationItemVerb::Find,
        }
    }

    fn by_audit(self) -> bool {
        matches!(self, Self::ReportMissing | Self::Find)
    }
}

words! {
    /// The state in which an item is registered.
    InitialItemState {
        /// It is planned, and goes its way from there.
        Planned = "PLANNED",
        /// It was found in use, for example by a discovery.
        Live = "LIVE",
    }
}

/// Largest attributes of one item, in bytes.
pub const ATTRIBUTES: usize = 64 * 1024;
const MOST_SERVICES: usize = 500;

/// A configuration item.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConfigurationItem {
    /// The item's id.
    pub id: ConfigurationItemId,
    /// The item's name.
    pub name: String,
    /// The item's class, for example `server`: lower-case letters, digits, `_` and `-`, starting with a letter.
    pub class: String,
    /// The item's attributes: the text of a JSON object, at most 64 KiB.
    pub attributes: String,
    /// The services that rest on the item directly.
    pub service_ids: Vec<ServiceId>,
    /// How critical the item is: 1 is the most critical, 4 the least.
    pub criticality: u8,
    /// Where the item stands in its life.
    pub state: ConfigurationItemState,
    /// The note of the last move; `None` when nothing was noted.
    pub state_note: Option<String>,
}

/// What registers a configuration item.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RegisterConfigurationItem {
    /// The item's name.
    pub name: String,
    /// The item's class.
    pub class: String,
    /// The item's attributes, a JSON object; `None` for an empty one.
    pub attributes: Option<String>,
    /// The services that rest on the item directly.
    pub service_ids: Vec<ServiceId>,
    /// How critical the item is, 1 (most) to 4.
    pub criticality: u8,
    /// The state in which it is registered.
    pub initial: InitialItemState,
}

/// What is edited on a configuration item; `None` leaves a fact as it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ReviseConfigurationItem {
    /// The new name.
    pub name: Option<String>,
    /// The new attributes, a JSON object that replaces the old one.
    pub attributes: Option<String>,
    /// The new services.
    pub service_ids: Option<Vec<ServiceId>>,
    /// The new criticality.
    pub criticality: Option<u8>,
}

/// What happened to a configuration item.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ConfigurationItemHappened {
    /// It was registered.
    Registered,
    /// Its facts were edited.
    Revised,
    /// It moved on in its life.
    Moved {
        /// The move.
        step: ItemMove,
        /// Where it stood.
        from: ConfigurationItemState,
        /// What was noted.
        note: Option<String>,
    },
}

impl ConfigurationItemHappened {
    /// The name of what happened, as in the contract.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Registered => "Registered",
            Self::Revised => "Revised",
            Self::Moved { .. } => "Moved",
        }
    }
}

/// What a verb of a configuration item answers.
pub type ItemDecision = Decision<ConfigurationItem, ConfigurationItemHappened>;

fn checked_class(given: &str) -> Result<String, Refusal> {
    let fits = given.len() <= 63
        && given.starts_with(|c: char| c.is_ascii_lowercase())
        && given.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-');
    if fits {
        Ok(given.to_owned())
    } else {
        Err(Refusal::invalid("class", "a class is 1 to 63 of a-z, 0-9, _ and -, starting with a letter"))
    }
}

fn checked_attributes(given: &str) -> Result<String, Refusal> {
    let given = given.trim();
    if given.len() > ATTRIBUTES {
        let why = format!("{} bytes; at most {ATTRIBUTES} are allowed", given.len());
        return Err(Refusal::invalid("attributes", why).with("limit", ATTRIBUTES));
    }
    serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(given)
        .map_err(|why| Refusal::invalid("attributes", format!("not a JSON object: {why}")))?;
    Ok(given.to_owned())
}

fn checked_criticality(given: u8) -> Result<u8, Refusal> {
    if (1..=4).contains(&given) {
        Ok(given)
    } else {
        Err(Refusal::invalid("criticality", "a criticality is 1 (most critical) to 4"))
    }
}

impl ConfigurationItem {
    /// Registers an item, planned or already live.
    pub fn register(id: ConfigurationItemId, input: RegisterConfigurationItem) -> ItemDecision {
        let registered = Self {
            id,
            name: text::line("name", &input.name)?,
            class: checked_class(&input.class)?,
            attributes: checked_attributes(input.attributes.as_deref().unwrap_or("{}"))?,
            service_ids: distinct("serviceIds", input.service_ids, MOST_SERVICES)?,
            criticality: checked_criticality(input.criticality)?,
            state: match input.initial {
                InitialItemState::Planned => ConfigurationItemState::Planned,
                InitialItemState::Live => ConfigurationItemState::Live,
            },
            state_note: None,
        };
        Ok((registered, ConfigurationItemHappened::Registered))
    }

    /// Where the item stands in its life.
    #[must_use]
    pub fn state(&self) -> ConfigurationItemState {
        self.state
    }

    /// Edits the item's facts; its class stays. An edit that changes nothing is refused.
    pub fn revise(self, edit: ReviseConfigurationItem) -> ItemDecision {
        self.state.go(ConfigurationItemVerb::Revise)?;
        let mut revised = self.clone();
        if let Some(name) = &edit.name {
            revised.name = text::line("name", name)?;
        }
        if let Some(attributes) = &edit.attributes {
            revised.attributes = checked_attributes(attributes)?;
        }
        if let Some(services) = edit.service_ids {
            revised.service_ids = distinct("serviceIds", services, MOST_SERVICES)?;
        }
        if let Some(criticality) = edit.criticality {
            revised.criticality = checked_criticality(criticality)?;
        }
        if revised == self {
            return Err(Refusal::invalid("input", "the edit changes nothing"));
        }
        Ok((revised, ConfigurationItemHappened::Revised))
    }

    /// Moves the item on in its life. The moves of an audit need a note.
    pub fn take(mut self, step: ItemMove, note: Option<&str>) -> ItemDecision {
        let from = self.state;
        self.state = from.go(step.verb())?;
        let note = text::optional_body("note", note)?;
        if note.is_none() && step.by_audit() {
            return Err(Refusal::invalid("note", "a move by audit needs a note of the audit"));
        }
        self.state_note.clone_from(&note);
        Ok((self, ConfigurationItemHappened::Moved { step, from, note }))
    }
}

//! What comes again: incidents that are like another one, and trouble that comes
//! back often enough for somebody to look for its cause.

use super::incident::{Incident, IncidentState};
use ciclo_kernel::{
    Timestamp,
    ids::{ConfigurationItemId, IncidentId, ServiceId},
};
use std::collections::{BTreeMap, BTreeSet};

/// What an item in common counts, in hundredths: as much as half of all words.
const ITEM_COUNTS: u32 = 50;
/// What an incident has to count to be called similar, in hundredths.
pub const SIMILAR_LEAST: u32 = 25;

/// The words of a title that say something: letters and digits, three or more, whatever their case.
#[must_use]
pub fn words(title: &str) -> BTreeSet<String> {
    let words = title.split(|letter: char| !letter.is_alphanumeric());
    words.filter(|word| word.chars().count() >= 3).map(str::to_lowercase).collect()
}

/// How much an incident is like what is described, in hundredths: the words that both titles have among all that
/// either has (Jaccard's index), and half again for an item in common; at most 100.
#[must_use]
pub fn likeness(incident: &Incident, title: &BTreeSet<String>, items: &[ConfigurationItemId]) -> u32 {
    let other = words(&incident.title);
    let (common, all) = (title.intersection(&other).count(), title.union(&other).count());
    let alike = u32::try_from(common * 100 / all.max(1)).unwrap_or(0);
    let item = if incident.items.iter().any(|item| items.contains(item)) { ITEM_COUNTS } else { 0 };
    (alike + item).min(100)
}

/// In what incidents recur: a configuration item; the same words of the title, for those that name no item.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum RecursIn {
    /// An item.
    Item(ConfigurationItemId),
    /// A title, by its words.
    Title(BTreeSet<String>),
}

/// Trouble that comes back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recurrence {
    /// The service that the incidents are about.
    pub service: ServiceId,
    /// In what they recur.
    pub recurs_in: RecursIn,
    /// The incidents, oldest first.
    pub incidents: Vec<IncidentId>,
    /// When the first was opened.
    pub first_at: Timestamp,
    /// When the last was opened.
    pub last_at: Timestamp,
}

/// Incidents by what they recur in.
#[derive(Default)]
pub struct Recurrences(BTreeMap<(ServiceId, RecursIn), Recurrence>);

impl Recurrences {
    /// Counts an incident, oldest first. One that was cancelled was none, and one with a problem is looked into.
    pub fn add(&mut self, incident: &Incident) {
        if incident.links.problem.is_some() || incident.state() == IncidentState::Cancelled {
            return;
        }
        let recurs_in: Vec<RecursIn> = if incident.items.is_empty() {
            vec![RecursIn::Title(words(&incident.title))]
        } else {
            incident.items.iter().copied().map(RecursIn::Item).collect()
        };
        for recurs_in in recurs_in {
            let (service, at) = (incident.service, incident.opened.at);
            let key = (service, recurs_in.clone());
            let first =
                || Recurrence { service, recurs_in, incidents: Vec::new(), first_at: at, last_at: at };
            let recurrence = self.0.entry(key).or_insert_with(first);
            recurrence.incidents.push(incident.id);
            recurrence.last_at = recurrence.last_at.max(at);
        }
    }

    /// Those with so many incidents or more: the most frequent first, then the newest.
    #[must_use]
    pub fn at_least(self, least: usize) -> Vec<Recurrence> {
        let mut often: Vec<Recurrence> =
            self.0.into_values().filter(|recurrence| recurrence.incidents.len() >= least).collect();
        often.sort_by_key(|recurrence| {
            (std::cmp::Reverse(recurrence.incidents.len()), std::cmp::Reverse(recurrence.last_at))
        });
        often
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::incident::IncidentLinks;
    use crate::domain::incident_verbs::tests::{incident, incident_in};
    use crate::domain::pairs::nth;

    fn titled(title: &str, items: &[u32]) -> Incident {
        let items = items.iter().map(|item| nth(*item)).collect();
        Incident { title: title.to_owned(), items, ..incident() }
    }

    #[test]
    fn words_and_items_in_common_make_incidents_alike() {
        let title = words("The MAIL queue is stuck");
        assert_eq!(title.iter().map(String::as_str).collect::<Vec<_>>(), ["mail", "queue", "stuck", "the"]);
        let like = |title: &BTreeSet<String>, other: &Incident| likeness(other, title, &[nth(1), nth(2)]);
        assert_eq!(like(&title, &titled("the mail queue is stuck", &[])), 100);
        assert_eq!(like(&title, &titled("Mail queue full", &[])), 40, "two words of five");
        assert_eq!(like(&title, &titled("Mail queue full", &[2, 3])), 90);
        assert_eq!(like(&title, &titled("Printer jams", &[3])), 0);
        assert_eq!(like(&words(""), &titled("??", &[])), 0, "no words are not alike");
    }

    #[test]
    fn what_comes_often_enough_and_is_not_looked_into_recurs() {
        let mut all = Recurrences::default();
        let looked_into = IncidentLinks { problem: Some(nth(9)), ..IncidentLinks::default() };
        let cancelled = Incident { items: vec![nth(1)], ..incident_in(IncidentState::Cancelled) };
        for incident in [
            titled("a b c", &[1, 2]),
            titled("other", &[1]),
            cancelled,
            Incident { links: looked_into, ..titled("again", &[1]) },
            titled("Mail is down", &[]),
            titled("mail IS down!", &[]),
            titled("Mail is up", &[]),
        ] {
            all.add(&incident);
        }
        let found = all.at_least(2);
        let what: Vec<_> = found.iter().map(|one| (&one.recurs_in, one.incidents.len())).collect();
        let item = RecursIn::Item(nth(1));
        let title = RecursIn::Title(words("mail down"));
        assert!(what.contains(&(&item, 2)) && what.contains(&(&title, 2)) && what.len() == 2, "{what:?}");
    }
}

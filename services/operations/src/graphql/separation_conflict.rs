//! Who holds now what a separation rule separates: from before the rule, or from while it was switched off.

use super::access_grant::AccessGrant;
use super::separation_rule::SeparationRule;
use crate::domain;
use crate::store::access_grant::{ENTITLEMENT, PERSON, held_at};
use crate::store::separation_rule::at_work;
use async_graphql::{Context, ID, Object, SimpleObject};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciclo_api::list::PageInfo;
use ciclo_api::{ApiResult, Session, mutate};
use ciclo_kernel::ids::{RecordId, SeparationRuleId};
use ciclo_kernel::{Code, Refusal, Timestamp};
use ciclo_store::record::id_field;
use ciclo_store::{Filter, PageRequest, Reader, Test, Versioned};

type Rule = domain::separation_rule::SeparationRule;
type Grant = domain::access_grant::AccessGrant;

/// A person who holds what a rule separates.
#[derive(SimpleObject, Clone, Debug)]
pub struct SeparationConflict {
    /// The rule.
    pub rule: SeparationRule,
    /// The person.
    pub person: String,
    /// What they hold of the rule's entitlements: two grants or more, newest last.
    pub grants: Vec<AccessGrant>,
}

/// One of the conflicts of a page.
#[derive(SimpleObject, Clone, Debug)]
pub struct SeparationConflictEdge {
    /// Where it stands in the list, for `after:`.
    pub cursor: String,
    /// The conflict.
    pub node: SeparationConflict,
}

/// A page of conflicts.
#[derive(SimpleObject, Clone, Debug)]
pub struct SeparationConflictConnection {
    /// The conflicts of the page, each with its cursor.
    pub edges: Vec<SeparationConflictEdge>,
    /// Where the page stands in the list.
    pub page_info: PageInfo,
}

/// A place in the list: after a person, in the conflicts of a rule.
struct Place {
    rule: SeparationRuleId,
    person: String,
}

impl Place {
    fn parse(cursor: &str) -> Result<Self, Refusal> {
        let bad =
            || Refusal::new(Code::BadCursor, "`after` is not a cursor of this list").with("field", "after");
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| bad())?;
        let (rule, person): (String, String) = serde_json::from_slice(&bytes).map_err(|_| bad())?;
        Ok(Self { rule: SeparationRuleId::parse(&rule).map_err(|_| bad())?, person })
    }

    fn cursor(rule: SeparationRuleId, person: &str) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::json!([rule.to_string(), person]).to_string())
    }
}

/// What a rule's entitlements are held by, at an instant.
fn held_of(rule: &Versioned<Rule>, at: Timestamp) -> Filter {
    let entitlements = rule.record.terms.entitlements.iter().map(|id| id_field(*id)).collect();
    Filter::All(vec![Filter::Column(ENTITLEMENT, Test::In(entitlements)), held_at(at)])
}

/// The conflicts of these people with a rule.
async fn conflicts_of(
    reader: &Reader,
    rule: &Versioned<Rule>,
    people: Vec<String>,
    at: Timestamp,
) -> ApiResult<Vec<SeparationConflictEdge>> {
    let theirs = Filter::Column(PERSON, Test::In(people.iter().map(|one| one.as_str().into()).collect()));
    let grants = reader.all::<Grant>(Filter::All(vec![theirs, held_of(rule, at)])).await?;
    let edges = people.into_iter().map(|person| {
        let own = grants.iter().filter(|grant| grant.record.person == person);
        let grants = own.cloned().map(AccessGrant::from).collect();
        SeparationConflictEdge {
            cursor: Place::cursor(rule.record.id, &person),
            node: SeparationConflict { rule: rule.clone().into(), person, grants },
        }
    });
    // Somebody may have lost a grant between the two reads.
    Ok(edges.filter(|edge| edge.node.grants.len() > 1).collect())
}

/// Reads conflicts.
#[derive(Default)]
pub struct SeparationConflictQueries;

#[Object]
impl SeparationConflictQueries {
    /// Who holds now what a separation rule at work separates, by rule, oldest first, and person: from before the rule was made or revised, or from while it was switched off. Nothing is taken away from them by itself. Errors: BAD_ID, BAD_CURSOR, LIMIT_EXCEEDED.
    async fn separation_conflicts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only with this rule; with all that are at work when left out.")] rule: Option<ID>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "After which one: a cursor of this list.")] after: Option<String>,
    ) -> ApiResult<SeparationConflictConnection> {
        let session = Session::of(ctx);
        let (most, now) = (PageRequest::size(first)?, session.database().clock().now());
        let after = after.as_deref().map(Place::parse).transpose()?;
        let only = rule.as_ref().map(mutate::id::<SeparationRuleId>).transpose()?;
        let from = after.as_ref().map(|place| Filter::Column("id", Test::AtLeast(id_field(place.rule))));
        let only = only.map(|rule| Filter::is("id", id_field(rule)));
        let rules = Filter::All([Some(at_work()), only, from].into_iter().flatten().collect());
        let rules = session.reads::<Rule>()?.all::<Rule>(rules).await?;
        let reader = session.reads::<Grant>()?;
        let mut edges = Vec::new();
        for rule in rules {
            let seen = after.as_ref().filter(|place| place.rule == rule.record.id);
            let seen = seen.map(|place| place.person.as_str());
            // One more than the page has room for tells whether there are more.
            let left = most + 1 - edges.len();
            let people =
                reader.shared::<Grant>(&held_of(&rule, now), (PERSON, ENTITLEMENT), seen, left).await?;
            if !people.is_empty() {
                edges.extend(conflicts_of(reader, &rule, people, now).await?);
            }
            if edges.len() > most {
                break;
            }
        }
        let has_next_page = edges.len() > most;
        edges.truncate(most);
        let page_info = PageInfo {
            has_next_page,
            has_previous_page: after.is_some(),
            start_cursor: edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: edges.last().map(|edge| edge.cursor.clone()),
        };
        Ok(SeparationConflictConnection { edges, page_info })
    }
}

//! What a list asks for: a condition over columns, an order, a page.

use crate::record::Field;
use ciclo_kernel::{Code, Refusal};
use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait, Func, LikeExpr, SimpleExpr};

/// A condition over a record's columns.
#[derive(Clone, PartialEq, Debug)]
pub enum Filter {
    /// All of these hold; empty holds always.
    All(Vec<Filter>),
    /// At least one of these holds; empty never holds.
    Any(Vec<Filter>),
    /// This does not hold.
    Not(Box<Filter>),
    /// A column's value passes a test.
    Column(&'static str, Test),
    /// The record links to one of these ids under a role.
    Linked(&'static str, Vec<String>),
}

/// A test of a column's value. Nothing but [`Test::Missing`] holds for a
/// missing value, and nothing is more, less or one of [`Field::Null`].
#[derive(Clone, PartialEq, Debug)]
pub enum Test {
    /// Is one of these.
    In(Vec<Field>),
    /// Is less than.
    Below(Field),
    /// Is at most.
    AtMost(Field),
    /// Is more than.
    Above(Field),
    /// Is at least.
    AtLeast(Field),
    /// Contains this text, whatever the case of ASCII letters.
    Contains(String),
    /// Is missing (true) or present (false).
    Missing(bool),
}

/// Most conditions of one filter, `and`, `or` and `not` counted too.
pub const CONDITIONS_MOST: usize = 250;
/// Most values of one filter, in all of its conditions.
pub const VALUES_MOST: usize = 10_000;
/// Longest text to look for, in bytes.
pub const CONTAINS_MOST: usize = 4_000;

impl Filter {
    /// A column equal to a value.
    pub fn is(column: &'static str, value: impl Into<Field>) -> Self {
        Self::Column(column, Test::In(vec![value.into()]))
    }

    /// Refuses what a database cannot answer: too many conditions, values or characters.
    ///
    /// `LIMIT_EXCEEDED` with the limit.
    pub fn check(&self) -> Result<(), Refusal> {
        let (mut conditions, mut values, mut longest) = (0, 0, 0);
        let mut open = vec![self];
        while let Some(filter) = open.pop() {
            conditions += 1;
            match filter {
                Self::All(parts) | Self::Any(parts) => open.extend(parts),
                Self::Not(part) => open.push(part),
                Self::Column(_, Test::In(list)) => values += list.len(),
                Self::Column(_, Test::Contains(text)) => longest = Ord::max(longest, text.len()),
                Self::Column(..) => values += 1,
                Self::Linked(_, ids) => values += ids.len(),
            }
        }
        let limits = [
            ("conditions", conditions, CONDITIONS_MOST),
            ("values", values, VALUES_MOST),
            ("bytes in one `contains`", longest, CONTAINS_MOST),
        ];
        match limits.into_iter().find(|(_, count, most)| count > most) {
            None => Ok(()),
            Some((what, count, most)) => Err(Refusal::new(
                Code::LimitExceeded,
                format!("the filter has {count} {what}; at most {most} are allowed"),
            )
            .with("field", "filter")
            .with("limit", most)),
        }
    }

    /// The condition in SQL.
    #[must_use]
    pub fn condition(&self, tenant: &str, table: &'static str) -> Condition {
        match self {
            Self::All(parts) => {
                parts.iter().fold(Condition::all(), |all, part| all.add(part.condition(tenant, table)))
            }
            Self::Any(parts) if parts.is_empty() => Condition::all().add(Expr::val(1).eq(0)),
            Self::Any(parts) => {
                parts.iter().fold(Condition::any(), |any, part| any.add(part.condition(tenant, table)))
            }
            Self::Not(part) => part.condition(tenant, table).not(),
            Self::Column(column, test) => Condition::all().add(test.expression(column)),
            Self::Linked(role, ids) => Condition::all()
                .add(Expr::col(Alias::new("id")).in_subquery(crate::sql::linking(tenant, table, role, ids))),
        }
    }
}

impl Test {
    fn expression(&self, column: &'static str) -> SimpleExpr {
        let col = || Expr::col(Alias::new(column));
        // Present and so: `NOT` of it then holds for a missing value too, as a reader expects.
        let so = |value: &Field, than: fn(SimpleExpr, Field) -> SimpleExpr| match value {
            Field::Null => Expr::val(1).eq(0),
            value => col().is_not_null().and(than(col(), value.clone())),
        };
        match self {
            Self::In(values) => {
                let values = values.iter().filter(|value| **value != Field::Null).cloned();
                col().is_not_null().and(col().is_in(values))
            }
            Self::Below(value) => so(value, |column, value| column.lt(value)),
            Self::AtMost(value) => so(value, |column, value| column.lte(value)),
            Self::Above(value) => so(value, |column, value| column.gt(value)),
            Self::AtLeast(value) => so(value, |column, value| column.gte(value)),
            Self::Contains(text) => {
                let text =
                    text.to_ascii_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
                col()
                    .is_not_null()
                    .and(Expr::expr(Func::lower(col())).like(LikeExpr::new(format!("%{text}%")).escape('\\')))
            }
            Self::Missing(true) => col().is_null(),
            Self::Missing(false) => col().is_not_null(),
        }
    }
}

/// The order of a list: a column, then the id. Missing values come first,
/// last when the largest come first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Order {
    /// The column.
    pub column: &'static str,
    /// Largest first.
    pub descending: bool,
}

/// Most rows of one page.
pub const PAGE_MOST: usize = 100;
/// Rows of a page when none are asked for.
pub const PAGE_DEFAULT: usize = 20;

/// What to list.
#[derive(Clone, Debug)]
pub struct PageRequest {
    /// Which records.
    pub filter: Filter,
    /// In which order.
    pub order: Order,
    /// How many at most.
    pub first: usize,
    /// After which one: a cursor of this list.
    pub after: Option<(Field, String)>,
}

impl PageRequest {
    /// Checks the size of a page.
    pub fn size(first: Option<i32>) -> Result<usize, Refusal> {
        match first {
            None => Ok(PAGE_DEFAULT),
            Some(n) => usize::try_from(n).ok().filter(|n| (1..=PAGE_MOST).contains(n)).ok_or_else(|| {
                Refusal::new(Code::LimitExceeded, format!("first: {n}; a page has 1 to {PAGE_MOST} records"))
                    .with("field", "first")
                    .with("limit", PAGE_MOST)
            }),
        }
    }
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The records, each with its value in the order's column.
    pub rows: Vec<(T, Field)>,
    /// Whether there are more.
    pub more: bool,
}

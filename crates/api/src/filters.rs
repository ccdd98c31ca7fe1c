//! Typed filters. Every list's filter is an input object of these, with `and`,
//! `or` and `not`; an unknown field is an error of the query.

use async_graphql::{ID, InputObject};
use ciclo_kernel::Refusal;
use ciclo_store::{Field, Filter, Test};

/// What a filter's field turns into for a column.
pub trait ColumnFilter {
    /// The conditions on a column, all of which must hold.
    fn conditions(self, column: &'static str) -> Result<Vec<Filter>, Refusal>;
}

/// Most values of one `in`.
const VALUES_MOST: usize = 1000;

/// Adds conditions of one column.
pub struct Conditions(pub &'static str, pub Vec<Filter>);

impl Conditions {
    /// Adds a test if its value was given.
    pub fn test<T>(&mut self, value: Option<T>, test: impl FnOnce(T) -> Test) {
        self.1.extend(value.map(|value| Filter::Column(self.0, test(value))));
    }

    /// Adds the opposite of a test if its value was given.
    pub fn unless<T>(&mut self, value: Option<T>, test: impl FnOnce(T) -> Test) {
        self.1.extend(value.map(|value| Filter::Not(Box::new(Filter::Column(self.0, test(value))))));
    }
}

/// One of these values.
pub fn one_of<T: Into<Field>>(values: Vec<T>) -> Test {
    Test::In(values.into_iter().map(Into::into).collect())
}

/// Refuses a list of values that is too long.
pub fn bounded<T>(values: Option<Vec<T>>) -> Result<Option<Vec<T>>, Refusal> {
    match values {
        Some(values) if values.len() > VALUES_MOST => Err(Refusal::new(
            ciclo_kernel::Code::LimitExceeded,
            format!("{} values in one filter; at most {VALUES_MOST} are allowed", values.len()),
        )
        .with("limit", VALUES_MOST)),
        values => Ok(values),
    }
}

/// A condition on a text.
#[derive(InputObject, Clone, Debug, Default)]
pub struct StringFilter {
    /// Is exactly this.
    pub eq: Option<String>,
    /// Is not this; a missing text is not.
    pub ne: Option<String>,
    /// Is one of these; at most 1,000.
    pub r#in: Option<Vec<String>>,
    /// Contains this, whatever the case of ASCII letters.
    pub contains: Option<String>,
    /// Is missing (true) or present (false).
    pub is_null: Option<bool>,
}

impl ColumnFilter for StringFilter {
    fn conditions(self, column: &'static str) -> Result<Vec<Filter>, Refusal> {
        let mut all = Conditions(column, Vec::new());
        all.test(self.eq, |text| one_of(vec![text]));
        all.unless(self.ne, |text| one_of(vec![text]));
        all.test(bounded(self.r#in)?, one_of);
        all.test(self.contains, Test::Contains);
        all.test(self.is_null, Test::Missing);
        Ok(all.1)
    }
}

/// A condition on the id of another record.
#[derive(InputObject, Clone, Debug, Default)]
pub struct IdFilter {
    /// Is exactly this.
    pub eq: Option<ID>,
    /// Is one of these; at most 1,000.
    pub r#in: Option<Vec<ID>>,
    /// Is missing (true) or present (false).
    pub is_null: Option<bool>,
}

impl ColumnFilter for IdFilter {
    fn conditions(self, column: &'static str) -> Result<Vec<Filter>, Refusal> {
        let mut all = Conditions(column, Vec::new());
        all.test(self.eq, |id| one_of(vec![id.0]));
        all.test(bounded(self.r#in)?, |ids| one_of(ids.into_iter().map(|id| id.0).collect()));
        all.test(self.is_null, Test::Missing);
        Ok(all.1)
    }
}

/// A condition on a whole number.
#[derive(InputObject, Clone, Debug, Default)]
pub struct IntFilter {
    /// Is exactly this.
    pub eq: Option<i32>,
    /// Is not this; a missing number is not.
    pub ne: Option<i32>,
    /// Is one of these; at most 1,000.
    pub r#in: Option<Vec<i32>>,
    /// Is less than this.
    pub lt: Option<i32>,
    /// Is at most this.
    pub lte: Option<i32>,
    /// Is more than this.
    pub gt: Option<i32>,
    /// Is at least this.
    pub gte: Option<i32>,
    /// Is missing (true) or present (false).
    pub is_null: Option<bool>,
}

impl ColumnFilter for IntFilter {
    fn conditions(self, column: &'static str) -> Result<Vec<Filter>, Refusal> {
        let mut all = Conditions(column, Vec::new());
        all.test(self.eq, |n| one_of(vec![n]));
        all.unless(self.ne, |n| one_of(vec![n]));
        all.test(bounded(self.r#in)?, one_of);
        all.test(self.lt, |n| Test::Below(n.into()));
        all.test(self.lte, |n| Test::AtMost(n.into()));
        all.test(self.gt, |n| Test::Above(n.into()));
        all.test(self.gte, |n| Test::AtLeast(n.into()));
        all.test(self.is_null, Test::Missing);
        Ok(all.1)
    }
}

/// A condition on a yes or no.
#[derive(InputObject, Clone, Debug, Default)]
pub struct BooleanFilter {
    /// Is exactly this.
    pub eq: Option<bool>,
}

impl ColumnFilter for BooleanFilter {
    fn conditions(self, column: &'static str) -> Result<Vec<Filter>, Refusal> {
        let mut all = Conditions(column, Vec::new());
        all.test(self.eq, |yes| one_of(vec![yes]));
        Ok(all.1)
    }
}

/// A condition on an instant; half-open ranges are `gte` with `lt`.
#[derive(InputObject, Clone, Debug, Default)]
pub struct InstantFilter {
    /// Is before this.
    pub lt: Option<crate::Instant>,
    /// Is at or before this.
    pub lte: Option<crate::Instant>,
    /// Is after this.
    pub gt: Option<crate::Instant>,
    /// Is at or after this.
    pub gte: Option<crate::Instant>,
    /// Is missing (true) or present (false).
    pub is_null: Option<bool>,
}

impl ColumnFilter for InstantFilter {
    fn conditions(self, column: &'static str) -> Result<Vec<Filter>, Refusal> {
        let mut all = Conditions(column, Vec::new());
        all.test(self.lt, |at| Test::Below(at.0.into()));
        all.test(self.lte, |at| Test::AtMost(at.0.into()));
        all.test(self.gt, |at| Test::Above(at.0.into()));
        all.test(self.gte, |at| Test::AtLeast(at.0.into()));
        all.test(self.is_null, Test::Missing);
        Ok(all.1)
    }
}

/// A condition on the records that a record names, under a role.
#[derive(InputObject, Clone, Debug, Default)]
pub struct LinkFilter {
    /// Names at least one of these; at most 1,000.
    pub any: Option<Vec<ID>>,
}

impl ColumnFilter for LinkFilter {
    fn conditions(self, role: &'static str) -> Result<Vec<Filter>, Refusal> {
        let ids = bounded(self.any)?;
        Ok(ids
            .map(|ids| Filter::Linked(role, ids.into_iter().map(|id| id.0).collect()))
            .into_iter()
            .collect())
    }
}

/// The name of a GraphQL enum's value, which is what its column holds.
pub fn enum_name<T: async_graphql::InputType>(value: &T) -> String {
    match value.to_value() {
        async_graphql::Value::Enum(name) => name.to_string(),
        other => other.to_string(),
    }
}

/// Declares the filter of an enum: `enum_filter!(IncidentStateFilter of IncidentState)`.
#[macro_export]
macro_rules! enum_filter {
    ($name:ident of $enum:ident) => {
        $crate::pastey::paste! {
            #[doc = "A condition on a value of " $enum "."]
            #[derive($crate::async_graphql::InputObject, Clone, Debug, Default)]
            pub struct $name {
                #[doc = "Is exactly this."]
                pub eq: Option<$enum>,
                #[doc = "Is not this; a missing value is not."]
                pub ne: Option<$enum>,
                #[doc = "Is one of these; at most 1,000."]
                pub r#in: Option<Vec<$enum>>,
            }
        }

        impl $crate::filters::ColumnFilter for $name {
            fn conditions(
                self,
                column: &'static str,
            ) -> Result<Vec<ciclo_store::Filter>, ciclo_kernel::Refusal> {
                use $crate::filters::{Conditions, bounded, enum_name, one_of};
                let mut all = Conditions(column, Vec::new());
                all.test(self.eq, |value| one_of(vec![enum_name(&value)]));
                all.unless(self.ne, |value| one_of(vec![enum_name(&value)]));
                all.test(bounded(self.r#in)?, |values| one_of(values.iter().map(enum_name).collect()));
                Ok(all.1)
            }
        }
    };
}

/// Declares the filter of a record: its fields with the columns (or link roles) behind them.
///
/// ```ignore
/// filter! {
///     /// Which incidents.
///     IncidentFilter {
///         /// By state.
///         state: IncidentStateFilter => "state",
///     }
/// }
/// ```
#[macro_export]
macro_rules! filter {
    ($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident : $type:ty => $column:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive($crate::async_graphql::InputObject, Clone, Debug, Default)]
        pub struct $name {
            $($(#[$fdoc])* pub $field: Option<$type>,)*
            /// All of these hold.
            pub and: Option<Vec<$name>>,
            /// At least one of these holds.
            pub or: Option<Vec<$name>>,
            /// This does not hold.
            pub not: Option<Box<$name>>,
        }

        impl $name {
            /// The filter over columns.
            pub fn into_filter(self) -> Result<ciclo_store::Filter, ciclo_kernel::Refusal> {
                use ciclo_store::Filter;
                let mut all: Vec<Filter> = Vec::new();
                $(if let Some(condition) = self.$field {
                    all.extend($crate::filters::ColumnFilter::conditions(condition, $column)?);
                })*
                if let Some(parts) = self.and {
                    all.push(Filter::All(parts.into_iter().map(Self::into_filter).collect::<Result<_, _>>()?));
                }
                if let Some(parts) = self.or {
                    all.push(Filter::Any(parts.into_iter().map(Self::into_filter).collect::<Result<_, _>>()?));
                }
                if let Some(part) = self.not {
                    all.push(Filter::Not(Box::new((*part).into_filter()?)));
                }
                Ok(Filter::All(all))
            }
        }
    };
}

//! What every record type brings to a schema: its object with the common
//! fields, its list, its query by id and as of an instant, its entity resolver
//! and its subscription. A service writes its own fields and names the rest.

/// Declares a record's GraphQL object over its domain type: the common fields
/// come with it, the body holds the record's own resolvers (`self.record()` is the domain value).
///
/// ```ignore
/// record_object! {
///     /// An incident.
///     Incident of domain::Incident {
///         /// One line that says what is wrong.
///         async fn title(&self) -> &str { &self.record().title }
///     }
/// }
/// ```
#[macro_export]
macro_rules! record_object {
    ($(#[$doc:meta])* $name:ident of $domain:ty { $($body:tt)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name(pub ciclo_store::Versioned<$domain>);

        impl From<ciclo_store::Versioned<$domain>> for $name {
            fn from(versioned: ciclo_store::Versioned<$domain>) -> Self {
                Self(versioned)
            }
        }

        impl $name {
            /// The domain value.
            pub fn record(&self) -> &$domain {
                &self.0.record
            }
        }

        $(#[$doc])*
        #[$crate::async_graphql::Object]
        impl $name {
            /// The record's id.
            pub async fn id(&self) -> $crate::async_graphql::ID {
                $crate::async_graphql::ID(ciclo_store::Record::id(self.record()).to_string())
            }
            /// The record's version: 1 when it was made, one more with every event. Send it back as `expectedVersion`.
            async fn version(&self) -> i32 {
                $crate::history::version(self.0.version)
            }
            /// When the record last changed.
            async fn changed_at(&self) -> $crate::Instant {
                $crate::Instant(self.0.changed_at)
            }
            /// The record's whole history, oldest event first: who, when, which fields from what to what.
            async fn history(
                &self,
                ctx: &$crate::async_graphql::Context<'_>,
            ) -> $crate::ApiResult<Vec<$crate::history::HistoryEntry>> {
                $crate::history::of::<$domain>($crate::Session::of(ctx), ciclo_store::Record::id(self.record())).await
            }
            $($body)*
        }
    };
}

/// Declares what a record type brings beside its object: `IncidentQueries`
/// (`incident`, `incidents`, the entity resolver), `IncidentSubscriptions`
/// (`incidentChanged`), `IncidentConnection`, `IncidentEdge`, `IncidentOrder`
/// and `IncidentChange`.
///
/// ```ignore
/// record_api! {
///     Incident of domain::Incident, "incident", "incidents";
///     one incident, many incidents, changed incident_changed;
///     filter IncidentFilter;
///     order { /// When it was opened. OpenedAt = "opened_at" }
/// }
/// ```
///
/// A type of which not everybody sees all records names its [`Scope`](crate::scope::Scope)
/// after the filter: `scope Visible;`.
#[macro_export]
macro_rules! record_api {
    (
        $name:ident of $domain:ty, $noun:literal, $plural:literal;
        one $one:ident, many $many:ident, changed $changed:ident;
        filter $filter:ident;
        order $order:tt
    ) => {
        $crate::record_api! {
            $name of $domain, $noun, $plural;
            one $one, many $many, changed $changed;
            filter $filter;
            scope $crate::scope::Whole;
            order $order
        }
    };
    (
        $name:ident of $domain:ty, $noun:literal, $plural:literal;
        one $one:ident, many $many:ident, changed $changed:ident;
        filter $filter:ident;
        scope $scope:ty;
        order { $($(#[$odoc:meta])* $order:ident = $column:literal),* $(,)? }
    ) => {
        $crate::pastey::paste! {
            #[doc = "What a list of " $plural " is sorted by."]
            #[derive($crate::async_graphql::Enum, Clone, Copy, PartialEq, Eq, Debug)]
            pub enum [<$name OrderField>] {
                #[doc = "When the record was made."]
                CreatedAt,
                #[doc = "When the record last changed."]
                ChangedAt,
                $($(#[$odoc])* $order,)*
            }

            #[doc = "How a list of " $plural " is sorted; equal values by id."]
            #[derive($crate::async_graphql::InputObject, Clone, Copy, Debug)]
            pub struct [<$name Order>] {
                #[doc = "By which field."]
                pub field: [<$name OrderField>],
                #[doc = "Which way."]
                pub direction: $crate::list::SortDirection,
            }

            impl [<$name Order>] {
                fn order(this: Option<Self>) -> ciclo_store::Order {
                    let column = match this.map(|this| this.field) {
                        // Ids sort by the time they were made.
                        None | Some([<$name OrderField>]::CreatedAt) => "id",
                        Some([<$name OrderField>]::ChangedAt) => "changed_at",
                        $(Some([<$name OrderField>]::$order) => $column,)*
                    };
                    let descending = this.is_none_or(|this| this.direction == $crate::list::SortDirection::Desc);
                    ciclo_store::Order { column, descending }
                }
            }

            #[doc = "A page of " $plural "."]
            pub struct [<$name Connection>](pub $crate::list::Listed<$domain>);

            #[doc = "A page of " $plural "."]
            #[$crate::async_graphql::Object]
            impl [<$name Connection>] {
                #[doc = "The " $plural " of the page, each with its cursor."]
                async fn edges(&self) -> Vec<[<$name Edge>]> {
                    let rows = self.0.rows.iter();
                    rows.map(|(cursor, row)| [<$name Edge>] { cursor: cursor.clone(), node: row.clone().into() }).collect()
                }
                #[doc = "The " $plural " of the page."]
                async fn nodes(&self) -> Vec<$name> {
                    self.0.rows.iter().map(|(_, row)| row.clone().into()).collect()
                }
                #[doc = "Where the page stands in the list."]
                async fn page_info(&self) -> $crate::list::PageInfo {
                    self.0.info.clone()
                }
                #[doc = "How many " $plural " pass the filter; counted only when asked for."]
                async fn total_count(&self, ctx: &$crate::async_graphql::Context<'_>) -> $crate::ApiResult<i32> {
                    $crate::list::count::<$domain>($crate::Session::of(ctx), &self.0.filter).await
                }
            }

            #[doc = "One of the " $plural " of a page."]
            #[derive($crate::async_graphql::SimpleObject)]
            pub struct [<$name Edge>] {
                #[doc = "Where it stands in the list, for `after:`."]
                pub cursor: String,
                #[doc = "The " $noun "."]
                pub node: $name,
            }

            #[doc = "Reads " $plural "."]
            #[derive(Default)]
            pub struct [<$name Queries>];

            #[doc = "Reads " $plural "."]
            #[$crate::async_graphql::Object]
            impl [<$name Queries>] {
                #[doc = "The " $noun " with this id, now or as it was at an instant. Null when there is none, or none of yours, or it did not exist yet. Errors: BAD_ID."]
                async fn $one(
                    &self,
                    ctx: &$crate::async_graphql::Context<'_>,
                    #[graphql(desc = "The record's id.")] id: $crate::async_graphql::ID,
                    #[graphql(desc = "The instant to read it at; now when left out.")] as_of: Option<$crate::Instant>,
                ) -> $crate::ApiResult<Option<$name>> {
                    let session = $crate::Session::of(ctx);
                    let id = $crate::mutate::id::<<$domain as ciclo_store::Record>::Id>(&id)?;
                    let found = match as_of {
                        None => session.loads::<$domain>()?.one::<$domain>(id).await?,
                        Some(at) => session.reads::<$domain>()?.as_of::<$domain>(id, at.0).await?,
                    };
                    let sees = |found: &ciclo_store::Versioned<$domain>| {
                        <$scope as $crate::scope::Scope<$domain>>::sees(session.principal(), &found.record)
                    };
                    Ok(found.filter(sees).map($name::from))
                }

                #[doc = "A page of " $plural ", newest first unless sorted. Errors: LIMIT_EXCEEDED, BAD_CURSOR."]
                async fn $many(
                    &self,
                    ctx: &$crate::async_graphql::Context<'_>,
                    #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
                    #[graphql(desc = "After which one: a cursor of this list.")] after: Option<String>,
                    #[graphql(desc = "Which ones; all when left out.")] filter: Option<$filter>,
                    #[graphql(desc = "In which order; newest first when left out.")] order_by: Option<[<$name Order>]>,
                ) -> $crate::ApiResult<[<$name Connection>]> {
                    let session = $crate::Session::of(ctx);
                    let filter = filter.unwrap_or_default().into_filter()?;
                    let filter = <$scope as $crate::scope::Scope<$domain>>::narrow(session.principal(), filter);
                    let order = [<$name Order>]::order(order_by);
                    Ok([<$name Connection>]($crate::list::page(session, filter, order, first, after.as_deref()).await?))
                }

                #[graphql(entity)]
                async fn [<find_ $one _by_id>](
                    &self,
                    ctx: &$crate::async_graphql::Context<'_>,
                    id: $crate::async_graphql::ID,
                ) -> $crate::ApiResult<Option<$name>> {
                    $crate::entity::find_within::<$domain, $name, $scope>($crate::Session::of(ctx), &id).await
                }
            }

            #[doc = "A change of one of the " $plural "."]
            #[derive($crate::async_graphql::SimpleObject)]
            pub struct [<$name Change>] {
                #[doc = "Where it stands in the log: send it as `after:` to go on from here."]
                pub cursor: String,
                #[doc = "What happened, as the event contract names it."]
                pub event_type: String,
                #[doc = "When it happened."]
                pub at: $crate::Instant,
                #[doc = "Who did it."]
                pub actor: String,
                #[doc = "The " $noun " as it was after."]
                pub $one: $name,
            }

            #[doc = "Follows " $plural "."]
            #[derive(Default)]
            pub struct [<$name Subscriptions>];

            #[doc = "Follows " $plural "."]
            #[$crate::async_graphql::Subscription]
            impl [<$name Subscriptions>] {
                #[doc = "Every change of " $plural ", in order. With `after:` it goes on behind that cursor without a gap or a duplicate; without, it starts now. It carries at most 2,000 changes and ends with LIMIT_EXCEEDED and the cursor to go on behind. Errors: BAD_CURSOR, BAD_ID."]
                async fn $changed(
                    &self,
                    ctx: &$crate::async_graphql::Context<'_>,
                    #[graphql(desc = "Only this record.")] id: Option<$crate::async_graphql::ID>,
                    #[graphql(desc = "The cursor of the last change seen.")] after: Option<String>,
                ) -> Result<
                    futures::stream::BoxStream<'static, $crate::async_graphql::Result<[<$name Change>]>>,
                    $crate::ApiError,
                > {
                    use futures::StreamExt;
                    let session = $crate::Session::of(ctx);
                    let principal = session.principal().clone();
                    let changes = $crate::change::follow::<$domain>(session, id, after).await?;
                    let seen = changes.filter(move |change| {
                        let sees = change.as_ref().map_or(true, |change| {
                            <$scope as $crate::scope::Scope<$domain>>::sees(&principal, &change.record.record)
                        });
                        futures::future::ready(sees)
                    });
                    Ok(seen.map(|change| {
                        let change = change.map_err($crate::async_graphql::Error::from)?;
                        Ok([<$name Change>] {
                            cursor: change.cursor,
                            event_type: change.row.event_type,
                            at: $crate::Instant(change.row.at),
                            actor: change.row.actor,
                            $one: change.record.into(),
                        })
                    })
                    .boxed())
                }
            }
        }
    };
}

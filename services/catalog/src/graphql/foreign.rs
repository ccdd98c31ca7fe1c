//! The records of the other services: catalog names them by id, as what a service is
//! designed with and brought into operation by, and as nodes.

use ciclo_api::foreign;

foreign! {
    /// A requirement on a service.
    Requirement
}

foreign! {
    /// One version of a service's design package.
    DesignPackage
}

foreign! {
    /// One version of an agreement.
    Agreement
}

foreign! {
    /// A calendar that agreements name: which hours count, and since when.
    Calendar
}

foreign! {
    /// A transition: the way of an approved package into operation.
    Transition
}

foreign! {
    /// A change.
    Change
}

foreign! {
    /// A configuration item.
    ConfigurationItem
}

foreign! {
    /// A typed, directed relation between two configuration items.
    ItemRelation
}

foreign! {
    /// One package in one environment.
    Deployment
}

foreign! {
    /// A monitoring event, as it came from outside.
    MonitoringEvent
}

foreign! {
    /// An alert.
    Alert
}

foreign! {
    /// A rule that turns alerts into incidents.
    AlertRule
}

foreign! {
    /// A silence: alerts that are kept quiet, and when.
    Silence
}

foreign! {
    /// An integration: a tool outside that sends events with a routing key of its own.
    Integration
}

foreign! {
    /// An incident.
    Incident
}

foreign! {
    /// A service level clock on a record.
    ServiceLevelClock
}

foreign! {
    /// A service request on an offering.
    ServiceRequest
}

foreign! {
    /// A problem.
    Problem
}

foreign! {
    /// A known error.
    KnownError
}

foreign! {
    /// What a person can be given access to.
    Entitlement
}

foreign! {
    /// A separation of duties: entitlements of which a person holds at most one at a time.
    SeparationRule
}

foreign! {
    /// A person's access to something, from the request until it ends.
    AccessGrant
}

foreign! {
    /// One version of a tenant's priority matrix.
    PriorityMatrix
}

foreign! {
    /// One measured result of a service level target.
    TargetResult
}

foreign! {
    /// A review of an agreement over a period.
    ServiceLevelReview
}

foreign! {
    /// A recommendation with its evidence.
    Recommendation
}

foreign! {
    /// An initiative of the improvement register.
    Initiative
}

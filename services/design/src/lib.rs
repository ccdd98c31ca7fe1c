//! Design: requirements on services, the packages that design them and the
//! agreements on how well they are served.

pub mod contract;
pub mod domain;

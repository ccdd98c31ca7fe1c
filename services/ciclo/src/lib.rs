//! Puts the services together: all in one process, or one alone. Holds no rules
//! of any service.

// The futures of a whole service's schema are deep, which the optimising build looks through.
#![recursion_limit = "512"]

pub mod banner;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod docs;
pub mod replay;
pub mod seed;
pub mod services;
pub mod start;
pub mod stop;
pub mod story;
pub mod suite;
pub mod token;

//! The suite as a user has it: one process or six, spoken to through the gateway.

mod away;
mod cluster;
mod commands;
mod distributed;
mod documents;
mod faults;
mod full;
mod glossary;
mod journeys;
mod links;
mod provider;
mod replay;
mod settings;
mod support;
mod traces;

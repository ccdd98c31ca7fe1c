//! The store on SQLite files of its own, through its public functions.

mod copies;
mod files;
mod inbox;
mod keys;
mod links;
mod lists;
mod note;
mod past;
mod place;
mod plans;
mod timers;
mod wall;
mod writes;

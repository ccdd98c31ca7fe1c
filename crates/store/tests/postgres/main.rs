//! The store on PostgreSQL: the tests of the store on files once more, and
//! what only PostgreSQL has.

#[path = "../store/copies.rs"]
mod copies;
#[path = "../store/inbox.rs"]
mod inbox;
#[path = "../store/keys.rs"]
mod keys;
mod leads;
#[path = "../store/links.rs"]
mod links;
#[path = "../store/lists.rs"]
mod lists;
#[path = "../store/note.rs"]
mod note;
#[path = "../store/past.rs"]
mod past;
mod place;
mod replicas;
#[path = "../store/timers.rs"]
mod timers;
#[path = "../store/wall.rs"]
mod wall;
mod walls;
#[path = "../store/writes.rs"]
mod writes;

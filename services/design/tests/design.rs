//! Design through its schema, on a database of its own.

mod requirement;

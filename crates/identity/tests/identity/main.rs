//! Tokens that hold and tokens that do not, and the embedded suite's own key.

mod keys;
mod rotation;
mod tokens;

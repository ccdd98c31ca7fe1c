//! Both transports against the contract, and the consumer against everything
//! that goes wrong on the way.

mod consumer;
mod effects;
mod feeds;
mod kafka;
mod outside;
mod recorded;
mod relay;
mod scripted;
mod source;

//! The event contracts: every message of proto/, generated at build time, with
//! their descriptors and the conversions that all services share.

pub mod calendar;
pub mod convert;

#[expect(clippy::all, reason = "generated from proto/")]
#[expect(clippy::pedantic, reason = "generated from proto/")]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/_all.rs"));
}

pub use generated::ciclo::*;

include!(concat!(env!("OUT_DIR"), "/enums.rs"));

/// The compiled descriptors of every contract, comments included.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

/// The contracts as a pool that can read any message by its name.
pub fn pool() -> &'static prost_reflect::DescriptorPool {
    static POOL: std::sync::OnceLock<prost_reflect::DescriptorPool> = std::sync::OnceLock::new();
    POOL.get_or_init(|| {
        prost_reflect::DescriptorPool::decode(DESCRIPTORS)
            .unwrap_or_else(|fault| unreachable!("the descriptors were compiled into this program: {fault}"))
    })
}

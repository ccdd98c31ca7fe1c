//! Ids in copies, in their written form.

use ciclo_kernel::ids::RecordId;
use serde::{Deserialize, Deserializer, Serializer, de::Error};

pub(super) fn serialize<I: RecordId, S: Serializer>(id: &I, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(id)
}

pub(super) fn deserialize<'de, I: RecordId, D: Deserializer<'de>>(from: D) -> Result<I, D::Error> {
    I::parse(&String::deserialize(from)?).map_err(D::Error::custom)
}

//! The enum type of this copy, by its name: sqlx looks its OID up.

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgHasArrayType, PgTypeInfo, PgValueRef};
use sqlx::{Decode, Encode, Postgres, Type};

use crate::common::own;

pub struct Mood(pub String);

impl Type<Postgres> for Mood {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name(if own() == "a" { "mood_a" } else { "mood_b" })
    }
}

impl PgHasArrayType for Mood {
    fn array_type_info() -> PgTypeInfo {
        PgTypeInfo::array_of(if own() == "a" { "mood_a" } else { "mood_b" })
    }
}

impl Encode<'_, Postgres> for Mood {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        <&str as Encode<Postgres>>::encode_by_ref(&self.0.as_str(), buffer)
    }
}

impl Decode<'_, Postgres> for Mood {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        Ok(Mood(value.as_str()?.to_owned()))
    }
}

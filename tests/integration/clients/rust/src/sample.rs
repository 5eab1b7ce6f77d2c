//! A value of each of the usual types.

use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use uuid::Uuid;

/// `D` and `L` are the types that a driver takes for numeric and int4[].
#[derive(Clone, Debug, PartialEq)]
pub struct Sample<D, L> {
    pub a: i16,
    pub b: i32,
    pub c: i64,
    pub d: D,
    pub e: String,
    pub f: Vec<u8>,
    pub g: bool,
    pub h: NaiveDate,
    pub i: DateTime<Utc>,
    pub j: Uuid,
    pub k: serde_json::Value,
    pub l: L,
    pub m: Vec<String>,
    pub n: Option<String>,
}

pub const COLUMNS: &str = "a, b, c, d, e, f, g, h, i, j, k, l, m, n";

pub fn sample<D, L>(d: D, l: L) -> Sample<D, L> {
    Sample {
        a: -7,
        b: 70000,
        c: 1 << 40,
        d,
        e: "grün".into(),
        f: vec![0, 255],
        g: true,
        h: NaiveDate::from_ymd_opt(2024, 2, 29).unwrap(),
        i: Utc.timestamp_opt(1_704_164_645, 6_000).unwrap(),
        j: Uuid::from_u128(5),
        k: serde_json::json!({"a": [1]}),
        l,
        m: vec!["x".into(), "y,z".into()],
        n: None,
    }
}

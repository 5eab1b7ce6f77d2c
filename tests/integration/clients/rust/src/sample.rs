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

/// From any driver's row of COLUMNS.
macro_rules! read_sample {
    ($row:expr) => {
        $crate::sample::Sample {
            a: $row.try_get(0)?,
            b: $row.try_get(1)?,
            c: $row.try_get(2)?,
            d: $row.try_get(3)?,
            e: $row.try_get(4)?,
            f: $row.try_get(5)?,
            g: $row.try_get(6)?,
            h: $row.try_get(7)?,
            i: $row.try_get(8)?,
            j: $row.try_get(9)?,
            k: $row.try_get(10)?,
            l: $row.try_get(11)?,
            m: $row.try_get(12)?,
            n: $row.try_get(13)?,
        }
    };
}
pub(crate) use read_sample;

/// As the row of a framework, which has the key too.
macro_rules! row_of {
    ($row:ident, $turn:expr, $sample:expr) => {{
        let sample = $sample;
        $row {
            owner: $crate::common::own().into(),
            turn: $turn,
            a: sample.a,
            b: sample.b,
            c: sample.c,
            d: sample.d,
            e: sample.e,
            f: sample.f,
            g: sample.g,
            h: sample.h,
            i: sample.i,
            j: sample.j,
            k: sample.k,
            l: sample.l,
            m: sample.m,
            n: sample.n,
        }
    }};
}
pub(crate) use row_of;

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

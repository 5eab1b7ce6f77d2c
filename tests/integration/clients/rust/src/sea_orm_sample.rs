//! The table `sample` as an entity of SeaORM, whose arrays have no NULL in them.

use rust_decimal::Decimal;
use sea_orm::entity::prelude::*;

use crate::sample::{row_of, sample};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sample")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub turn: i32,
    pub a: i16,
    pub b: i32,
    pub c: i64,
    pub d: Decimal,
    pub e: String,
    pub f: Vec<u8>,
    pub g: bool,
    pub h: Date,
    pub i: DateTimeUtc,
    pub j: Uuid,
    #[sea_orm(column_type = "JsonBinary")]
    pub k: Json,
    pub l: Vec<i32>,
    pub m: Vec<String>,
    pub n: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub fn row(turn: i32) -> Model {
    row_of!(Model, turn, sample(Decimal::new(1250, 2), vec![1, 3]))
}

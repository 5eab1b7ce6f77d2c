//! What a program reports: right, wrong and failed checks by group, errors by SQLSTATE.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::future::Future;
use std::io::Write;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use serde_json::json;

const FIRST: usize = 5;
const LIMIT: Duration = Duration::from_secs(15);

/// What drivers raise. Its state is an SQLSTATE where the driver tells one.
#[derive(Debug)]
pub struct Failure {
    pub state: Option<String>,
    pub text: String,
}

impl Failure {
    pub fn new(state: Option<&str>, text: impl Into<String>) -> Self {
        Failure { state: state.map(str::to_owned), text: text.into() }
    }

    pub fn is_timeout(&self) -> bool {
        self.state.as_deref() == Some("timeout")
    }
}

#[derive(Default)]
struct Counts {
    groups: BTreeMap<&'static str, [u32; 3]>,
    errors: BTreeMap<String, u32>,
    first: Vec<String>,
}

static COUNTS: Mutex<Option<Counts>> = Mutex::new(None);

fn with<R>(change: impl FnOnce(&mut Counts) -> R) -> R {
    let mut held: MutexGuard<Option<Counts>> = COUNTS.lock().unwrap();
    change(held.get_or_insert_default())
}

fn describe(counts: &mut Counts, text: String) {
    if counts.first.len() < FIRST {
        counts.first.push(text.chars().take(300).collect());
    }
}

pub fn equal<T: PartialEq + Debug>(group: &'static str, name: &str, got: T, expected: T) {
    with(|counts| {
        let right = got == expected;
        counts.groups.entry(group).or_default()[usize::from(!right)] += 1;
        if !right {
            describe(counts, format!("{group}, {name}: {got:?}, not {expected:?}"));
        }
    })
}

pub fn failed(group: &'static str, name: &str, failure: &Failure) {
    with(|counts| {
        counts.groups.entry(group).or_default()[2] += 1;
        *counts.errors.entry(failure.state.clone().unwrap_or("other".into())).or_default() += 1;
        describe(counts, format!("{group}, {name}: {}", failure.text));
    })
}

/// A failure with this state is right.
pub fn fails<T>(group: &'static str, name: &str, result: Result<T, impl Into<Failure>>, state: &str) {
    match result.map_err(Into::into) {
        Ok(_) => equal(group, name, "no error", state),
        Err(failure) if failure.state.as_deref() == Some(state) => equal(group, name, state, state),
        Err(failure) => failed(group, name, &failure),
    }
}

/// A failure with this message is right, where a driver tells no SQLSTATE.
pub fn fails_with_text<T>(
    group: &'static str,
    name: &str,
    result: Result<T, impl Into<Failure>>,
    text: &str,
) {
    match result.map_err(Into::into) {
        Ok(_) => equal(group, name, "no error", text),
        Err(failure) if failure.text == text => equal(group, name, text, text),
        Err(failure) => failed(group, name, &failure),
    }
}

pub fn all_right(group: &'static str, result: Result<(), Failure>) {
    if let Err(failure) = result {
        failed(group, "group", &failure);
    }
}

/// An answer that never comes is an error, too.
pub async fn limited<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::time::timeout(LIMIT, work)
        .await
        .unwrap_or_else(|_| Err(Failure::new(Some("timeout"), "no answer")))
}

pub fn begin_together() {
    println!("ready");
    std::io::stdout().flush().expect("stdout");
    std::io::stdin().read_line(&mut String::new()).expect("stdin");
}

pub fn report(client: &str) {
    let version = version(client);
    with(|counts| {
        let total = |column: usize| counts.groups.values().map(|group| group[column]).sum::<u32>();
        let report = json!({"client": client, "version": version, "right": total(0), "wrong": total(1),
                            "errors": counts.errors, "first": counts.first, "groups": counts.groups});
        println!("{report}");
    })
}

fn version(package: &str) -> &'static str {
    let entry = format!("name = \"{package}\"\nversion = \"");
    let (_, rest) = include_str!("../Cargo.lock").split_once(&entry).expect("a package of Cargo.lock");
    rest.split('"').next().unwrap()
}

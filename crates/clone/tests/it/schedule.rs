//! `throttle_schedule`: limits that change while a run goes on.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use clxs_clone::journal::RunState;
use clxs_clone::plan::Facet;
use clxs_clone::settings::{Limits, Schedule, Slot};
use clxs_clone::{Clock, Event, Kind, Observer, Settings};
use rstest::rstest;
use tokio_util::sync::CancellationToken;

use crate::catalogs::settings;
use crate::embedded::{Fixture, Reached};

const TABLES: usize = 12;
/// Tables after which the hour changes.
const BEFORE: usize = 4;

/// A day on which it becomes nine when some tables are cloned, and how many clones were under way at once until then and
/// from then on.
struct Day {
    now: Arc<Mutex<DateTime<Utc>>>,
    seen: Mutex<Seen>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Seen {
    under_way: usize,
    ended: usize,
    most_before: usize,
    most_after: usize,
    limits: Vec<(usize, u32)>,
}

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

impl Day {
    fn new() -> Self {
        Self { now: Arc::new(Mutex::new(moment("2026-11-27T08:59:00Z"))), seen: Mutex::default() }
    }

    fn clock(&self) -> Clock {
        let now = Arc::clone(&self.now);
        Clock::new(move || *now.lock().unwrap())
    }
}

impl Observer for Day {
    fn on_event(&self, event: &Event) {
        let mut seen = self.seen.lock().unwrap();
        match event {
            Event::LimitsChanged { statements, per_second } => seen.limits.push((*statements, *per_second)),
            Event::StepStarted { securable, facet: Facet::Definition, .. }
                if securable.kind == Kind::Table =>
            {
                seen.under_way += 1;
                let under_way = seen.under_way;
                let most = if seen.ended < BEFORE { &mut seen.most_before } else { &mut seen.most_after };
                *most = under_way.max(*most);
            }
            Event::StepFinished { securable, facet: Facet::Definition, .. }
                if securable.kind == Kind::Table =>
            {
                (seen.under_way, seen.ended) = (seen.under_way - 1, seen.ended + 1);
                if seen.ended == BEFORE {
                    *self.now.lock().unwrap() = moment("2026-11-27T09:00:00Z");
                }
            }
            _ => {}
        }
    }
}

fn limits(at_once: usize, max_rps: u32) -> Limits {
    let at_once = NonZeroUsize::new(at_once).unwrap();
    Limits { max_workers: at_once, max_parallel_queries: at_once, max_rps, ..Limits::default() }
}

#[rstest]
#[case::slows_down("9-17", [8, 1], vec![(1, 1000)])]
#[case::speeds_up("17-9", [1, 8], vec![(1, 1000), (8, 0)])]
#[tokio::test]
async fn run_goes_on_within_the_limits_of_the_hour_that_has_come(
    #[case] hours: &str,
    #[case] most: [usize; 2],
    #[case] told: Vec<(usize, u32)>,
) {
    let fixture = Fixture::new(Reached::InProcess).await;
    let tables =
        (0..TABLES).map(|number| format!(";\nCREATE TABLE prod.s.t{number} AS SELECT {number} AS id"));
    fixture.sql(&format!("CREATE CATALOG prod;\nCREATE SCHEMA prod.s{}", tables.collect::<String>())).await;
    let slot = Slot { days: "fri".parse().unwrap(), hours: hours.parse().unwrap(), limits: limits(1, 1000) };
    let slots = match hours {
        "17-9" => vec![Slot { days: "thu".parse().unwrap(), ..slot }],
        _ => vec![slot],
    };
    let throttle_schedule = Schedule::new("UTC".parse().unwrap(), slots).unwrap();
    let settings = Settings { limits: limits(8, 0), throttle_schedule, ..settings() };
    let day = Day::new();
    let engine = fixture.engine.with_clock(day.clock());
    let plan = engine.plan(&settings).await.unwrap();
    let report = engine.run(&settings, &plan, &day, CancellationToken::new()).await.unwrap();
    assert_eq!(report.state, RunState::Succeeded);
    let Seen { most_before, most_after, limits, ended, .. } = day.seen.lock().unwrap().clone();
    assert_eq!((ended, [most_before, most_after], limits), (TABLES, most, told));
}

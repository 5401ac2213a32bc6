//! The care on the runtime, with time that stands still and attempts by script.

use std::collections::VecDeque;
use std::sync::Mutex;

use reqwest::StatusCode;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::retry::Outcome;
use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// A host by script: the n-th attempt gets the n-th outcome, 200 after the last.
struct Host {
    care: Care,
    script: Mutex<VecDeque<Outcome>>,
    /// Who was sent, and when.
    sent: Mutex<Vec<(&'static str, Instant)>>,
    /// How long each attempt takes.
    takes: Duration,
}

impl Host {
    fn with(rate: f64, takes: Duration, script: impl IntoIterator<Item = Outcome>) -> Arc<Self> {
        Arc::new(Self {
            care: Care::new("acme scim".to_owned(), rate),
            script: Mutex::new(script.into_iter().collect()),
            sent: Mutex::default(),
            takes,
        })
    }

    fn new(script: impl IntoIterator<Item = Outcome>) -> Arc<Self> {
        Self::with(20.0, Duration::ZERO, script)
    }

    async fn ask_as(
        &self,
        who: &'static str,
        priority: Priority,
        repeatable: bool,
        time: Duration,
    ) -> Outcome {
        let errand = Errand {
            host: "cxone.example.com".to_owned(),
            route: "/scim/v2/Users",
            deadline: Instant::now() + time,
            priority,
            repeatable,
        };
        let attempt = || async {
            self.sent.lock().unwrap().push((who, Instant::now()));
            sleep(self.takes).await;
            let next = self.script.lock().unwrap().pop_front();
            next.unwrap_or_else(|| status(200))
        };
        self.care.run(&errand, attempt).await
    }

    /// A write that may not be repeated.
    async fn ask(&self) -> Outcome {
        self.ask_as("write", Priority::Request, false, SECOND * 8)
            .await
    }

    async fn ask_repeatable(&self) -> Outcome {
        self.ask_as("read", Priority::Request, true, SECOND * 8)
            .await
    }

    fn start(
        self: &Arc<Self>,
        who: &'static str,
        priority: Priority,
        time: Duration,
    ) -> JoinHandle<Outcome> {
        let host = Arc::clone(self);
        tokio::spawn(async move { host.ask_as(who, priority, false, time).await })
    }

    fn count(&self) -> usize {
        self.sent.lock().unwrap().len()
    }
}

fn status(code: u16) -> Outcome {
    Ok(Answer::new(StatusCode::from_u16(code).unwrap(), Vec::new()))
}

fn wait(code: u16, pause: Duration) -> Outcome {
    status(code).map(|answer| Answer {
        retry_after: Some(pause),
        ..answer
    })
}

fn broken() -> Outcome {
    Err(Failure::Broken {
        host: "cxone.example.com".to_owned(),
        answered: false,
    })
}

fn connect() -> Outcome {
    Err(Failure::Connect {
        host: "cxone.example.com".to_owned(),
        reason: "connection refused".to_owned(),
    })
}

fn code(outcome: &Outcome) -> u16 {
    outcome.as_ref().map_or(0, |answer| answer.status.as_u16())
}

/// Everything that can run does, without time passing.
async fn settle() {
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_host_that_fails_seven_times_is_left_alone_probed_by_one_and_asked_again() {
    let host = Host::with(20.0, SECOND, (0..8).map(|_| status(500)));
    for _ in 0..6 {
        assert_eq!(code(&host.ask().await), 500);
    }
    assert_eq!(host.care.state(), State::Closed);
    assert_eq!(code(&host.ask().await), 500);
    let State::Open { retry_after } = host.care.state() else {
        panic!("{:?}", host.care.state());
    };
    let failure = host.ask().await.unwrap_err();
    assert_eq!(failure.retry_after(), Some(retry_after));
    assert!(matches!(failure, Failure::Open { .. }) && !failure.may_have_arrived());
    assert_eq!(host.count(), 7, "nothing is sent while it is open");

    // The first probe fails, the second one is answered; of ten callers only one is sent each time.
    for (probe, expected) in [(8, 500), (9, 200)] {
        let State::Open { retry_after } = host.care.state() else {
            panic!("{:?}", host.care.state());
        };
        sleep(retry_after).await;
        assert_eq!(host.care.state(), State::HalfOpen);
        let callers: Vec<_> = (0..10)
            .map(|_| host.start("probe", Priority::Urgent, SECOND * 8))
            .collect();
        let mut answers = Vec::new();
        for caller in callers {
            answers.push(caller.await.unwrap());
        }
        assert_eq!(host.count(), probe);
        let sent: Vec<u16> = answers.iter().map(code).filter(|code| *code > 0).collect();
        assert_eq!(sent, [expected]);
        let refused = answers.iter().filter_map(|outcome| outcome.as_ref().err());
        assert!(
            refused
                .clone()
                .all(|failure| matches!(failure, Failure::Open { .. }))
        );
        assert!(
            refused
                .into_iter()
                .all(|failure| failure.retry_after() == Some(SECOND))
        );
    }
    assert_eq!(host.care.state(), State::Closed);
    assert_eq!(code(&host.ask().await), 200);
}

#[tokio::test(start_paused = true)]
async fn a_probe_whose_caller_gives_up_does_not_block_the_next() {
    let host = Host::with(20.0, SECOND, (0..7).map(|_| connect()));
    while host.care.state() == State::Closed {
        assert!(host.ask().await.is_err());
    }
    sleep(SECOND * 2).await;
    let probe = host.start("given up", Priority::Request, SECOND * 8);
    settle().await;
    assert!(matches!(host.ask().await, Err(Failure::Open { .. })));
    probe.abort();
    assert!(probe.await.unwrap_err().is_cancelled());
    assert_eq!(code(&host.ask().await), 200);
    assert_eq!(host.care.state(), State::Closed);
}

#[tokio::test(start_paused = true)]
async fn who_waits_when_it_opens_is_told_at_once() {
    let host = Host::with(0.1, SECOND, [broken()]);
    for _ in 1..breaker::LIMIT {
        let mut known = host.care.lock();
        let attempt = known.breaker.admit();
        let verdict = breaker::Verdict::Ill;
        known.breaker.settle(attempt, verdict, Instant::now());
    }
    let began = Instant::now();
    let opener = host.start("opener", Priority::Request, SECOND * 8);
    let waiting = [Priority::Background, Priority::Urgent]
        .map(|priority| host.start("waiting", priority, SECOND * 60));
    settle().await;
    assert_eq!(host.count(), 1);
    assert_eq!(opener.await.unwrap(), broken());
    for waiting in waiting {
        let failure = waiting.await.unwrap().unwrap_err();
        assert!(matches!(failure, Failure::Open { .. }), "{failure}");
    }
    assert_eq!(began.elapsed(), SECOND);
    assert_eq!(host.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_deactivation_overtakes_a_hundred_who_wait() {
    let host = Host::with(20.0, Duration::ZERO, []);
    let mut callers = Vec::new();
    for _ in 0..120 {
        callers.push(host.start("background", Priority::Background, SECOND * 60));
    }
    settle().await;
    assert_eq!(host.count(), 20, "a second's worth goes at once");
    callers.push(host.start("request", Priority::Request, SECOND * 60));
    callers.push(host.start("deactivation", Priority::Urgent, SECOND * 60));
    let began = Instant::now();
    for caller in callers {
        assert_eq!(code(&caller.await.unwrap()), 200);
    }
    let sent = host.sent.lock().unwrap();
    assert_eq!(sent[20].0, "deactivation");
    assert_eq!(sent[21].0, "request");
    assert!(sent[22..].iter().all(|(who, _)| *who == "background"));
    let took = sent[121].1 - began;
    assert!((SECOND * 5..SECOND * 6).contains(&took), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_longer_than_an_attempt_would_still_be_in_time() {
    let host = Host::with(1.0, Duration::ZERO, []);
    let began = Instant::now();
    let patient = host.start("patient", Priority::Urgent, SECOND * 30);
    let callers: Vec<_> = (0..10)
        .map(|_| host.start("hasty", Priority::Request, SECOND * 4))
        .collect();
    let mut late = 0;
    for caller in callers {
        match caller.await.unwrap() {
            Ok(_) => {}
            Err(failure) => {
                assert!(matches!(failure, Failure::NoTurn { .. }), "{failure}");
                assert!(!failure.may_have_arrived() && failure.retry_after().is_none());
                late += 1;
            }
        }
    }
    assert_eq!(patient.await.unwrap(), status(200));
    assert!(began.elapsed() <= SECOND * 3 + Duration::from_millis(10));
    assert_eq!(host.count() + late, 11);
    let in_time = |sent: &[(&str, Instant)]| sent.iter().all(|(_, at)| *at - began < SECOND * 3);
    assert!(in_time(&host.sent.lock().unwrap()));
    let failure = host
        .ask_as("late", Priority::Urgent, true, Duration::ZERO)
        .await;
    assert!(matches!(failure, Err(Failure::NoTime { .. })));
}

#[tokio::test(start_paused = true)]
async fn who_gives_up_waiting_holds_nobody_up() {
    let host = Host::with(1.0, Duration::ZERO, []);
    let first = host.start("first", Priority::Request, SECOND * 30);
    let second = host.start("second", Priority::Request, SECOND * 30);
    let third = host.start("third", Priority::Request, SECOND * 30);
    settle().await;
    second.abort();
    let began = Instant::now();
    assert_eq!(first.await.unwrap(), status(200));
    assert_eq!(third.await.unwrap(), status(200));
    assert!(began.elapsed() <= SECOND + Duration::from_millis(10));
    assert_eq!(host.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_holds_everybody_who_has_the_time_and_turns_the_others_away() {
    let host = Host::new([wait(429, SECOND * 5)]);
    let began = Instant::now();
    let throttled = host.start("throttled", Priority::Request, SECOND * 8);
    settle().await;
    assert_eq!(host.care.lock().pace.closed(began), Some(SECOND * 5));
    let patient = host.start("patient", Priority::Background, SECOND * 30);
    for priority in [Priority::Background, Priority::Urgent] {
        let failure = host
            .ask_as("hasty", priority, true, SECOND * 5)
            .await
            .unwrap_err();
        assert!(matches!(failure, Failure::NoTurn { .. }), "{failure}");
        assert_eq!(failure.retry_after(), Some(SECOND * 5));
    }
    assert_eq!(began.elapsed(), Duration::ZERO, "they fail at once");
    assert_eq!(code(&throttled.await.unwrap()), 200);
    assert_eq!(code(&patient.await.unwrap()), 200);
    let sent = host.sent.lock().unwrap();
    assert_eq!(sent.len(), 3);
    assert!(
        sent[1..].iter().all(|(_, at)| *at - began >= SECOND * 5),
        "{sent:?}"
    );
    assert!((host.care.lock().pace.rate() - 10.0).abs() < 0.1);
}

#[tokio::test(start_paused = true)]
async fn who_waits_when_the_gate_closes_is_told_at_once() {
    let host = Host::with(0.1, SECOND, [wait(503, SECOND * 60)]);
    let began = Instant::now();
    let first = host.start("first", Priority::Request, SECOND * 30);
    let waiting = [Priority::Background, Priority::Urgent]
        .map(|priority| host.start("waiting", priority, SECOND * 30));
    assert_eq!(code(&first.await.unwrap()), 503);
    for waiting in waiting {
        let failure = waiting.await.unwrap().unwrap_err();
        assert_eq!(failure.retry_after(), Some(SECOND * 60));
    }
    assert_eq!(began.elapsed(), SECOND);
    assert_eq!(host.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_429_is_passed_on_when_the_wait_is_too_long_and_is_no_failure_of_the_host() {
    let host = Host::new((0..20).map(|_| wait(429, SECOND * 60)));
    for _ in 0..20 {
        let began = Instant::now();
        let answer = host.ask().await.unwrap();
        assert_eq!(answer.status.as_u16(), 429);
        assert_eq!(answer.retry_after, Some(SECOND * 60));
        assert_eq!(began.elapsed(), Duration::ZERO);
        sleep(SECOND * 62).await;
    }
    assert_eq!(host.care.state(), State::Closed);
    assert_eq!(host.count(), 20);
}

#[tokio::test(start_paused = true)]
async fn throttling_slows_down_to_one_a_second_and_success_speeds_up_again() {
    let host = Host::new((0..18).map(|_| status(429)));
    for _ in 0..6 {
        // Without a Retry-After it goes again after a pause of ours, even a write.
        assert_eq!(code(&host.ask().await), 429);
    }
    assert_eq!(host.count(), 18);
    let rate = || host.care.lock().pace.rate();
    assert!((rate() - 1.0).abs() < 1e-9, "{}", rate());
    for _ in 0..500 {
        assert_eq!(code(&host.ask().await), 200);
    }
    assert!((rate() - 11.0).abs() < 0.1, "{}", rate());
    for _ in 0..500 {
        assert_eq!(code(&host.ask().await), 200);
    }
    assert!((rate() - 20.0).abs() < 1e-6, "{}", rate());
}

#[tokio::test(start_paused = true)]
async fn only_what_is_safe_is_sent_again_and_only_twice() {
    for outcome in [status(500), status(503), broken()] {
        let host = Host::new([outcome.clone(), outcome.clone(), outcome.clone()]);
        assert_eq!(host.ask_repeatable().await.is_ok(), outcome.is_ok());
        assert_eq!(host.count(), 3);
        let host = Host::new([outcome.clone(), outcome.clone()]);
        assert_eq!(code(&host.ask_repeatable().await), 200);
        let host = Host::new([outcome.clone()]);
        assert_eq!(host.ask().await, outcome);
        assert_eq!(
            host.count(),
            1,
            "a write that may have arrived is not sent again"
        );
    }
    for outcome in [connect(), status(429)] {
        let host = Host::new([outcome.clone(), outcome.clone()]);
        assert_eq!(code(&host.ask().await), 200);
        assert_eq!(host.count(), 3);
        let sent = host.sent.lock().unwrap();
        let pauses = [sent[1].1 - sent[0].1, sent[2].1 - sent[1].1];
        let ms = Duration::from_millis;
        assert!((ms(250)..ms(502)).contains(&pauses[0]), "{pauses:?}");
        assert!((ms(1000)..ms(2002)).contains(&pauses[1]), "{pauses:?}");
    }
    let host = Host::new([status(404), status(501)]);
    assert_eq!(code(&host.ask_repeatable().await), 404);
    assert_eq!(code(&host.ask_repeatable().await), 501);
    assert_eq!(host.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn no_attempt_begins_with_less_than_a_second_left() {
    let host = Host::with(20.0, SECOND, (0..9).map(|_| status(503)));
    let began = Instant::now();
    let outcome = host
        .ask_as("read", Priority::Request, true, SECOND * 2)
        .await;
    assert_eq!(code(&outcome), 503);
    assert_eq!((host.count(), began.elapsed()), (1, SECOND));
    // An answer's own wish counts too.
    let host = Host::new([wait(503, SECOND * 7)]);
    assert_eq!(code(&host.ask_repeatable().await), 503);
    assert_eq!(host.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_not_multiplied_by_retries() {
    let host = Host::with(1e6, SECOND, (0..2000).map(|_| status(429)));
    let callers: Vec<_> = (0..300)
        .map(|_| host.start("write", Priority::Request, SECOND * 8))
        .collect();
    for caller in callers {
        assert_eq!(code(&caller.await.unwrap()), 429);
    }
    assert_eq!(host.count(), 300 + 100 + 60);
}

#[tokio::test(start_paused = true)]
async fn that_a_write_may_have_arrived_is_not_forgotten() {
    // The second and third attempt never left; the first one may be there.
    let host = Host::new([broken(), connect(), connect()]);
    assert_eq!(host.ask_repeatable().await, broken());
    assert_eq!(host.count(), 3);
    // Turned away at the door, but only the second time.
    let host = Host::new([broken(), wait(429, SECOND * 60)]);
    assert_eq!(host.ask_repeatable().await, broken());
    // Sent again into a gate that somebody else's answer closed meanwhile.
    let host = Host::new([broken(), wait(429, SECOND * 60)]);
    let first = Arc::clone(&host);
    let first = tokio::spawn(async move { first.ask_repeatable().await });
    settle().await;
    assert_eq!(code(&host.ask().await), 429);
    assert_eq!(first.await.unwrap(), broken());
    assert_eq!(host.count(), 2);
    // A refusal is an answer, and carries the doubt.
    let host = Host::new([broken(), status(400)]);
    let answer = host.ask_repeatable().await.unwrap();
    assert!(answer.status.as_u16() == 400 && answer.uncertain);
    let host = Host::new([connect(), status(400)]);
    assert!(!host.ask_repeatable().await.unwrap().uncertain);
}

#[tokio::test]
async fn the_future_is_small() {
    let client = Client::new(crate::send::Settings::default()).unwrap();
    let settings = UpstreamSettings {
        name: "acme".to_owned(),
        rate: 20.0,
    };
    let upstream = Upstream::new(client, settings);
    let url = url::Url::parse("http://127.0.0.1:1").unwrap();
    let request = Request::new(reqwest::Method::GET, url, "/", Instant::now());
    let future = upstream.send(request, Priority::Request, false);
    let size = size_of_val(&future);
    assert!(size < 2048, "{size} bytes");
    fn is_send(_: impl Send) {}
    is_send(future);
}

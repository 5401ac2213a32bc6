//! What an outcome means: for the breaker, for another attempt, and for what is known when several were made.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

use super::breaker::Verdict;
use crate::answer::Answer;
use crate::failure::Failure;

pub(super) type Outcome = Result<Answer, Failure>;

/// The time that an attempt must have at least: less only costs the host work that nobody waits for.
pub(super) const LEAST: Duration = Duration::from_secs(1);

/// Pauses before the second and the third attempt: 0.25 to 0.5 s, 1 to 2 s.
pub(super) fn pauses() -> ExponentialBackoff {
    ExponentialBuilder::new()
        .with_min_delay(Duration::from_millis(250))
        .with_factor(4.0)
        .with_max_times(2)
        .with_jitter()
        .build()
}

/// Whether another attempt may help and does no harm. A 429 was turned away at the door and what had no connection
/// never came to it, so both go again whatever they were.
pub(super) fn again(outcome: &Outcome, repeatable: bool) -> bool {
    match outcome {
        Ok(answer) => match answer.status.as_u16() {
            429 => true,
            500 | 502 | 503 | 504 => repeatable,
            _ => false,
        },
        Err(Failure::Connect { .. }) => true,
        Err(Failure::Broken { .. }) => repeatable,
        Err(_) => false,
    }
}

/// What it says of the host. 501 and 505 are about the request; any other answer below 500, a 429 too, shows a host
/// that is well.
pub(super) fn verdict(outcome: &Outcome) -> Verdict {
    match outcome {
        Ok(answer) => match answer.status.as_u16() {
            501 | 505 => Verdict::Well,
            500.. => Verdict::Ill,
            _ => Verdict::Well,
        },
        Err(Failure::Connect { .. } | Failure::Deadline { .. } | Failure::Broken { .. }) => {
            Verdict::Ill
        }
        Err(Failure::TooLong { .. }) => Verdict::Well,
        Err(_) => Verdict::Unknown,
    }
}

/// How long the host asks to be left alone: with a 429, and with a 503 (RFC 9110, section 15.6.4).
pub(super) fn pause(outcome: &Outcome) -> Option<Duration> {
    match outcome {
        Ok(answer) if matches!(answer.status.as_u16(), 429 | 503) => answer.retry_after,
        _ => None,
    }
}

/// What is known after another attempt. That an earlier one may have been carried out is not forgotten: a later one
/// that was certainly not leaves the earlier outcome, and any other answer carries the doubt.
pub(super) fn known(before: Option<Outcome>, now: Outcome) -> Outcome {
    let Some(before) = before.filter(may_have_been_done) else {
        return now;
    };
    match now {
        Ok(answer) if answer.status.as_u16() != 429 => Ok(Answer {
            uncertain: true,
            ..answer
        }),
        Err(failure) if failure.may_have_arrived() => Err(failure),
        _ => before,
    }
}

fn may_have_been_done(outcome: &Outcome) -> bool {
    match outcome {
        Ok(answer) => answer.uncertain || answer.status.is_server_error(),
        Err(failure) => failure.may_have_arrived(),
    }
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;

    use super::*;

    fn status(code: u16) -> Outcome {
        Ok(Answer::new(StatusCode::from_u16(code).unwrap(), Vec::new()))
    }

    fn host() -> String {
        "cxone.example.com".to_owned()
    }

    fn broken() -> Outcome {
        Err(Failure::Broken {
            host: host(),
            answered: false,
        })
    }

    fn connect() -> Outcome {
        Err(Failure::Connect {
            host: host(),
            reason: "refused".to_owned(),
        })
    }

    fn deadline() -> Outcome {
        Err(Failure::Deadline {
            host: host(),
            after: LEAST,
        })
    }

    fn too_long() -> Outcome {
        Err(Failure::TooLong {
            host: host(),
            cap: 1,
        })
    }

    #[test]
    fn only_what_did_not_arrive_or_may_be_repeated_goes_again() {
        let whatever = [status(429), connect()];
        let repeatable = [status(500), status(502), status(503), status(504), broken()];
        let never = [
            status(200),
            status(400),
            status(401),
            status(404),
            status(408),
            status(501),
            deadline(),
            too_long(),
            Err(Failure::Malformed),
        ];
        assert!(
            whatever
                .iter()
                .all(|one| again(one, true) && again(one, false))
        );
        assert!(
            repeatable
                .iter()
                .all(|one| again(one, true) && !again(one, false))
        );
        assert!(
            !never
                .iter()
                .any(|one| again(one, true) || again(one, false))
        );
    }

    #[test]
    fn throttling_and_refusals_are_no_illness() {
        for well in [200, 301, 400, 401, 403, 404, 429, 501, 505] {
            assert_eq!(verdict(&status(well)), Verdict::Well, "{well}");
        }
        for ill in [500, 502, 503, 504, 520, 599] {
            assert_eq!(verdict(&status(ill)), Verdict::Ill, "{ill}");
        }
        for ill in [connect(), deadline(), broken()] {
            assert_eq!(verdict(&ill), Verdict::Ill, "{ill:?}");
        }
        assert_eq!(verdict(&too_long()), Verdict::Well);
        assert_eq!(verdict(&Err(Failure::Malformed)), Verdict::Unknown);
    }

    #[test]
    fn uncertainty_is_sticky() {
        let after = |before: Outcome, now: Outcome| known(Some(before), now);
        for lost in [broken(), status(503)] {
            // Certainly not sent, or turned away: the first one may have been done all the same.
            for now in [connect(), status(429), Err(Failure::Malformed)] {
                let outcome = after(lost.clone(), now);
                assert!(may_have_been_done(&outcome), "{outcome:?}");
            }
            for now in [200, 400, 403, 404] {
                let answer = after(lost.clone(), status(now)).unwrap();
                assert!(answer.uncertain && answer.status.as_u16() == now);
            }
        }
        assert_eq!(
            after(broken(), deadline()).unwrap_err(),
            deadline().unwrap_err()
        );
        // Over two steps: broken, turned away, then refused.
        let answer = after(after(broken(), status(429)), status(400)).unwrap();
        assert!(answer.uncertain);
        for not_done in [connect(), status(429)] {
            assert!(!after(not_done.clone(), status(400)).unwrap().uncertain);
            let failure = after(not_done, connect()).unwrap_err();
            assert!(!failure.may_have_arrived());
        }
        assert!(!known(None, status(200)).unwrap().uncertain);
    }

    #[test]
    fn two_more_attempts_with_jitter() {
        let ms = Duration::from_millis;
        for _ in 0..100 {
            let found: Vec<Duration> = pauses().collect();
            assert_eq!(found.len(), 2);
            assert!((ms(250)..=ms(500)).contains(&found[0]), "{found:?}");
            assert!((ms(1000)..=ms(2000)).contains(&found[1]), "{found:?}");
        }
    }
}

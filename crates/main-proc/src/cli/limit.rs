//! The time that a command may take.

use std::time::Duration;

use clap::Args;

#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Limit {
    /// End with code 124 after this many seconds, and say what was still pending
    #[arg(long, value_name = "SECS", value_parser = seconds)]
    pub(crate) timeout: Option<Duration>,
}

fn seconds(text: &str) -> Result<Duration, String> {
    /// No machine runs for longer.
    const MOST: f64 = 1e10;
    let number: f64 = text.parse().map_err(|_| "give a number of seconds, such as 10 or 0.5".to_owned())?;
    match Duration::try_from_secs_f64(number) {
        _ if number > MOST => Err(format!("give at most {MOST} seconds; without --timeout there is no limit")),
        Ok(time) if !time.is_zero() => Ok(time),
        _ if number.is_nan() => Err("give a number of seconds, such as 10 or 0.5".to_owned()),
        _ => Err("give a number of seconds above 0".to_owned()),
    }
}

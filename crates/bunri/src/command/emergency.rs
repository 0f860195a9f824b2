//! `bunri emergency`: extracts for an emergency, their keys in custody, and what was opened.

use bunri_arguments::{
    EmergencyAction, EmergencyArguments, EmergencyKeyArguments, EmergencyMakeArguments,
    EmergencyOpenArguments, EmergencyReleaseArguments, EmergencyReviewArguments,
    EmergencyWithdrawArguments,
};
use bunri_emergency::{
    GrantPredicate, Opening, ReviewFinding, load_emergency, make, new_identity, open, release,
    review, withdraw,
};
use serde_json::json;

use crate::Log;
use crate::clock;
use crate::command::key::secret;
use crate::exit::{Failure, Outcome};
use crate::screen;

pub(crate) fn run(arguments: &EmergencyArguments, log: Log) -> Result<Outcome, Failure> {
    match &arguments.action {
        EmergencyAction::Key(arguments) => key(arguments, log),
        EmergencyAction::Make(arguments) => made(arguments, log),
        EmergencyAction::Release(arguments) => released(arguments, log),
        EmergencyAction::Open(arguments) => opened(arguments, log),
        EmergencyAction::Withdraw(arguments) => withdrawn(arguments, log),
        EmergencyAction::Review(arguments) => reviewed(arguments, log),
    }
}

fn key(arguments: &EmergencyKeyArguments, log: Log) -> Result<Outcome, Failure> {
    let EmergencyKeyArguments { out } = arguments;
    let public = new_identity(out)?;
    match log {
        Log::Json => screen::event(&json!({"event": "emergency_key", "public": public})),
        Log::Human => screen::say(&format!("public key    {public}")),
    }
    Ok(Outcome::Clean)
}

fn made(arguments: &EmergencyMakeArguments, log: Log) -> Result<Outcome, Failure> {
    let EmergencyMakeArguments {
        register,
        grant,
        key,
        passphrase_env,
        out,
    } = arguments;
    let register = load_emergency(register)?;
    let secret = secret(key, passphrase_env.as_deref())?;
    let made = make(&register, grant, &secret, out, clock::moment())?;
    match log {
        Log::Json => screen::event(&json!({
            "event": "emergency_made", "grant": grant, "files": made.files, "valid": made.valid,
            "threshold": made.threshold, "signed_again": made.signed_again,
        })),
        Log::Human => {
            let what = if made.signed_again { "signed" } else { "made" };
            screen::say(&format!(
                "{what:<13} {grant}: {} of {} signed",
                made.valid, made.threshold
            ));
            say(&made.statement);
            for file in &made.files {
                screen::say(&format!("sealed        {}", out.join(file).display()));
            }
            screen::say_wrapped(
                "緊急時抽出：鍵は保管者の手元にあり、解放（release）されるまで開けません。終了後は withdraw で鍵を廃棄してください。",
                4,
            );
        }
    }
    Ok(Outcome::Clean)
}

fn say(statement: &GrantPredicate) {
    let GrantPredicate {
        grant: _,
        declaration,
        from,
        until,
        recipients,
        tables,
        store: _,
        ledger: _,
    } = statement;
    screen::say(&format!("declaration   {declaration}"));
    screen::say(&format!("open          from {from} until {until}"));
    screen::say_wrapped(&format!("for           {}", recipients.join(", ")), 14);
    for table in tables {
        let columns = table.columns.join(", ");
        screen::say_wrapped(
            &format!(
                "holds         {} rows of {}: {columns}",
                table.rows, table.table
            ),
            14,
        );
    }
}

fn released(arguments: &EmergencyReleaseArguments, log: Log) -> Result<Outcome, Failure> {
    let EmergencyReleaseArguments {
        register,
        grant,
        recipient,
        out,
    } = arguments;
    let register = load_emergency(register)?;
    let released = release(&register, grant, recipient, out, clock::moment())?;
    match log {
        Log::Json => screen::event(&json!({
            "event": "emergency_released", "grant": grant, "recipient": released.recipient, "path": out,
            "ledger": released.ledger,
        })),
        Log::Human => {
            screen::say(&format!(
                "released      {grant} to {}: {}",
                released.recipient,
                out.display()
            ));
            screen::say(&format!("ledger        {}", released.ledger));
        }
    }
    Ok(Outcome::Clean)
}

fn opened(arguments: &EmergencyOpenArguments, log: Log) -> Result<Outcome, Failure> {
    let EmergencyOpenArguments {
        register,
        grant,
        recipient,
        sealed,
        release,
        identity,
        out,
    } = arguments;
    let register = load_emergency(register)?;
    let opening = Opening {
        grant,
        recipient,
        sealed,
        release,
        identity,
    };
    let opened = open(&register, &opening, out, clock::moment())?;
    match log {
        Log::Json => screen::event(
            &json!({"event": "emergency_opened", "grant": grant, "files": opened.files}),
        ),
        Log::Human => {
            say(&opened.statement);
            for file in &opened.files {
                screen::say(&format!("opened        {}", file.display()));
            }
            screen::say_wrapped(
                "この内容は上の期限と目的に限り使い、終了後は消去してください。",
                4,
            );
        }
    }
    Ok(Outcome::Clean)
}

fn withdrawn(arguments: &EmergencyWithdrawArguments, log: Log) -> Result<Outcome, Failure> {
    let EmergencyWithdrawArguments { register, grant } = arguments;
    let register = load_emergency(register)?;
    let keys = withdraw(&register, grant, clock::moment())?;
    match log {
        Log::Json => {
            screen::event(&json!({"event": "emergency_withdrawn", "grant": grant, "keys": keys}))
        }
        Log::Human => {
            screen::say(&format!("withdrawn     {grant}: {keys} keys destroyed"));
            screen::say_wrapped(
                "whoever opened it before still has what was opened; copies of the keys, in backups too, have to be destroyed where they are",
                4,
            );
        }
    }
    Ok(Outcome::Clean)
}

fn reviewed(arguments: &EmergencyReviewArguments, log: Log) -> Result<Outcome, Failure> {
    let EmergencyReviewArguments { register } = arguments;
    let register = load_emergency(register)?;
    let seen = review(&register, clock::moment())?;
    for ReviewFinding {
        rule,
        about,
        message,
    } in &seen.findings
    {
        match log {
            Log::Json => screen::event(&json!({
                "event": "emergency_finding", "rule": rule.word(), "about": about, "message": message,
            })),
            Log::Human => screen::say_wrapped(&format!("{}: {message}", rule.word()), 4),
        }
    }
    let findings = seen.findings.len();
    match log {
        Log::Json => screen::event(&json!({
            "event": "emergency_reviewed", "declarations": seen.declarations, "grants": seen.grants,
            "openings": seen.openings, "findings": findings, "ledger": seen.ledger,
        })),
        Log::Human => {
            let (declarations, grants, openings) = (seen.declarations, seen.grants, seen.openings);
            screen::say(&format!(
                "{declarations} declarations, {grants} grants, {openings} openings: {findings} findings"
            ));
            screen::say(&format!(
                "宣言 {declarations}件、付与 {grants}件、開封 {openings}件、指摘 {findings}件"
            ));
            screen::say(&format!("ledger        {}", seen.ledger));
        }
    }
    Ok(
        if seen.findings.iter().any(|it| it.rule.is_broken_record()) {
            Outcome::ClaimBroken
        } else if findings > 0 {
            Outcome::SomethingToRead
        } else {
            Outcome::Clean
        },
    )
}

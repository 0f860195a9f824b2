//! The backup of 2016-03-31, with its kanji names and without a key: the same rules as everywhere.

use bunri_legacy::cell::{NULL, real, tenths, text};
use bunri_legacy::names::{HEI, MERGED, OWN};
use bunri_legacy::schema::TableName;
use jiff::civil::date;
use rusqlite::types::Value;

use crate::planted::Fate::{Both, Operator, Rejected, Waiting};
use crate::story::orphans::NOWHERE;
use crate::story::stage::At;
use crate::story::{Stage, Story, Told, story};

pub(crate) static STORIES: &[Story] = &[
    story(
        &[(date(2010, 4, 1), OWN), (date(2021, 4, 1), HEI)],
        own_in_2016,
    ),
    story(
        &[(date(2010, 4, 1), MERGED), (date(2019, 10, 1), OWN)],
        anothers_in_2016,
    ),
];

/// One reading of the backup.
struct Old<'a> {
    point: &'a str,
    from: &'a str,
    until: Value,
    usage: Value,
    written: Value,
}

impl Old<'_> {
    fn add(self, s: &mut Stage<'_>) -> Result<At, crate::story::StoryError> {
        let cells = [
            ("供給地点特定番号", text(self.point)),
            ("検針開始日", text(self.from)),
            ("検針終了日", self.until),
            ("使用量", self.usage),
            ("契約者名義", text("山田　太郎")),
            ("更新日時", self.written),
        ];
        s.add(TableName::Leftover, &cells)?;
        Ok(At::of(
            TableName::Leftover,
            [("供給地点特定番号", self.point), ("検針開始日", self.from)],
        ))
    }
}

/// A reading of December 2015 that was written when it should be.
fn december(point: &str) -> Old<'_> {
    Old {
        point,
        from: "2015-12-01",
        until: text("2015-12-31"),
        usage: tenths(4_242_801),
        written: text("2016-01-02 08:00:00"),
    }
}

fn own_in_2016(s: &mut Stage<'_>) -> Told {
    let id = s.point.id.clone();
    s.trap(
        "leftover",
        "own in 2015 and written then, though the customer left in 2021",
    );
    let at = december(&id).add(s)?;
    s.is(at.clone(), "使用量", Both)?;
    s.is(at.clone(), "契約者名義", Both)?;
    s.canary(at.clone(), "備考", Operator)?;
    s.double(at)?;
    s.trap(
        "leftover-overwritten",
        "restored and overwritten in 2023, when 丙 supplied",
    );
    let written = text("2023-05-01 08:00:00");
    let old = Old {
        from: "2015-11-01",
        until: text("2015-11-30"),
        written,
        ..december(&id)
    };
    let at = old.add(s)?;
    s.canary(at, "契約者名義", Operator)?;
    s.trap(
        "leftover-without-end",
        "nobody knows which days it describes",
    );
    let at = Old {
        from: "2015-10-01",
        until: NULL,
        ..december(&id)
    }
    .add(s)?;
    s.is(at, "使用量", Waiting)?;
    s.trap(
        "leftover-written-unknown",
        "nobody knows when it was written",
    );
    let old = Old {
        from: "2015-09-01",
        until: text("2015-09-30"),
        written: NULL,
        ..december(&id)
    };
    let at = old.add(s)?;
    s.is(at, "使用量", Waiting)?;
    s.trap("misfit", "a day that no calendar has");
    let at = Old {
        from: "20160231",
        ..december(&id)
    }
    .add(s)?;
    s.is(at, "検針開始日", Rejected)?;
    s.trap("misfit", "two digits after the point where one is declared");
    let old = Old {
        from: "2015-08-01",
        until: text("2015-08-31"),
        ..december(&id)
    };
    let at = Old {
        usage: real(12.34),
        ..old
    }
    .add(s)?;
    s.is(at, "使用量", Rejected)?;
    s.trap("point-not-in-ledger", "nobody is known to supply it");
    let at = december(NOWHERE).add(s)?;
    s.canary(at, "契約者名義", Waiting)
}

fn anothers_in_2016(s: &mut Stage<'_>) -> Told {
    let id = s.point.id.clone();
    s.trap(
        "leftover-of-merged-retailer",
        "99011's customer then, the incumbent's only since 2019",
    );
    let at = december(&id).add(s)?;
    s.put(at.clone(), "使用量", tenths(4_242_802), Operator)?;
    s.canary(at, "契約者名義", Operator)
}

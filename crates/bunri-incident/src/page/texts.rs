//! Every text of the page, in English and in Japanese.

use bunri_page::Lang;
use bunri_security::Incident;

/// A text in both languages.
pub(super) type Both = [&'static str; 2];

/// The one of a language.
pub(super) fn say(lang: Lang, both: Both) -> &'static str {
    match lang {
        Lang::En => both[0],
        Lang::Ja => both[1],
    }
}

pub(super) const DOCUMENT: Both = ["The incidents, type by type", "情報漏えい類型別の点検結果"];
pub(super) const CUSTODY: Both = [
    "For the operator and the regulator. It names accounts, screens and terminals; no customer, no person, no value.",
    "送配電事業者と監督当局の閲覧用。ID・画面・端末の名称を含み、需要家・個人・値は含まない。",
];
pub(super) const REST: Both = [
    "Every finding and every rule: `bunri incident … --json`. What each rule means: `docs/incidents.md`.",
    "全件は `bunri incident … --json`、各点検の意味は `docs/incidents.md` を参照。",
];
pub(super) const TO_READ: Both = ["To be read", "確認が必要"];
pub(super) const NOTHING: Both = ["Nothing found", "検出なし"];
pub(super) const NOT_ALL: Both = ["Not all was checked", "未点検あり"];
pub(super) const LIMITS: Both = ["What no tool can see", "ツールでは確認できないこと"];
pub(super) const GENERAL_LIMITS: [Both; 4] = [
    [
        "Only what the tables say was compared. That nothing was found says that they do not contradict the rules, and no more.",
        "突き合わせたのは台帳の記載のみ。「検出なし」は台帳が点検項目と矛盾しないことだけを意味する。",
    ],
    [
        "Whether the tables are complete and true: an account, a screen or a terminal that nobody wrote down is not here.",
        "台帳が完全で正しいかどうか。記載のないID・画面・端末は対象に入らない。",
    ],
    [
        "What people say, write down or photograph.",
        "口頭・手書き・撮影による伝達。",
    ],
    [
        "Why somebody did something. A finding is a question to be asked, and no judgement about a person.",
        "行為の理由。検出は確認すべき事項であり、個人に対する判断ではない。",
    ],
];
pub(super) const HAPPENED: Both = ["What happened", "何が起きたか"];
pub(super) const CHECKED: Both = ["What was checked", "点検したこと"];
pub(super) const FOUND: Both = ["What was found", "検出したこと"];
pub(super) const NOT_HERE: Both = [
    "What no tool can see of it",
    "この類型でツールでは確認できないこと",
];
pub(super) const NONE_FOUND: Both = [
    "Nothing, in what was checked.",
    "点検した範囲では検出なし。",
];
pub(super) const NOTHING_CHECKED: Both = [
    "Nothing was checked here: that nothing was found means nothing.",
    "点検していない。検出がないことに意味はない。",
];
pub(super) const RULE: Both = ["rule", "点検項目"];
pub(super) const LOOKED_AT: Both = ["looked at", "対象数"];
pub(super) const FINDINGS: Both = ["found", "検出数"];
pub(super) const TERMS: Both = ["threshold and basis", "しきい値・根拠"];
pub(super) const NOT_CHECKED: Both = ["not checked", "未点検"];
pub(super) const PICTURE: Both = ["The screens and their ways", "画面と遷移"];
pub(super) const LEGEND: Both = [
    "Whole frame: retail may open it. Broken frame: it may not. Dotted way: the system asks for the right there. Heavy: a way or a \
     screen that a finding tells of.",
    "実線の枠は小売が開ける画面、破線の枠は開けない画面。点線の矢印は遷移時に権限を確認するもの。太線は検出に関わる経路・画面。",
];
pub(super) const INPUTS: Both = ["What was read", "読み取った台帳"];
pub(super) const TABLE: Both = ["table", "台帳"];
pub(super) const ROWS: Both = ["rows", "件数"];
pub(super) const SYSTEM: Both = ["System", "対象システム"];
pub(super) const JUDGED_ON: Both = ["Judged on", "基準日"];
pub(super) const NO_ACCESS: Both = [
    "no outcome of `bunri incident access` was given (--access)",
    "`bunri incident access` の結果が渡されていない（--access）",
];

/// What the page says of one type.
pub(super) struct TypeText {
    pub(super) title: Both,
    pub(super) happened: Both,
    /// Commands that look, beside those whose outcomes the page is made of.
    pub(super) elsewhere: Option<Both>,
    pub(super) unseen: &'static [Both],
}

/// The texts of a type.
pub(super) fn of(incident: Incident) -> &'static TypeText {
    match incident {
        Incident::A => &A,
        Incident::B => &B,
        Incident::C1 => &C1,
        Incident::C2 => &C2,
        Incident::C3 => &C3,
        Incident::Kyushu => &KYUSHU,
    }
}

static A: TypeText = TypeText {
    title: [
        "A: a shared system whose masks had holes",
        "類型A：共用システムのマスキング漏れ",
    ],
    happened: [
        "One system served both companies. Masks missed items of screens that both opened, and a key still led from a screen that \
         retail may open to one that it may not.",
        "両社が同じシステムを使い、共用画面のマスキングに漏れがあった。また小売が開ける画面から開けない画面への遷移が残っていた。",
    ],
    elsewhere: None,
    unseen: &[
        [
            "What a screen shows beside its dictionary: messages, prints, files that it writes.",
            "画面定義書にない表示（メッセージ、帳票、出力ファイル）。",
        ],
        [
            "Whether a mask hides the value from the terminal, or only from the eye.",
            "マスクが端末に届くデータまで隠しているか、見た目だけか。",
        ],
        [
            "Ways that no table names: a typed screen number, another program, the database itself.",
            "台帳にない経路（画面番号の直接入力、別プログラム、データベースへの直接接続）。",
        ],
    ],
};

static B: TypeText = TypeText {
    title: ["B: emergency rights", "類型B：非常災害対応の閲覧権限"],
    happened: [
        "Rights to read the operator's data in an emergency were always on, wider than any emergency, and nobody reviewed them.",
        "非常災害対応のための閲覧権限が常時有効で、範囲も必要以上に広く、見直しもされていなかった。",
    ],
    elsewhere: None,
    unseen: &[
        [
            "Whether an emergency was one, and whether what was read was needed in it.",
            "非常災害が実際にあったか、閲覧がその対応に必要だったか。",
        ],
        [
            "Rights that were given elsewhere than in the table of rights.",
            "権限台帳以外で付与された権限。",
        ],
    ],
};

static C1: TypeText = TypeText {
    title: ["C1: a contractor's list", "類型C1：委託先からの一覧の提供"],
    happened: [
        "A contractor of the operator sent the list of every change of the whole area to the retailer, month by month.",
        "送配電事業者の委託先が、エリア全体の異動一覧を毎月小売に提供していた。",
    ],
    elsewhere: Some([
        "Files that are handed over: `bunri handover check`, which refuses what has no signed purpose.",
        "引き渡すファイルは `bunri handover check` が点検し、署名された目的のないものを拒否する。",
    ]),
    unseen: &[[
        "What left by mail, on paper, or on a disk, and what left before the log began.",
        "メール・紙・媒体による持ち出しと、ログ開始前の持ち出し。",
    ]],
};

static C2: TypeText = TypeText {
    title: ["C2: terminals", "類型C2：端末の管理不備"],
    happened: [
        "Terminals of the operator stood in the retailer's rooms, or were left unlocked where its staff passed.",
        "送配電事業者の端末が小売の執務室に置かれ、または施錠・ロックなしで置かれていた。",
    ],
    elsewhere: None,
    unseen: &[
        [
            "Who sat at an unlocked terminal: what was done there bears the name of whoever had signed in.",
            "ロックされていない端末を誰が操作したか。記録はログインした者の名で残る。",
        ],
        [
            "Where a terminal really stands: the table says where it should.",
            "端末が実際にある場所。台帳の記載しか分からない。",
        ],
    ],
};

static C3: TypeText = TypeText {
    title: [
        "C3: accounts and passwords of an earlier post",
        "類型C3：異動前のID・パスワードの利用",
    ],
    happened: [
        "People who had moved to the retailer signed in with accounts and passwords that they knew from their earlier post.",
        "小売へ異動した者が、前の所属で知ったID・パスワードでログインしていた。",
    ],
    elsewhere: None,
    unseen: &[
        [
            "A password that was told to somebody else, unless the account was used from a place where its owner cannot be.",
            "他人に教えられたパスワード（所有者がいるはずのない場所からの利用を除く）。",
        ],
        [
            "People who changed their post and stand in no table of transfers.",
            "異動台帳に記載のない異動者。",
        ],
    ],
};

static KYUSHU: TypeText = TypeText {
    title: [
        "Kyushu 2020: sent to the old supplier",
        "2020年九州：切替前の小売への誤通知",
    ],
    happened: [
        "A migration gave the volumes of switched customers to the supplier that they had left.",
        "データ移行の誤りにより、切替後の需要家の電力量が切替前の小売に通知された。",
    ],
    elsewhere: Some([
        "Stores and what is loaded from them: `bunri verify` decides every row again by who supplied on its days (claims C3 and C4).",
        "分離後のデータは `bunri verify` が、各行の日付の供給者により全行を再判定する（C3・C4）。",
    ]),
    unseen: &[[
        "What other systems send on their own: interfaces and batches that do not read the separated stores.",
        "分離後のデータを使わない他システムの連携・バッチによる送信。",
    ]],
};

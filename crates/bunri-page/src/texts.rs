//! Texts that stand in a report as English sentences (why a claim holds or was not checked, what a look cannot see, what was
//! expected) and as words (reasons, rules of rejects), said in the page's language.
//!
//! A report is text for every reader; its sentences come from a few places of the program and are all known here, with
//! `{}` where a figure or a name stands. One that is not known (of a later version) is shown as it is, and said to be English.

use maud::{Markup, html};

use crate::lang::Lang;
use crate::name::{Name, Prose};

/// English, Japanese; as many `{}` in either, in the same order.
const SENTENCES: &[(&str, &str)] = &[
    // control totals
    (
        "the figures of control {} are not there",
        "統制合計「{}」の数値ファイルがありません",
    ),
    // the second reading
    ("run `bunri reread`", "`bunri reread` を実行してください"),
    (
        "evidence/reread.json is no record of this version that could be believed; run `bunri reread` again",
        "evidence/reread.json は、この版の記録として信用できません。`bunri reread` を実行し直してください",
    ),
    (
        "evidence/reread.json speaks of another source, staging, shape or version; run `bunri reread` again",
        "evidence/reread.json は、別の移行元・ステージング・形・版の記録です。`bunri reread` を実行し直してください",
    ),
    (
        "the last `bunri reread` found no row to compare",
        "前回の `bunri reread` には、比べる行がありませんでした",
    ),
    (
        "{} of {} rows were not read a second time",
        "{} 行（全 {} 行のうち）は読み直していません",
    ),
    (
        "every row of staging and of the rejects is what the source holds, read again on another path",
        "ステージングとリジェクトのすべての行が、別の経路で読み直した旧システムの内容と一致します",
    ),
    (
        "both readings ask one and the same database library, and believe the catalogue's declarations of types",
        "二回とも同じデータベースライブラリで読み、カタログの型の宣言を信じています",
    ),
    (
        "what the source had lost or wrong before it was read is read so twice",
        "読む前から旧システムにあった欠落や誤りは、二回ともそのまま読まれます",
    ),
    // why a statement of the legacy system is not understood
    (
        "a part of it is of a kind that is not followed",
        "追跡できない種類の部分があります",
    ),
    (
        "a query stands in an ORDER BY",
        "ORDER BY の中に問合せがあります",
    ),
    (
        "a relation has no plain name",
        "名前が単純でない表があります",
    ),
    (
        "a relation's columns get other names",
        "表の列に別名が付けられています",
    ),
    (
        "a star replaces or renames columns",
        "* で列を置き換えるか改名しています",
    ),
    (
        "a star stands behind an expression",
        "式の後ろに * があります",
    ),
    (
        "a star stands for a relation that is not there",
        "存在しない表の * があります",
    ),
    ("a star stands in an expression", "式の中に * があります"),
    (
        "it changes rows in the middle of a query",
        "問合せの途中で行を変更しています",
    ),
    ("it does not parse", "構文を解析できません"),
    (
        "it does not parse, in line {}",
        "構文を解析できません（{} 行目）",
    ),
    (
        "it goes on in line {} where a statement should end",
        "文が終わるべき {} 行目に続きがあります",
    ),
    ("it groups by ALL", "GROUP BY ALL を使っています"),
    ("it has pipe operators", "パイプ演算子を使っています"),
    (
        "it is nested too deeply to be read",
        "入れ子が深すぎて読めません",
    ),
    (
        "it is no query: only SELECT, and views and tables made of one, are followed",
        "問合せではありません（追跡するのは SELECT と、それから作るビューや表だけです）",
    ),
    (
        "it joins a query that sees the rows beside it (LATERAL)",
        "LATERAL で結合しています",
    ),
    (
        "it joins by a column that the catalogue does not have",
        "カタログにない列で結合しています",
    ),
    (
        "it joins by something that is no column",
        "列でないもので結合しています",
    ),
    (
        "it joins by whatever columns have the same name (NATURAL)",
        "NATURAL で結合しています",
    ),
    (
        "it joins in a way that is not followed",
        "追跡できない方法で結合しています",
    ),
    (
        "it makes a table, and reads none",
        "表を作るだけで、何も読みません",
    ),
    (
        "it names a column that the catalogue does not have",
        "カタログにない列を挙げています",
    ),
    ("it orders by ALL", "ORDER BY ALL を使っています"),
    (
        "it reads a relation that the catalogue does not have",
        "カタログにない表を読んでいます",
    ),
    (
        "it reads a table as a whole (TABLE)",
        "TABLE で表全体を読んでいます",
    ),
    (
        "it reads something that is neither a table nor a query",
        "表でも問合せでもないものを読んでいます",
    ),
    ("there is no statement in it", "文がありません"),
    // what a plan says
    ("nothing was extracted yet", "まだ抽出していません"),
    ("rows, cells and bytes", "行数・セル数・バイト数"),
    ("references that dangle", "参照先のない行"),
    ("what will wait", "人の判断を待つ行"),
    ("time", "所要時間"),
    (
        "the job's journal tells of no run with its times",
        "実行の記録に所要時間がありません",
    ),
    (
        "what queries of the legacy system read",
        "旧システムの問合せが読む列",
    ),
    (
        "none were given (--queries)",
        "問合せの指定がありません（--queries）",
    ),
    (
        "what the views of the source read",
        "移行元のビューが読む列",
    ),
    ("the source is not there", "移行元がありません"),
    ("what would be staged", "ステージングに入るもの"),
    (
        "SQLite has no grants: whoever can read the database file can read every column of it",
        "SQLite に権限の仕組みはありません。データベースファイルを読める人は、すべての列を読めます",
    ),
    (
        "files have no grants by column: whoever can read a file can read all of it",
        "ファイルに列ごとの権限はありません。ファイルを読める人は、すべての列を読めます",
    ),
    (
        "no role that can log in may read a column that the retail store does not have whole",
        "小売ストアに全部は入らない列を読めるログインロールはありません",
    ),
    (
        "roles that can log in, and how many of {} columns that the retail store does not have whole they may read: {}",
        "ログインできるロールと、小売ストアに全部は入らない {} 列のうち読める列の数：{}",
    ),
    (
        "the server did not say who may read what: {}",
        "サーバーから権限を取得できませんでした：{}",
    ),
    (
        "staging is of the source that the job is bound to, and has the tables, types and keys of this catalogue; whether the source is still the same, `bunri run` sees",
        "ステージングは、このジョブの移行元から作られ、このカタログの表・型・キーを持っています。移行元が今も同じかは `bunri run` が確かめます",
    ),
    (
        "the stores were begun with the same catalogue, decisions, cutover and ranges; tables whose files have their digests stand",
        "ストアは、同じカタログ・個別判断・切替日・範囲で作り始めたものです。ダイジェストの合う表はそのまま使います",
    ),
    (
        "the stores were made of something else: {}",
        "ストアは別の入力から作られています：{}",
    ),
    ("no split was begun", "振分けはまだ始まっていません"),
    (
        "a verification reads everything anew",
        "検証は、毎回すべてを読み直します",
    ),
    ("decide it", "個別に判断する"),
    (
        "say own, or leave it",
        "自社のものと判断するか、そのままにする",
    ),
    ("decide its parent", "親の行を判断する"),
    ("read and classify", "読んで区分を決める"),
    (
        "ruled as another's",
        "規則により他社の行（カタログを変えないかぎり動かない）",
    ),
    ("no key to name it", "キーがなく、行を指定できない"),
    ("who approves decisions", "個別判断の承認者"),
    ("both companies", "両社"),
    ("the retailer", "小売"),
    ("who keeps the catalogue", "カタログの管理者"),
    // why a claim holds
    (
        "every listed file is there with both digests, and nothing else is there",
        "一覧のファイルはすべて、二つのダイジェストどおりに存在し、ほかには何もありません",
    ),
    (
        "tables, columns, order and types are exactly those that the catalogue grants",
        "表・列・順序・型は、カタログの許すものと正確に一致します",
    ),
    (
        "source = staging + rejects, and every region is whole in every store that it goes to",
        "旧システム＝ステージング＋リジェクトであり、すべての領域が行き先の各ストアに欠けず存在します",
    ),
    (
        "every row and every cell that is not NULL is granted, decided again from staging",
        "ステージングから再判定したところ、すべての行と NULL でないすべてのセルが許されたものです",
    ),
    (
        "the structural half: the rows of the files explain every byte of them; whether these are the granted rows needs the staging",
        "構造面のみ：ファイルのすべてのバイトを行で説明できます。許された行かどうかの検査にはステージングが要ります",
    ),
    (
        "the retail files are, byte for byte, what the canonical writer makes of the granted cells, and in every store the rows explain every byte",
        "小売のファイルは、許されたセルから作り直したものとバイト単位で一致し、どのストアでもすべてのバイトを行で説明できます",
    ),
    (
        "no value that only withheld cells hold is in a store, but in the source's own granted cells",
        "渡さないセルだけが持つ値は、旧システムの渡してよいセル自身を除き、どのストアにもありません",
    ),
    (
        "retail's bytes stayed the same when what is withheld was other (on a sample of {} supply points, {} pairs, seed {}; evidence, not proof)",
        "渡さないデータを変えても、小売ストアのバイトは同じでした（供給地点 {} の標本、{} 回、シード {}。証拠であって証明ではありません）",
    ),
    (
        "retail's bytes stayed the same when what is withheld was other ({} pairs, seed {}; evidence, not proof)",
        "渡さないデータを変えても、小売ストアのバイトは同じでした（{} 回、シード {}。証拠であって証明ではありません）",
    ),
    // why it was not checked
    (
        "the job asks for no signature (`[evidence]`)",
        "ジョブは署名を求めていません（`[evidence]`）",
    ),
    (
        "signatures are judged apart",
        "署名はこの報告書の外で確かめます",
    ),
    (
        "needs the keys that the job names",
        "ジョブが指定する鍵が必要です",
    ),
    (
        "of what the job asks for, nothing is signed yet: {}",
        "ジョブが求める陳述は、まだどれも署名されていません：{}",
    ),
    (
        "the statement `{}` is not signed yet",
        "陳述 `{}` はまだ署名されていません",
    ),
    (
        "signed by the keys that the job names, over what lies here: {}",
        "ジョブが指定する鍵で、ここにあるものに署名されています：{}",
    ),
    (
        "a signature is worth what the keeping of its key is worth",
        "署名の価値は、鍵の保管のしかたで決まります",
    ),
    (
        "when something was signed is not known: no clock is in a signature",
        "いつ署名されたかは分かりません。署名に時刻は入っていません",
    ),
    (
        "of stores and staging the manifests are looked at; the files below them are C1",
        "ストアとステージングはマニフェストだけを見ます。その下のファイルは C1 で検査します",
    ),
    ("nothing was looked at", "検査の対象がありませんでした"),
    ("run `bunri prove`", "`bunri prove` を実行してください"),
    (
        "evidence/prove.json is no record of this version that could be believed; run `bunri prove` again",
        "evidence/prove.json はこの版の信頼できる記録ではありません。`bunri prove` を実行し直してください",
    ),
    (
        "evidence/prove.json speaks of another catalogue, staging, store or version; run `bunri prove` again",
        "evidence/prove.json は別のカタログ・ステージング・ストアまたは版についてのものです。`bunri prove` を実行し直してください",
    ),
    (
        "the last `bunri prove` showed nothing; its record says why",
        "前回の `bunri prove` からは何も言えません（理由は記録にあります）",
    ),
    (
        "needs the staging, which stays in transmission custody",
        "ステージングが必要です（送配電側の管理から出ません）",
    ),
    ("no catalogue was given", "カタログが指定されていません"),
    (
        "the manifest cannot be read, so nobody knows which store this is",
        "マニフェストを読めず、どのストアか分かりません",
    ),
    (
        "no row was there to be looked at",
        "検査する行がありませんでした",
    ),
    ("no table has a row", "どの表にも行がありません"),
    (
        "there was no value to search for: nothing is withheld, or all of it is granted too or too short",
        "探す値がありませんでした（渡さない値がないか、すべて別の場所で許されているか、短すぎます）",
    ),
    (
        "more rows than could be held against the withheld records, one by one",
        "行が多く、渡さない記録と一件ずつは突き合わせられませんでした",
    ),
    // what a look cannot see
    (
        "who wrote the manifest is not checked here (C8)",
        "マニフェストを誰が書いたかは検査しません（この版には署名がありません）",
    ),
    (
        "what the source had lost before it was read cannot be seen",
        "読み取る前に旧システムから失われたものは見えません",
    ),
    (
        "control totals are compared for text, int and decimal columns, unless numbers are stored as text; others by counts",
        "合計を比べるのは text・int・decimal の列です（数が文字列で入っている場合を除く）。ほかの列は件数で比べます",
    ),
    (
        "a granted cell that itself holds another customer's data (free text, wrong entries) is granted",
        "渡してよいセル自身に他の顧客の情報（自由記述、誤入力）があれば、そのまま渡ります",
    ),
    (
        "the ledger is believed: a wrong period in it is a wrong decision",
        "台帳は正しいものとして扱います。台帳の期間が誤っていれば、判定も誤ります",
    ),
    (
        "whether the rows are the granted ones is not checked: a file of other rows can be canonical",
        "許された行かどうかは検査しません。別の行のファイルでも、形は正しくなりえます",
    ),
    (
        "permissions are the receiver's own and not looked at",
        "ファイルの権限は受け取った側のもので、検査しません",
    ),
    (
        "what the rows themselves say, by their order or their number, is not residue (C2, C4)",
        "行の順序や数そのものが伝えることは、残留物としては扱いません（C2、C4）",
    ),
    (
        "file times, owners, and the attributes of security modules are not looked at",
        "ファイルの日時、所有者、セキュリティモジュールの属性は検査しません",
    ),
    (
        "evidence from perturbed pairs, and not proof: an influence that no pair met is not seen",
        "データを変えた組による証拠であり、証明ではありません。どの組にも現れない影響は見えません",
    ),
    (
        "what the decisions themselves say of withheld data (declared flows) is meant to be known",
        "判定そのものが渡さないデータについて伝えること（宣言済みの流れ）は、知られてよいものとします",
    ),
    (
        "time, file times and whatever the splitter leaves outside the retail store are not compared",
        "時間、ファイルの日時、小売ストアの外に残るものは比べません",
    ),
    (
        "{}: no cell is withheld, so there was nothing to search for",
        "{}：渡さないセルがなく、探すものがありませんでした",
    ),
    (
        "{}: {} different values were searched for; {} withheld values are granted somewhere too; of {} withheld cells {} are too short to be told from chance, {} are searched as whole cells only, {} are dates, times or truth values",
        "{}：異なる値 {} 個を探しました。渡さない値のうち {} 個は別の場所で許されています。渡さないセル {} 個のうち、{} 個は短すぎて偶然と区別できず、{} 個はセル全体としてのみ探し、{} 個は日付・時刻・真偽値です",
    ),
    (
        "{} rows of {} tables were taken from an earlier extraction: one that changed since without its changed-at, and without a count or a \
         sum, is seen by C9 alone",
        "{} 行（{} 表）は以前の抽出から引き継がれました。更新日時も件数・合計も変えずに書き換えられた行は、C9 だけが見つけます",
    ),
    (
        "{}: {} codes and names of retailers are too short to be looked for",
        "{}：小売事業者のコード・名称のうち {} 個は短すぎて探せません",
    ),
    (
        "{}: {} values of tables that nobody asks the ledger of stand in more than {} cells of a column, and are not told",
        "{}：台帳を参照しない表の値 {} 個は、一つの列の {} 個を超えるセルにあり、個別には示しません",
    ),
    (
        "{}: more rows than could be held against the withheld records, one by one",
        "{}：行が多く、渡さない記録と一件ずつは突き合わせられませんでした",
    ),
    (
        "parts of a value, salted or keyed digests, encryption, compression and other character sets are not searched for",
        "値の一部、ソルト付き・鍵付きのハッシュ、暗号化、圧縮、ほかの文字コードは探しません",
    ),
    (
        "the quarantine is in transmission custody and is not searched",
        "隔離は送配電側の管理にあり、探しません",
    ),
    ("spellings are one by {}", "表記ゆれの対応表：{}"),
    // why a foreign key of the source was not followed
    (
        "the table that it refers to is not in the catalogue",
        "参照先の表がカタログにありません",
    ),
    (
        "the source does not say which columns it refers to",
        "旧システムが参照先の列を示していません",
    ),
    (
        "the source names a column that the catalogue does not have",
        "旧システムの示す列がカタログにありません",
    ),
    (
        "the catalogue declares both sides with different types",
        "両側の型がカタログで異なります",
    ),
    // why a withheld column was left alone
    ("a key of rows that retail has", "小売にある行のキー"),
    (
        "the same staging gave other bytes",
        "同じステージングから違うバイトができました",
    ),
];

/// What a job expects, and what was seen.
const AMOUNTS: &[(&str, &str)] = &[
    ("held", "守られている"),
    ("broken", "破れている"),
    ("not checked", "検査していない"),
    ("none that is not accepted", "承認のないものは 0"),
    ("no note that is not accepted", "承認のないものは 0"),
    ("any number", "制限なし"),
    ("at least {}", "{} 以上"),
    ("at most {}", "{} 以下"),
    ("{} of {} rows ({} %)", "{} 行（{} 行中、{} %）"),
    ("{} rows", "{} 行"),
    ("{} to {}", "{} ～ {}"),
];

/// Word, English, Japanese: reasons of undecided rows and rules of rejects.
const WORDS: &[(&str, &str, &str)] = &[
    (
        "ledger_rejected",
        "A ledger row of this key did not fit its types.",
        "このキーの台帳の行がリジェクトされている。",
    ),
    (
        "ledger_status_unknown",
        "Nobody can say whether a ledger row of this key counts.",
        "このキーの台帳の行を数えるべきか分からない。",
    ),
    (
        "not_in_ledger",
        "The ledger does not know the key.",
        "キーが台帳にない。",
    ),
    (
        "ledger_date_missing",
        "A ledger row touches the day and has no first or last day.",
        "その日にかかる台帳の行に、開始日または終了日がない。",
    ),
    (
        "ledger_reversed",
        "A ledger row touches the day and ends before it begins.",
        "その日にかかる台帳の行の、終了日が開始日より前にある。",
    ),
    (
        "ledger_overlap",
        "Two ledger rows touch the day.",
        "その日に台帳の行が二つ重なっている。",
    ),
    (
        "ledger_gap",
        "No ledger row touches the day.",
        "その日にかかる台帳の行がない（空白期間）。",
    ),
    (
        "retailer_unknown",
        "The code is NULL or in no list.",
        "小売事業者コードが NULL、または一覧にない。",
    ),
    (
        "own_when_unlisted",
        "What else must hold for own has a value that no list names.",
        "自社とするための追加条件の値が、どの一覧にもない。",
    ),
    (
        "key_rejected",
        "A row that says where the row's key was did not fit its types.",
        "キーの所在を示す行がリジェクトされている。",
    ),
    (
        "key_ambiguous",
        "Nobody can say at which supply point the row's key was on the day.",
        "その日にキーがどの供給地点にあったか一つに決まらない。",
    ),
    (
        "key_missing",
        "The row's key was at no supply point on the day.",
        "その日にキーがどの供給地点にもない。",
    ),
    (
        "date_missing",
        "The row does not say which day it speaks of.",
        "行がいつのことを述べているか分からない。",
    ),
    (
        "slot_invalid",
        "The half-hour slot is not 1 to 48.",
        "30 分コマの番号が 1～48 でない。",
    ),
    (
        "month_invalid",
        "The month is none.",
        "年月として正しくない。",
    ),
    (
        "period_reversed",
        "The row's period ends before it begins.",
        "行の期間の終わりが始まりより前にある。",
    ),
    (
        "period_spans_change",
        "The row's period contains days of more than one fate.",
        "行の期間が供給者の変更日をまたいでいる。",
    ),
    (
        "case_missing",
        "The column that says of which type the row is is NULL.",
        "行の種類を示す列が NULL である。",
    ),
    (
        "case_unlisted",
        "The row's type has no rule.",
        "行の種類に対する規則がない。",
    ),
    ("parent_missing", "The row has no parent.", "親の行がない。"),
    (
        "parent_rejected",
        "A parent row did not fit its types.",
        "親の行がリジェクトされている。",
    ),
    (
        "parent_undecided",
        "A parent is undecided.",
        "親の行が判定保留である。",
    ),
    (
        "parents_disagree",
        "One parent is own, another is other.",
        "親の行が、自社と他社に分かれている。",
    ),
    (
        "known_at_missing",
        "Nobody can say when the row was written.",
        "行がいつ書かれたか分からない。",
    ),
    (
        "known_at_undecided",
        "Nobody can say who supplied the parents' points when the row was written.",
        "行が書かれた時の供給者が、親の供給地点について決まらない。",
    ),
    (
        "written_early",
        "The row was written before the incumbent's supply began.",
        "自社の供給が始まる前に書かれた行である。",
    ),
    ("not_text", "Not text.", "文字列でない。"),
    (
        "not_utf8",
        "Text that is not UTF-8.",
        "UTF-8 でない文字列。",
    ),
    (
        "undecodable",
        "Bytes that are no characters in the encoding of the file.",
        "ファイルの文字コードに無いバイト列。",
    ),
    (
        "ragged_line",
        "A line with more or fewer fields than columns.",
        "項目の数が列の数と異なる行。",
    ),
    (
        "broken_quoting",
        "A line with a quote where none may be.",
        "引用符の位置が正しくない行。",
    ),
    ("not_an_integer", "Not an integer.", "整数でない。"),
    (
        "not_a_decimal",
        "Not a plain decimal number.",
        "小数として読めない。",
    ),
    (
        "does_not_fit_scale",
        "More digits after the point than the column has.",
        "小数部の桁が列の桁を超える。",
    ),
    (
        "does_not_fit_precision",
        "More digits than the column has.",
        "桁数が列の桁を超える。",
    ),
    ("not_a_real", "Not a finite number.", "有限の実数でない。"),
    (
        "not_a_date",
        "Not a calendar day in the declared form.",
        "宣言した形の、暦にある日付でない。",
    ),
    (
        "not_a_timestamp",
        "Not a moment in a known form.",
        "日時として読めない。",
    ),
    (
        "outside_its_era",
        "A day that its era does not have.",
        "その元号にない日付。",
    ),
    (
        "not_a_bool",
        "Neither 0 nor 1, nor a declared word.",
        "0・1 でも、宣言した語でもない。",
    ),
    (
        "not_bytes",
        "Not stored as bytes.",
        "バイト列として入っていない。",
    ),
    (
        "key_is_nothing",
        "A value that means nothing, in a key column.",
        "キーの列に、値なしを意味する値がある。",
    ),
];

impl Lang {
    /// A sentence of a report.
    pub(crate) fn told(self, english: &str) -> Markup {
        match self {
            Lang::En => html! { (Prose(english)) },
            Lang::Ja => match japanese(english) {
                Some(text) => html! { (Prose(&text)) },
                None => html! { span lang="en" { (Prose(english)) } },
            },
        }
    }

    /// A detail of a finding: a sentence if it is one, else the name that it is.
    pub(crate) fn told_or_name(self, detail: &str) -> Markup {
        let known = match self {
            Lang::En => None,
            Lang::Ja => japanese(detail),
        };
        html! { (Name(known.as_deref().unwrap_or(detail))) }
    }

    /// The same where there is no room for markup.
    pub(crate) fn told_plainly(self, english: &str) -> String {
        match self {
            Lang::En => english.to_owned(),
            Lang::Ja => japanese(english).unwrap_or_else(|| english.to_owned()),
        }
    }

    /// What was expected, or seen.
    pub(crate) fn amount(self, english: &str) -> String {
        match self {
            Lang::En => english.to_owned(),
            Lang::Ja => said_in(AMOUNTS, english).unwrap_or_else(|| english.to_owned()),
        }
    }

    /// What a reason or a rule of rejects means.
    pub(crate) fn meaning(self, word: &str) -> Option<&'static str> {
        let (_, en, ja) = WORDS.iter().find(|(known, ..)| *known == word)?;
        Some(match self {
            Lang::En => en,
            Lang::Ja => ja,
        })
    }
}

fn japanese(english: &str) -> Option<String> {
    if let Some(rule) = bunri_report::Rule::ALL
        .iter()
        .find(|rule| rule.sentence() == english)
    {
        return Some(Lang::Ja.seen(*rule).to_owned());
    }
    said_in(SENTENCES, english)
}

fn said_in(list: &[(&str, &str)], english: &str) -> Option<String> {
    let (holes, to) = list
        .iter()
        .find_map(|(from, to)| Some((fill(from, english)?, to)))?;
    let mut pieces = to.split("{}");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for (hole, piece) in holes.into_iter().zip(pieces) {
        text.push_str(store_in_japanese(hole));
        text.push_str(piece);
    }
    Some(text)
}

/// What stands in the holes of a sentence, if the text is that sentence.
fn fill<'t>(sentence: &str, text: &'t str) -> Option<Vec<&'t str>> {
    let mut pieces = sentence.split("{}");
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let mut holes = Vec::new();
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        let end = if pieces.peek().is_none() {
            rest.len()
                .checked_sub(piece.len())
                .filter(|end| rest.is_char_boundary(*end) && rest[*end..] == *piece)?
        } else {
            rest.find(piece)?
        };
        holes.push(&rest[..end]);
        rest = &rest[end + piece.len()..];
    }
    rest.is_empty().then_some(holes)
}

/// The stores' words stand in sentences too.
fn store_in_japanese(word: &str) -> &str {
    match word {
        "retail" => "小売",
        "transmission" => "送配電",
        "quarantine" => "隔離",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use bunri_report::{Checked, Claim, Findings, Scope, claims};

    use super::*;

    #[test]
    fn every_sentence_of_a_claim_is_known() {
        for alone in [false, true] {
            let looked = Checked {
                rows: 1,
                ..Checked::default()
            };
            let looked: Vec<_> = Claim::ALL.iter().map(|claim| (*claim, looked)).collect();
            for looked in [looked, Vec::new()] {
                let scope = Scope {
                    alone,
                    looked,
                    ..Scope::default()
                };
                for claim in claims::report(&scope, &Findings::default()) {
                    for text in claim.blind_spots.iter().chain([&claim.reason]) {
                        // C7 has words of its own where it is held.
                        assert!(text.is_empty() || japanese(text).is_some(), "{text:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_reason_is_explained_as_the_evaluator_does() {
        for reason in bunri_evaluator::Reason::ALL {
            assert!(
                Lang::En.meaning(reason.word()).is_some(),
                "{}",
                reason.word()
            );
        }
    }

    #[test]
    fn both_languages_have_the_same_holes() {
        for (en, ja) in SENTENCES.iter().chain(AMOUNTS) {
            assert_eq!(en.matches("{}").count(), ja.matches("{}").count(), "{en}");
        }
        let seen = Lang::Ja.amount("12 of 3000 rows (0.4 %)");
        assert_eq!(seen, "12 行（3000 行中、0.4 %）");
        assert_eq!(Lang::Ja.amount("35 % to 80 %"), "35 % ～ 80 %");
        assert_eq!(
            japanese("retail: 3 codes and names of retailers are too short to be looked for")
                .unwrap(),
            "小売：小売事業者のコード・名称のうち 3 個は短すぎて探せません"
        );
        assert_eq!(japanese("a sentence of tomorrow"), None);
    }
}

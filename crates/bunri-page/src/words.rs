//! Every text of the page that is always the same, in both languages, in one list: a text that lacks a language does not
//! compile. Texts with figures in them are in `sentences`, those of single rules in `rules`.

use crate::lang::Lang;

macro_rules! phrases {
    ($($name:ident: $en:literal, $ja:literal;)+) => {
        /// A text that is always the same.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Phrase {
            $(#[doc = $en] $name,)+
        }

        impl Lang {
            /// The text in this language.
            pub(crate) fn say(self, phrase: Phrase) -> &'static str {
                match (phrase, self) {
                    $(
                        (Phrase::$name, Lang::En) => $en,
                        (Phrase::$name, Lang::Ja) => $ja,
                    )+
                }
            }
        }
    };
}

phrases! {
    // the frame
    Document: "Separation report", "分離検証報告書";
    Custody: "Transmission custody. This page names rows. It is not for the retail company.",
        "送配電側の管理文書です。行のキーが載っているため、小売側に渡さないでください。";
    Skip: "Skip to the answer", "結論へ進む";
    Contents: "Contents", "目次";
    // the answer
    AnswerYes: "Yes.", "可";
    AnswerNotYet: "Not yet.", "保留";
    AnswerNo: "No.", "不可";
    AnswerNone: "No answer for what lies here now.", "現在のファイルについては回答できません";
    LedeAsExpected: "Every claim that was checked holds, and the run is what its job expects.",
        "検査した約束はすべて守られており、結果はジョブの想定どおりです。";
    LedeToRead: "No claim is broken. But something was not checked or must be read by a person before anybody says yes.",
        "破れた約束はありません。ただし、検査していないもの、または「可」とする前に人が読むべきものがあります。";
    LedeOutside: "No claim is broken, but the run is not what its job expects, or not what any job may be.",
        "破れた約束はありませんが、結果がジョブの想定、またはどのジョブにも許される範囲から外れています。";
    LedeBroken: "A claim is broken. Do not hand the stores over.",
        "約束が破れています。ストアを引き渡してはなりません。";
    Stale: "This report speaks of something else than lies here now. Verify again. What has changed since:",
        "この報告書は、現在ここにあるファイルについてのものではありません。検証をやり直してください。変わったもの：";
    StaleSaid: "Of what lay here then, it said:", "当時のファイルについての結論：";
    Run: "Run", "実行";
    Kind: "Kind", "種別";
    Rehearsal: "rehearsal", "リハーサル";
    Cutover: "cutover", "本番切替";
    CutoverDay: "Day of the cutover", "切替日";
    Legacy: "Legacy database", "旧システムのデータベース";
    Catalogue: "Catalogue (the reviewed classification)", "カタログ（審査済みの項目区分）";
    Decisions: "File of people's decisions", "個別判断ファイル";
    DecisionsNone: "none", "なし";
    Tool: "Made by", "作成プログラム";
    ForStores: "For which stores", "対象のストア";
    ForStoresWhy: "The answer is for these stores only. Each is named by the digest of its manifest, the list of its files with their own \
                   digests: a number of 64 digits that is another one if a single byte of the list is. To see whether you hold the same store, \
                   type `b3sum manifest.json` in its folder and compare; then `b3sum --check B3SUMS` compares every file with the list.",
        "結論はこれらのストアだけに当てはまります。各ストアは、全ファイルのダイジェストを載せた一覧であるマニフェストのダイジェスト（64 桁の値。一覧が 1 バイトでも変われば別の値になる）\
         で特定します。手元のストアが同じものかどうかは、そのフォルダで `b3sum manifest.json` を実行して値を見比べ、続けて `b3sum --check B3SUMS` で全ファイルを一覧と照合して確かめてください。";
    Question: "What it asks", "何を確かめるか";
    Store: "Store", "ストア";
    StoreFor: "For whom", "渡し先";
    Digest: "Digest of its manifest (BLAKE3)", "マニフェストのダイジェスト（BLAKE3）";
    NoManifest: "no manifest: the store is not complete", "マニフェストなし（ストアは未完成）";
    Retail: "retail", "小売";
    Transmission: "transmission", "送配電";
    Quarantine: "quarantine", "隔離";
    Staging: "staging", "ステージング";
    AnyStore: "the store", "ストア";
    ForRetail: "the retail company: the only folder that is handed over", "小売電気事業者。引き渡すのはこのフォルダだけ";
    ForTransmission: "the transmission operator", "一般送配電事業者";
    ForQuarantine: "the transmission operator, until a person has decided", "人が判断するまで一般送配電事業者が保管";
    Why: "Why", "理由";
    NoExpect: "The job does not say what it expects, so a person must judge all that there is to read.",
        "ジョブに想定（[expect]）が書かれていないため、以下に挙げるすべてを人が判断する必要があります。";
    NotChecked: "What was not checked", "検査していないこと";
    NeverProved: "No verification proves this:", "検証では、次のことは証明されません。";
    ClaimsUnchecked: "Of the claims, these were not checked, or not everywhere:", "約束のうち、検査していないもの、または一部しか検査していないもの：";
    MustRead: "What a person must read", "人が読むべきもの";
    MustReadNothing: "Nothing beyond this page's first part.", "ここまでの内容のほかには、ありません。";
    // limits
    LimitClassification: "That the classification or a human decision is right. The stores are held against the catalogue: compare its digest above \
                          with the one that was approved.",
        "項目区分や人の判断が正しいこと。検証はストアをカタログと突き合わせるだけです。上のカタログのダイジェストが、承認されたものと同じかを確かめてください。";
    LimitLedger: "That the ledger is right. Whose customer a row speaks of is what the supply ledger says; a plausible wrong date in it is not seen.",
        "台帳が正しいこと。誰の顧客かは供給者履歴の台帳だけで決まります。もっともらしい誤った日付は見つけられません。";
    LimitStaging: "That staging holds cell by cell what the legacy system holds. Counts, sums and lengths are compared, not every value.",
        "ステージングが旧システムとセル単位で同じであること。比べるのは件数・合計・文字列長で、一つひとつの値ではありません。";
    LimitBefore: "That nothing was lost before extraction, or that the rejected rows do not matter.",
        "抽出より前に失われたものがないこと。また、リジェクトされた行が重要でないこと。";
    LimitGranted: "That a granted cell holds only what it should. What a clerk typed into a field that retail may have goes with the field.",
        "渡してよいセルに、渡すべき内容だけが入っていること。担当者が渡してよい欄に別の情報を入力していれば、欄ごと渡ります。";
    LimitTogether: "That two programs cannot be wrong together. Splitting and verifying decide separately, but share their rules and a few parts.",
        "二つのプログラムが同じように誤らないこと。振分けと検証は別々に判定しますが、規則といくつかの部品を共有しています。";
    LimitForged: "That nobody forged the evidence. Nothing is signed in this version.",
        "証跡が偽造されていないこと。この版では何にも署名していません。";
    LimitElsewhere: "That nothing left by another way: backups, logs, the legacy system itself, what people remember.",
        "ほかの経路で情報が出ていないこと（バックアップ、ログ、旧システムそのもの、人の記憶）。";
    LimitReferences: "That every reference finds its row. Those that do not are counted below, and not repaired.",
        "すべての参照先が見つかること。見つからないものは件数を以下に示しますが、補いません。";
    LimitLater: "That the stores stay as they were checked. Verify again where they arrive.",
        "検証した後もストアが変わらないこと。届いた先でもう一度検証してください。";
    // sections
    Matrix: "Where everything went", "行き先の一覧";
    MatrixWhy: "Each bar is all rows of one table in the legacy system; what is filled of it is in that store. A row of an own customer is normally in two \
                stores: retail has the columns it may see, transmission has what it needs. A sliver stands for the fewest rows.",
        "帯の全長が旧システムにある表の全行で、塗られた部分がそのストアにある行です。自社の顧客の行は、通常、二つのストアに入ります（小売は見てよい列、送配電は業務に要る列）。\
         ごく少ない行も、見えるように細い線で示します。";
    MatrixCaption: "Rows of each table by whose they are, in the legacy system and in each store",
        "表ごとの行数（所有別）：旧システムと各ストア";
    Source: "legacy system", "旧システム";
    Table: "Table", "表";
    Own: "own", "自社";
    Other: "other", "他社";
    Undecided: "undecided", "判定保留";
    Reference: "public code table", "公開コード表";
    Rejected: "rejected", "リジェクト";
    OwnMeaning: "the incumbent retailer’s customer", "みなし小売の顧客";
    OtherMeaning: "somebody else’s customer, or nobody’s", "他社の顧客、または供給先なし";
    UndecidedMeaning: "a person must decide", "人が判断するもの";
    ReferenceMeaning: "nobody’s", "誰の顧客のものでもない";
    RejectedMeaning: "does not fit its declared types; in no store", "宣言した型に合わず、どのストアにもない";
    Filter: "Show tables whose name contains", "表の名前で絞り込む";
    FilterTold: "{shown} of {all} tables are shown, in every list below", "{all} 表のうち {shown} 表を表示（以下のすべての一覧に適用）";
    Total: "all tables", "全表";
    Regions: "Regions by store", "ストア別の領域";
    RegionsWhy: "A region is the cells of one table that share one fate: whose rows, and which class.",
        "領域とは、一つの表のうち行き先が同じセルの集まりです（誰の行か × どの区分か）。";
    NoStore: "in no store", "どのストアにもない";
    Ownership: "Whose", "所有";
    Class: "Class", "区分";
    Staged: "Rows in staging", "ステージングの行";
    Stored: "Rows in the store", "ストアの行";
    UndecidedTitle: "Rows that a person must decide", "人が判断する行";
    UndecidedWhy: "The rules leave these rows open. They wait in the quarantine, in transmission custody; retail has none of them.",
        "規則では決められない行です。送配電側が管理する隔離に置かれ、小売には一行も渡りません。";
    Reason: "Reason", "理由";
    ReasonMeans: "What it means", "意味";
    Rows: "Rows", "行";
    Share: "Share", "割合";
    Tables: "Tables", "表";
    NoneUndecided: "No row waits for a person.", "人の判断を待つ行はありません。";
    RejectsTitle: "Rows that did not fit", "型に合わなかった行";
    RejectsWhy: "Extraction puts a row that does not fit its declared types aside, whole and unchanged (`custody/rejects/`). It is in no store.",
        "宣言した型に合わない行は、直さずに行ごと別に置かれます（`custody/rejects/`）。どのストアにも入りません。";
    Column: "Column", "列";
    RuleHead: "Rule", "規則";
    NoneRejected: "Every row fits its declared types.", "型に合わない行はありません。";
    FindingsTitle: "Findings", "検出事項";
    FindingsWhy: "What verification saw, by claim and rule. Open a line for the places and for what to do.",
        "検証で見つかったものを、約束と規則ごとにまとめています。行を開くと、場所と対処が表示されます。";
    NoFindings: "There are none.", "ありません。";
    Certain: "breaks the claim", "約束を破る";
    Review: "for a person to judge", "要確認";
    ToDo: "What to do", "対処";
    Id: "No.", "番号";
    Row: "Row", "行";
    File: "File", "ファイル";
    Detail: "Detail", "詳細";
    Count: "Count", "件数";
    RestOfFindings: "The report names the first twenty places of each rule, table and store, and counts all.",
        "報告書には、規則・表・ストアごとに最初の 20 か所を載せ、件数はすべて数えています。";
    RestOfReview: "Every cell that is to be judged stands in `custody/evidence/review.jsonl`.",
        "要確認のセルはすべて `custody/evidence/review.jsonl` にあります。";
    ClaimsTitle: "Claims: what was looked at, and what it cost", "約束：検査の範囲と費用";
    Claim: "Claim", "約束";
    Status: "Status", "結果";
    Held: "held", "守られている";
    Broken: "broken", "破れている";
    Unchecked: "not checked", "検査していない";
    LookedAt: "Looked at", "検査した量";
    Cost: "Work", "処理時間";
    CostWhy: "Work is processor time, summed over threads; claims that are checked in one look have one figure.",
        "処理時間は全スレッドの CPU 時間の合計です。一度に検査する約束は、まとめて一つの値になります。";
    CostUnknown: "What the claims cost was not recorded for this report.", "この報告書には、処理時間の記録がありません。";
    BlindSpots: "What this check cannot see", "この検査では見えないこと";
    Gaps: "What could not be looked at", "検査できなかったもの";
    ExpectedTitle: "What the job expects", "ジョブの想定";
    Key: "Line of the job", "ジョブの項目";
    Expected: "Expected", "想定";
    Seen: "Seen", "実際";
    Met: "met", "想定内";
    Unmet: "not met", "想定外";
    MetLines: "Lines that are met", "想定内の項目";
    AnyJob: "any job", "全ジョブ共通";
    ControlsTitle: "Control totals of the legacy team", "移行元の担当部署の統制合計";
    ControlsWhy: "Figures that the legacy team made itself, against staging and rejects. A sum over few rows is compared and not told.",
        "移行元の担当部署が独自に出した数値と、ステージング・リジェクトの比較です。行数の少ない合計は、比べますが表示しません。";
    NoControls: "The job asks for none.", "ジョブに指定がありません。";
    ControlNoFigures: "Their figures are not there: nothing was compared.", "数値ファイルがないため、比べていません。";
    ControlGroup: "Group", "グループ";
    ControlFigure: "Figure", "項目";
    ControlLegacy: "Legacy team", "移行元の数値";
    ControlOutcome: "Outcome", "結果";
    ControlEqual: "equal", "一致";
    ControlBounded: "within the bound of unreadable rejects", "読めないリジェクトの範囲内";
    ControlOpen: "not compared: a rejected value is unreadable", "比較不能（読めないリジェクト値）";
    ControlDiffers: "differs", "不一致";
    ReferencesTitle: "References that find no row", "参照先のない行";
    ReferencesWhy: "Where two rows that belong together go to different places, one of them finds the other no more. Nothing is repaired by copying.",
        "対になる二つの行が別のストアへ行くと、参照先が見つからなくなります。写しを作って補うことはしません。";
    Refers: "Reference", "参照";
    Dangling: "Find nothing", "参照先なし";
    Causes: "Because the other row", "参照先の行";
    NoneDangling: "Every reference that was followed finds its row in every store.", "たどった参照は、どのストアでもすべて参照先が見つかりました。";
    CauseAbsent: "is not in the legacy system either", "旧システムにもない";
    CauseRejected: "was rejected", "リジェクトされた";
    CauseWithheld: "does not go to this store by its class", "区分により、このストアに行かない";
    CauseOwn: "is the incumbent’s own", "自社の行";
    CauseOther: "is another customer’s", "他社の行";
    CauseUndecided: "waits for a person", "判定保留の行";
    NotesTitle: "Other things to read", "そのほか読むべきもの";
    NotesWhy: "None of these breaks a claim. A check that could have passed on nothing says so here.",
        "いずれも約束を破るものではありません。対象がないまま通ってしまう検査は、ここに示します。";
    ClassesTitle: "The classification and its basis", "項目区分と根拠";
    ClassesOther: "The catalogue that lies here now is not the one that decided, so it is not shown.",
        "現在のカタログは判定に使われたものではないため、表示しません。";
    ClassesAbsent: "No catalogue was at hand.", "カタログがありません。";
    Meaning: "Meaning", "意味";
    Columns: "Columns", "列";
    Basis: "Basis", "根拠";
    NoBasis: "no basis is written", "根拠の記載なし";
    NoBasisNeeded: "needs none: public", "不要（公開情報）";
    ByValueOf: "by the value of", "次の列の値による：";
    Otherwise: "else", "その他";
    MeansAnyRetailer: "any retailer may see it", "他社小売からも閲覧できるもの";
    MeansOwnCustomer: "a retailer sees it of its own customers", "自社顧客のみ閲覧可能";
    MeansTransmissionOnly: "never leaves the transmission operator", "託送システムのみ";
    MeansRetailOnly: "the retailer’s own business, never in the transmission store", "小売専用";
    MeansHold: "text of both companies, kept until a person has read it", "要判断";
    MeansReference: "a public code table", "公開コード表";
    MeansDiscard: "counted and not migrated", "移行しない";
    ProofTitle: "Would retail’s store be another one if the secrets were others?", "渡さないデータが違っていたら、小売ストアは変わるか（非干渉）";
    ProofNone: "`bunri prove` was not run, so nobody has tried.", "`bunri prove` を実行していないため、試していません。";
    ProofOther: "The record beside this report speaks of other data or another version. Run `bunri prove` again.",
        "記録は別のデータまたは別の版についてのものです。`bunri prove` を実行し直してください。";
    ProofHeld: "No. What is withheld was changed in every pair, and retail’s bytes stayed the same. This is evidence, not proof.",
        "変わりませんでした。各試行で渡さないデータを変えても、小売ストアのバイトは同じでした。証拠であって、証明ではありません。";
    ProofBroken: "Yes: retail’s bytes changed when something withheld from it did. Do not hand over.",
        "変わりました。渡さないデータを変えたところ、小売ストアのバイトが変わりました。引き渡してはなりません。";
    ProofNothing: "No difference was seen, and yet the run shows nothing, because a guard was not met.",
        "違いは見られませんでしたが、前提を満たさなかったため、この試行からは何も言えません。";
    Strategy: "What was changed", "変え方";
    Cells: "Cells", "セル";
    RowsMoved: "Rows added, gone, moved", "加えた・除いた・動かした行";
    LeftAlone: "Withheld columns that were not changed", "変えられなかった列";
    Flows: "Withheld columns that rules read, so that decisions speak of them", "規則が読むため、判定を通じて影響する列";
    Differences: "What made retail’s bytes change", "小売ストアのバイトを変えたもの";
    Refusals: "Guards that were not met", "満たさなかった前提";
    SinceTitle: "Since the report before", "前回の報告書との違い";
    SinceNothing: "Nothing that a report tells has changed.", "報告書の内容に違いはありません。";
    What: "What", "項目";
    Verdict: "Answer", "結論";
    Before: "Before", "前回";
    Now: "Now", "今回";
    WordsTitle: "Words on this page", "用語";
    WordStore: "A folder of files for one company. Nothing is in it that the catalogue does not grant.",
        "一つの会社のためのファイル一式。カタログが許していないものは入りません。";
    WordClaim: "A promise about the stores that is checked by itself: held, broken, or not checked.",
        "ストアについての約束。一つずつ検査し、守られている・破れている・検査していないのどれかで示します。";
    WordFinding: "One thing that verification saw: where, and which rule it breaks. Never the content of a record.",
        "検証で見つけたこと。場所と、反する規則を示します。記録の中身は載せません。";
    WordDigest: "A number of 64 digits that stands for the content of a file. Two files with the same digest are the same file.",
        "ファイルの内容を表す 64 桁の値。ダイジェストが同じなら、同じファイルです。";
    WordQuarantine: "Where rows wait that the rules cannot decide. It stays with the transmission operator.",
        "規則で決められない行を置くところ。送配電側が管理します。";
    WordStaging: "The legacy system as it was extracted, row by row, before anything was divided.",
        "分ける前に、旧システムを行ごとに写したもの。";
    EndRest: "Everything here, and more of it, stands in `custody/evidence/report.json`.",
        "このページの内容と詳細は `custody/evidence/report.json` にあります。";
    // the plan
    PlanDocument: "Separation plan", "分離計画書";
    PlanCustody: "Transmission custody. Names and counts only, and yet not for the retail company.",
        "送配電側の管理文書です。名称と件数だけですが、小売側に渡さないでください。";
    PlanAnswer: "What a run would do", "実行した場合の結果";
    PlanLede: "Decided from what was extracted, by the evaluator that verification uses. No store was written.",
        "抽出済みのデータを、検証と同じ判定器で判定した結果です。ストアには何も書き込んでいません。";
    PlanLedeCatalogue: "Nothing was extracted yet: this page says what the catalogue alone tells.",
        "まだ抽出していないため、カタログだけから分かることを示します。";
    PlanUnknown: "What this plan does not know", "この計画では分からないこと";
    PlanUnknownNothing: "Nothing that it should.", "ありません。";
    PlanFirst: "What somebody has to do first", "先に行うべきこと";
    PlanFirstNothing: "Nothing that a plan can see.", "計画から分かるものはありません。";
    PlanMatrix: "Where everything would go", "行き先の見込み";
    PlanWaiting: "Rows that would wait for a person", "人の判断を待つ見込みの行";
    PlanDrafts: "`bunri quarantine` drafts the file of decisions, and says what such a file would move.",
        "`bunri quarantine` で個別判断ファイルのひな形を作り、その結果を試算できます。";
    PlanFrees: "What frees them", "解消の方法";
    PlanOwner: "Who has to act", "担当";
    PlanChanges: "What changes against before", "以前との違い";
    PlanSame: "Nothing moves: every row and every cell stays where it is.", "行もセルも動きません。";
    PlanWas: "Was", "変更前";
    PlanIs: "Is", "変更後";
    PlanRowsIn: "Rows in", "入る行";
    PlanRowsOut: "Rows out", "出る行";
    PlanCellsIn: "Cells in", "入るセル";
    PlanCellsOut: "Cells out", "出るセル";
    PlanQueries: "Views and queries of the legacy system", "旧システムのビューと問合せ";
    PlanQueriesNone: "None was given.", "対象がありません。";
    PlanQueriesWhy: "What a statement reads that a store would not have whole. One that is not understood is never clean.",
        "ストアにそろわない列を読む文を示します。解析できない文は、問題なしとは見なしません。";
    PlanStatement: "Statement", "文";
    PlanReadAs: "How", "使い方";
    PlanShown: "shown", "表示";
    PlanFilter: "filter", "条件";
    PlanJoin: "join", "結合";
    PlanGroup: "group", "集計";
    PlanOrder: "order", "並べ替え";
    PlanNotUnderstood: "unknown", "不明";
    PlanHasRetail: "Retail has", "小売にあるもの";
    PlanHasTransmission: "Transmission has", "送配電にあるもの";
    PlanWhole: "all", "全部";
    PlanPart: "some cells", "一部のセル";
    PlanHashed: "hashes", "ハッシュ値";
    PlanNothing: "nothing", "なし";
    PlanGrants: "Who can read withheld columns today", "渡さない列を今読める人";
    PlanBaseless: "Columns without a basis", "根拠のない列";
    PlanBaselessWhy: "A cutover refuses them. Who keeps the catalogue has to name a law, a guideline or a decision.",
        "本番切替では拒否します。カタログの管理者が、法令・指針・決定のいずれかを根拠として記載してください。";
    PlanBaselessNone: "Every column rests on a basis.", "根拠のない列はありません。";
    PlanCost: "Disk, memory and time", "ディスク・メモリ・時間";
    PlanStagingRows: "Rows of staging", "ステージングの行";
    PlanStagingDisk: "Staging on disk, bytes", "ステージングのディスク容量（バイト）";
    PlanValues: "Values before any compression, bytes", "圧縮前の値（バイト）";
    PlanStoreDisk: "About so much for the store, bytes, if its values compress as those of staging did:",
        "ストアの見込み容量（バイト、ステージングと同じ圧縮率の場合）：";
    PlanMemory: "Sorts may hold, bytes", "並べ替えに使うメモリの上限（バイト）";
    PlanThreads: "Threads", "スレッド数";
    PlanTook: "Seconds that the last run took:", "前回の所要秒数：";
    PlanTimeUnknown: "Time is not known: no run was noted with its times.", "所要時間は分かりません（実行の記録がありません）。";
    PlanRerun: "What a rerun does again", "再実行でやり直すこと";
    PlanStands: "stands", "そのまま";
    PlanRedone: "is done again", "やり直す";
    PlanStage: "Stage", "段階";
    PlanRest: "Everything here, and more of it, stands in `plan.json` beside this page; `runbook.md` says what to do on the day.",
        "このページの内容と詳細は、同じフォルダの `plan.json` にあります。当日の手順は `runbook.ja.md` を見てください。";
    OnPaper: "Long lists are printed only where they were opened first.", "長い一覧は、開いてから印刷したものだけが印刷されます。";
    NotTold: "–", "–";
}

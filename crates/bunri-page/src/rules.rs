//! What each rule and note says, in Japanese; in English `bunri-report` says it. A new rule without its sentence does not
//! compile.

use bunri_report::{NoteRule, Rule};

use crate::lang::Lang;

impl Lang {
    /// What a finding of this rule is, in a sentence.
    pub(crate) fn seen(self, rule: Rule) -> &'static str {
        match self {
            Lang::En => rule.sentence(),
            Lang::Ja => seen(rule),
        }
    }

    /// What to do about it.
    pub(crate) fn advice(self, rule: Rule) -> &'static str {
        match self {
            Lang::En => rule.advice(),
            Lang::Ja => advice(rule),
        }
    }

    /// What a note is, in a sentence.
    pub(crate) fn noted(self, rule: NoteRule) -> &'static str {
        match self {
            Lang::En => rule.sentence(),
            Lang::Ja => noted(rule),
        }
    }
}

fn seen(rule: Rule) -> &'static str {
    match rule {
        Rule::StoreMissing => "ストアのフォルダがありません。",
        Rule::ManifestMissing => "マニフェストがないため、ストアは完成していません。",
        Rule::ManifestUnreadable => {
            "マニフェストがこの形式のものではありません（ストアの外を指すパスも拒否します）。"
        }
        Rule::ManifestNotCanonical => {
            "マニフェストの内容は同じでも、バイトまたは表の順序が bunri の書き方と違います。"
        }
        Rule::SumsMissing => "B3SUMS または SHA256SUMS がありません。",
        Rule::SumsDiffer => "B3SUMS または SHA256SUMS がマニフェストと一致しません。",
        Rule::FileMissing => "一覧にあるファイルがありません。",
        Rule::FileChanged => "一覧にあるファイルの長さまたはダイジェストが違います。",
        Rule::FileUnlisted => "一覧にないファイルがあります。",
        Rule::FolderUnlisted => "一覧のファイルを含まないフォルダがあります。",
        Rule::Link => "シンボリックリンクがあります（たどりません）。",
        Rule::HardLink => "別の場所にも名前を持つファイル（ハードリンク）です。",
        Rule::NotAFile => "ソケット、パイプ、デバイスがあります。",
        Rule::TableMissing => "渡すべき表がマニフェストにないか、ファイルがありません。",
        Rule::TableNotGranted => {
            "このストアに何も許されていない表があります（C2 はマニフェスト、C4 は行について）。"
        }
        Rule::ManifestDiffers => "マニフェストの記載（詳細欄）がジョブまたはカタログと違います。",
        Rule::ManifestRows => "ファイルの行数がマニフェストと違います。",
        Rule::ColumnMissing => "渡すべき列がファイルにありません。",
        Rule::ColumnType => "列の型が宣言と違います。",
        Rule::ColumnNotGranted => {
            "このストアに許されていない列があります（C2 は列、C4 は NULL でないセルについて）。"
        }
        Rule::ColumnOrder => "列の順序が違います。",
        Rule::RowOrder => "行の順序がストアの順序と違います。",
        Rule::RowInWrongPart => "ファイルのキー範囲の外の行があります。",
        Rule::Unreadable => "ファイルを Parquet として読めません（先頭から、または途中から）。",
        Rule::StagedRowsDiffer => "ステージングの行数がマニフェストと違います。",
        Rule::RejectedRowsDiffer => "リジェクトの行数がステージングのマニフェストと違います。",
        Rule::RejectedForNothing => "列の型に合う値の行がリジェクトされています。",
        Rule::SourceRowsDiffer => {
            "ステージングとリジェクトの合計が、旧システムの数えた行数と違います。"
        }
        Rule::SourceValuesDiffer => "この列の値の数が、旧システムの数えた数と違います。",
        Rule::SourceTotalDiffers => {
            "列の合計が旧システム自身の合計と違うか、抽出では作られない合計です。"
        }
        Rule::SourceTotalMissing => "旧システムの集計値、または型に応じた合計がない列があります。",
        Rule::ControlFigureDiffers => {
            "移行元の担当部署が出したグループ別の数値（詳細欄）が、ステージングとリジェクトの合計と違います。"
        }
        Rule::ControlGroupMissing => {
            "ステージングまたはリジェクトにあるグループ（詳細欄）が、移行元の担当部署の数値にありません。"
        }
        Rule::ControlGroupUnknown => {
            "移行元の担当部署の数値にあるグループ（詳細欄の行）が、ステージングにもリジェクトにもありません。"
        }
        Rule::ControlTotalDiffers => {
            "全グループの合計（詳細欄）の差が、グループを読めないリジェクト行の分と一致しません。"
        }
        Rule::ViewDiffers => {
            "ビューの元の表がカタログと違うか、行が一対一ではありません（件数は詳細欄）。"
        }
        Rule::RowMissing => "ストアにあるべき行がありません。",
        Rule::RowDoubled => "行が必要以上に重複しています。",
        Rule::ValueChanged => "渡すセルの値がステージングと違います。",
        Rule::RegionDiffers => {
            "領域（詳細欄）のフィンガープリントまたは件数が、あるべきものと違います。"
        }
        Rule::DecisionUnused => {
            "個別判断ファイルの行が何も決めていません（キーの行がないか、規則で決まる行です。詳細欄）。"
        }
        Rule::RekeyCollision => "表の二つの行のキーが同じハッシュになり、区別できません。",
        Rule::RowNotGranted => "このストアに許されていない行があります（他社の顧客の行）。",
        Rule::RowWithoutPartner => "ステージングにない行があります。",
        Rule::CellNotGranted => "渡さないセルに値が入っています。",
        Rule::ValueLeaked => {
            "渡さないセルだけが持つ値が、そのままの表記であります（元の列は詳細欄）。"
        }
        Rule::ValueLeakedLoose => {
            "同じ値が別の表記であります（ハイフン、全半角、カナ、異体字、+81、会社の種類）。"
        }
        Rule::ValueEncoded => "同じ値が base64、16 進、エスケープの形であります（詳細欄）。",
        Rule::ValueHashed => "そのような値のハッシュがあります（詳細欄）。",
        Rule::FileNotSearched => {
            "表として読めない Parquet ファイルがあり、その中は探せていません。"
        }
        Rule::ValueInName => {
            "そのような値がファイル・フォルダ・列の名前にあります（名前は番号で示します）。"
        }
        Rule::ValueInManifest => {
            "そのような値がマニフェスト、チェックサム、または Parquet のメタデータ・統計にあります。"
        }
        Rule::ValueInGrantedCell => {
            "旧システムの渡してよいセル自身に、そのような値があります。項目区分を見直す対象です。"
        }
        Rule::RetailerNamed => {
            "渡す文字列に、他の小売事業者のコードまたは名称が語として現れます。供給者を示すおそれがあります。"
        }
        Rule::RecordCombined => {
            "一件の記録の渡さない値が複数、旧システムの渡すセルとは異なる一つの行にそろっています（表と列数は詳細欄）。"
        }
        Rule::DigestsNotCompared => {
            "ストアにあるダイジェストの種類が多く、すべては比べられませんでした。"
        }
        Rule::FileNotCanonical => {
            "ファイルが、許されたセルから作り直したものとバイト単位で一致しません。"
        }
        Rule::NotParquet => "Parquet ファイルでないか、記録をたどれません（行は読んでいません）。",
        Rule::HostileSize => "ファイルが不当に大きな領域を求めています（行は読んでいません）。",
        Rule::FooterLies => {
            "ファイルのフッターがページまたは自身と矛盾しています（行は読んでいません）。"
        }
        Rule::FooterNotCanonical => {
            "ファイルのフッターが、ページに対応するものとバイト単位で一致しません。"
        }
        Rule::MetadataForeign => {
            "bunri が書かないメタデータがあります（他のプログラム名、キーと値、並べ替え列、不明な項目）。"
        }
        Rule::StatisticsPresent => {
            "統計、ブルームフィルター、ページ索引があります（行の外に値またはその要約がある状態）。"
        }
        Rule::SchemaDiffers => "フッターの列がストアの表の列と違います。",
        Rule::ByteUnaccounted => {
            "どのページにも記録にも属さないバイトがあります（件数はバイト数）。"
        }
        Rule::ByteClaimedTwice => {
            "二つの列が同じバイトを自分のものとしています（行は読んでいません）。"
        }
        Rule::RowGroupCut => "行グループが、行数で決まらないところで終わっています。",
        Rule::PageCut => "ページが、行で決まらないところで終わっています。",
        Rule::PageHeaderForeign => "ページのヘッダーが bunri の書くものと違います。",
        Rule::PageTrailingBytes => "ページの最後の値の後ろに余分なバイトがあります。",
        Rule::PageDamaged => "ページを展開できないか、最後まで読めません。",
        Rule::EncodingUnexpected => "bunri が使わない符号化・圧縮・ページの種類です。",
        Rule::LevelsNotCanonical => "どの行が NULL かの書き方が bunri と違います。",
        Rule::IndicesNotCanonical => "辞書の索引の書き方が bunri と違います。",
        Rule::ValuesNotCanonical => "ページの値の脇に、ゼロでないビットがあります。",
        Rule::ValueInvalid => {
            "列の型にない値があります（UTF-8 でない文字列、桁の多すぎる小数、数でない実数）。"
        }
        Rule::DictionaryEntryUnused => "どの行も使わない辞書の項目があります（件数は項目数）。",
        Rule::DictionaryEntryDoubled => "辞書に同じ項目が二度あります。",
        Rule::DictionaryOrder => "辞書の項目が、最初に使われる順に並んでいません。",
        Rule::FrameSkippable => "圧縮ページに、展開時に読み飛ばされるフレームがあります。",
        Rule::FrameTrailingBytes => {
            "圧縮ページのフレームの後ろに、余分なバイトまたはフレームがあります。"
        }
        Rule::FrameNotCanonical => {
            "ページの圧縮のしかた（水準、窓、チェックサム）が bunri と違います。"
        }
        Rule::PermissionsWider => {
            "他人がストアのファイルを読み書きできるか、誰でもフォルダに書き込めます。"
        }
        Rule::ExtendedAttribute => "ストアのファイルまたはフォルダに拡張属性があります。",
        Rule::RetailDepends => {
            "渡さないデータを変えると、小売ストアのバイトが変わりました（変え方は詳細欄）。"
        }
        Rule::EvidenceUnreadable => {
            "bunri が書く封筒ではありません。変えられたか、大きすぎるか、この版の知らない陳述です。"
        }
        Rule::EvidenceOtherStatement => "封筒の中の陳述が、名前の示すものと違います。",
        Rule::EvidenceOtherSubject => {
            "陳述の対象が、ここにあるファイルと違うか、述べている内容が違います。"
        }
        Rule::EvidenceSignatureWrong => "署名が、その鍵によるこの陳述の署名ではありません。",
        Rule::EvidenceKeyUnknown => "ジョブがこの陳述に指定していない鍵で署名されています。",
        Rule::EvidenceBelowThreshold => {
            "ジョブが指定する署名者のうち、署名した人が必要な数に足りません。"
        }
        Rule::RunsBroken => {
            "実行台帳が書かれたときのままではありません。実行が削られたか、差し替えられたか、順序が変わっています。"
        }
        Rule::AttestationDiffers => {
            "検証証明の小売向けの写しが、署名された引渡しの陳述と違います。"
        }
        Rule::RereadValueDiffers => {
            "ステージングの値が、別の経路で読み直した旧システムの値と異なります。"
        }
        Rule::RereadRowMissing => {
            "別の経路で読み直すと旧システムにある行が、ステージングにありません。"
        }
        Rule::RereadRowAdded => {
            "別の経路で読み直すと旧システムにない行が、ステージングにあります。"
        }
        Rule::RereadRejectsDiffer => {
            "リジェクトされた行が、別の経路で読み直した旧システムの行と異なります。"
        }
    }
}

fn advice(rule: Rule) -> &'static str {
    match rule {
        Rule::FileUnlisted
        | Rule::FolderUnlisted
        | Rule::Link
        | Rule::HardLink
        | Rule::NotAFile => {
            "誰がなぜ置いたかを調べてください。取り除いたうえで、検証をやり直してください。"
        }
        Rule::PermissionsWider | Rule::ExtendedAttribute => {
            "bunri が付けた権限と属性に戻し、誰が変えたかを調べて、検証をやり直してください。"
        }
        Rule::ValueInName | Rule::ValueInManifest => {
            "別のラベルにするか、その名前のものを取り除き、振分けからやり直してください。"
        }
        Rule::ValueInGrantedCell | Rule::RetailerNamed => {
            "渡す列の区分を決めた人に確認してください。一つの列につき、問いは一つです。"
        }
        Rule::DigestsNotCompared => "[limits] memory を増やし、検証をやり直してください。",
        Rule::DecisionUnused => {
            "個別判断ファイルの該当行を直すか削り、改めて承認を受けてください。"
        }
        Rule::RekeyCollision => "この rekey に別の秘密を使い、振分けからやり直してください。",
        Rule::RetailDepends => {
            "渡さない列から小売ストアのバイトへの経路を突き止めてください。項目区分の誤りか、プログラムの不具合です。"
        }
        Rule::ControlFigureDiffers
        | Rule::ControlGroupMissing
        | Rule::ControlGroupUnknown
        | Rule::ControlTotalDiffers => {
            "移行元の担当部署に、抽出条件と実行時点を確認してください（docs/control.md）。同じ時点の数値であれば、先へ進まないでください。"
        }
        Rule::EvidenceUnreadable
        | Rule::EvidenceOtherStatement
        | Rule::EvidenceSignatureWrong
        | Rule::AttestationDiffers => {
            "誰が封筒を変えたかを調べ、封筒を別の場所へ移して、ここにあるものに署名し直してください。"
        }
        Rule::EvidenceOtherSubject => {
            "封筒を別の場所へ移し、ジョブが指定する人が署名し直すか、署名されたものを元に戻してください。"
        }
        Rule::EvidenceKeyUnknown | Rule::EvidenceBelowThreshold => {
            "ジョブが指定する人が署名してください。誰の鍵をジョブに書くかは、ジョブの審査者が判断します。"
        }
        Rule::RunsBroken => {
            "誰が実行台帳を変えたかを調べ、元に戻してください。欠けた実行は、誰も説明できません。"
        }
        Rule::ViewDiffers => {
            "データベースの管理者に、ビューから漏れる行を確認してください。ビューを直すか、正しい理由を view_of に書き、抽出からやり直してください。"
        }
        Rule::RereadValueDiffers
        | Rule::RereadRowMissing
        | Rule::RereadRowAdded
        | Rule::RereadRejectsDiffer
        | Rule::StagedRowsDiffer
        | Rule::RejectedRowsDiffer
        | Rule::RejectedForNothing
        | Rule::SourceRowsDiffer
        | Rule::SourceValuesDiffer
        | Rule::SourceTotalDiffers
        | Rule::SourceTotalMissing => {
            "抽出からやり直してください。それでも違うなら、旧システムが壊れているか、誰かがステージングを変えています。先へ進まないでください。"
        }
        Rule::ValueLeaked
        | Rule::ValueLeakedLoose
        | Rule::ValueEncoded
        | Rule::ValueHashed
        | Rule::FileNotSearched
        | Rule::RecordCombined => {
            "送配電側でその場所を確かめ、項目区分を直すか、ストアを変えた人を突き止めて、振分けからやり直してください。"
        }
        Rule::StoreMissing
        | Rule::ManifestMissing
        | Rule::ManifestUnreadable
        | Rule::ManifestNotCanonical
        | Rule::SumsMissing
        | Rule::SumsDiffer
        | Rule::FileMissing
        | Rule::FileChanged
        | Rule::TableMissing
        | Rule::TableNotGranted
        | Rule::ManifestDiffers
        | Rule::ManifestRows
        | Rule::ColumnMissing
        | Rule::ColumnType
        | Rule::ColumnNotGranted
        | Rule::ColumnOrder
        | Rule::RowOrder
        | Rule::RowInWrongPart
        | Rule::Unreadable
        | Rule::RowMissing
        | Rule::RowDoubled
        | Rule::ValueChanged
        | Rule::RegionDiffers
        | Rule::RowNotGranted
        | Rule::RowWithoutPartner
        | Rule::CellNotGranted
        | Rule::FileNotCanonical
        | Rule::NotParquet
        | Rule::HostileSize
        | Rule::FooterLies
        | Rule::FooterNotCanonical
        | Rule::MetadataForeign
        | Rule::StatisticsPresent
        | Rule::SchemaDiffers
        | Rule::ByteUnaccounted
        | Rule::ByteClaimedTwice
        | Rule::RowGroupCut
        | Rule::PageCut
        | Rule::PageHeaderForeign
        | Rule::PageTrailingBytes
        | Rule::PageDamaged
        | Rule::EncodingUnexpected
        | Rule::LevelsNotCanonical
        | Rule::IndicesNotCanonical
        | Rule::ValuesNotCanonical
        | Rule::ValueInvalid
        | Rule::DictionaryEntryUnused
        | Rule::DictionaryEntryDoubled
        | Rule::DictionaryOrder
        | Rule::FrameSkippable
        | Rule::FrameTrailingBytes
        | Rule::FrameNotCanonical => {
            "このジョブが作るストアではありません。誰が変えたかを調べ、振分けと検証をやり直してください。再び起きるなら、プログラムの不具合です。"
        }
    }
}

fn noted(rule: NoteRule) -> &'static str {
    match rule {
        NoteRule::EmptyTable => "ステージングに一行もない表です。",
        NoteRule::EmptyStoreTable => "このストアに一行もない表です。",
        NoteRule::NoRowIsOther => {
            "他社の行として小売に渡さなかった行が一つもなく、その検査は対象がないまま通りました。"
        }
        NoteRule::NoRowIsOwn => "自社の行が一つもない表です。",
        NoteRule::RejectedRows => "宣言した型に合わず、どのストアにもない行です。",
        NoteRule::DecidedRows => {
            "規則では決められず、人が自社または他社（詳細欄）と判断した行です。"
        }
        NoteRule::DecisionAfterCutover => {
            "切替日より後に承認された個別判断です（最初のものは詳細欄）。"
        }
        NoteRule::DecisionSaysNothing => {
            "根拠が短すぎて何も述べていない個別判断です（最初のものは詳細欄）。"
        }
        NoteRule::ReleasedRows => {
            "この表の行を人が判断したことで、親をたどって自社または他社（詳細欄）になった他の表の行です。"
        }
        NoteRule::FarAfterCutover => {
            "切替日より 60 日以上後の日付（列は詳細欄）の行です。この旧システムの切替日で合っていますか。"
        }
        NoteRule::FarBeforeCutover => {
            "書込み日・台帳の日付のどれも切替日の前後 60 日以内にありません（最も新しい列は詳細欄、件数は日数）。この切替のための旧システムですか。"
        }
        NoteRule::IncumbentNotListed => {
            "自社のコード（詳細欄）が小売事業者の一覧にありません。旧システムと同じ書き方か、一覧は正しいかを確かめてください。"
        }
        NoteRule::UndecidedRows => "人が判断する行です（理由は詳細欄）。",
        NoteRule::ControlNotExact => {
            "リジェクト行のグループまたは値を読めないため、範囲で比べたか、比べていない数値（詳細欄）です。"
        }
        NoteRule::ReferencesDangle => {
            "会社のストアで参照先（詳細欄、原因つき）が見つからない行です。二つの行が別のストアへ行くか、旧システムに参照先がありません。補いません。"
        }
        NoteRule::ReferenceNotFollowed => "たどれなかった旧システムの外部キー（詳細欄）です。",
        NoteRule::ViewOfAnotherNumber => {
            "読み取るビューと元の表（詳細欄）の行数の差です。理由はカタログにあります。"
        }
        NoteRule::UnseenCaseValue => {
            "区分を決める値がカタログの場合分けにない行です。最も厳しい区分にしました。"
        }
        NoteRule::WhenMatchedNoRow => {
            "どの行も当てはまらなかった条件（[[when]]、番号は詳細欄）です。"
        }
    }
}

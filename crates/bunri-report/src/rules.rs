//! The rules: everything that verification can find fault with, and everything that it tells beside. One list; the published
//! schema, the page of findings and the tests are held against it.

use serde::{Deserialize, Serialize};

use crate::claim::{Claim, Grade};

const STRANGER: &str = "Find out who put it there, and why. Remove it, and verify again.";
const AROUND: &str = "Give the store back the permissions and attributes that bunri gave it, find out who changed them, and verify again.";
const NAMES: &str = "Take another label, or remove what bears the name; split again.";
const RECONSIDER: &str =
    "Ask the person who classified the granted column about it: one column is one question.";
const MEMORY: &str = "Raise `[limits] memory` and verify again.";
const DECISION: &str =
    "Correct or remove the line of the file of decisions, and have it approved again.";
const SECRET: &str = "Take another secret for this `rekey`, and split again.";
const DEPENDS: &str = "Find the way from the withheld column to retail's bytes; it is a mistake in the classification or a bug.";
const FIGURES: &str = "Ask the legacy team which rows their query took and when it ran (docs/control.md). If figures and source speak of the same moment, do not go on.";
const SIGN: &str = "Find out who changed the envelope, put it aside, and have the statement signed again over what lies here.";
const ANEW: &str = "Put the envelope aside and have the statement signed again, by those whom the job names; or put back what was signed.";
const SIGNERS: &str = "Have those whom the job names sign; whose keys stand in the job is for its reviewers to judge.";
const LEDGER: &str = "Find out who changed the ledger of runs, and put it back as it was; what it lacks, nobody can account for.";
const VIEW: &str = "Ask the database's keeper which rows the view leaves out, mend the view or say in `view_of` why that is right, and extract again.";
const EXTRACT: &str = "Extract again. If the figures still differ, the source is damaged or somebody changed staging: do not go on.";
const LEAK: &str = "Look the place up in custody, correct the classification or find out who changed the store, and split again.";
const SPLIT: &str = "The store is not what this job makes: find out who changed it, split again, and verify again. If it comes back, it is a bug.";

macro_rules! rules {
    ($($name:ident $word:literal [$($claim:ident)+] $grade:ident $seen:literal, $advice:ident;)+) => {
        /// What a finding says, in a word.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Rule {
            $(#[doc = $seen] #[serde(rename = $word)] $name,)+
        }

        impl Rule {
            /// Every rule, in the order of the published schema.
            pub const ALL: &[Rule] = &[$(Rule::$name),+];

            /// The word in the report.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }

            /// The claims that it can speak against.
            #[must_use]
            pub fn claims(self) -> &'static [Claim] {
                match self {
                    $(Self::$name => &[$(Claim::$claim),+],)+
                }
            }

            /// Whether it breaks its claim, or is for a person to judge.
            #[must_use]
            pub fn grade(self) -> Grade {
                match self {
                    $(Self::$name => Grade::$grade,)+
                }
            }

            /// What was seen, in a sentence.
            #[must_use]
            pub fn sentence(self) -> &'static str {
                match self {
                    $(Self::$name => $seen,)+
                }
            }

            /// What to do.
            #[must_use]
            pub fn advice(self) -> &'static str {
                match self {
                    $(Self::$name => $advice,)+
                }
            }
        }
    };
}

macro_rules! note_rules {
    ($($name:ident $word:literal $seen:literal;)+) => {
        /// What a note says, in a word.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum NoteRule {
            $(#[doc = $seen] #[serde(rename = $word)] $name,)+
        }

        impl NoteRule {
            /// Every rule, in the order of the published schema.
            pub const ALL: &[NoteRule] = &[$(NoteRule::$name),+];

            /// The word in the report.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }

            /// What was seen, in a sentence.
            #[must_use]
            pub fn sentence(self) -> &'static str {
                match self {
                    $(Self::$name => $seen,)+
                }
            }
        }
    };
}

rules! {
    StoreMissing "store_missing" [C1] Certain
        "The store's folder is not there.", SPLIT;
    ManifestMissing "manifest_missing" [C1] Certain
        "No manifest, so the store is not complete.", SPLIT;
    ManifestUnreadable "manifest_unreadable" [C1] Certain
        "The manifest is not a manifest of this format; paths that leave the store are refused here.", SPLIT;
    ManifestNotCanonical "manifest_not_canonical" [C1] Certain
        "The manifest says the same in other bytes, or its tables in another order, than bunri writes.", SPLIT;
    SumsMissing "sums_missing" [C1] Certain
        "B3SUMS or SHA256SUMS is not there.", SPLIT;
    SumsDiffer "sums_differ" [C1] Certain
        "B3SUMS or SHA256SUMS is not what the manifest says.", SPLIT;
    FileMissing "file_missing" [C1] Certain
        "A listed file is not there.", SPLIT;
    FileChanged "file_changed" [C1] Certain
        "Length or a digest of a listed file differs.", SPLIT;
    FileUnlisted "file_unlisted" [C1] Certain
        "A file that nobody listed.", STRANGER;
    FolderUnlisted "folder_unlisted" [C1] Certain
        "A folder without a listed file.", STRANGER;
    Link "link" [C1] Certain
        "A symbolic link; it is not followed.", STRANGER;
    HardLink "hard_link" [C1] Certain
        "A file that has a second name somewhere.", STRANGER;
    NotAFile "not_a_file" [C1] Certain
        "A socket, a pipe, a device.", STRANGER;
    TableMissing "table_missing" [C2] Certain
        "A granted table is not in the manifest, or has no files.", SPLIT;
    TableNotGranted "table_not_granted" [C2 C4] Certain
        "A table of which nothing is granted to this store. C2 says so of the manifest, C4 of its rows.", SPLIT;
    ManifestDiffers "manifest_differs" [C2] Certain
        "A fact of the manifest (in `detail`) is not that of the job or the catalogue.", SPLIT;
    ManifestRows "manifest_rows" [C2] Certain
        "A file has another number of rows than the manifest says.", SPLIT;
    ColumnMissing "column_missing" [C2] Certain
        "A granted column is not in the file.", SPLIT;
    ColumnType "column_type" [C2] Certain
        "A column is of another type than declared.", SPLIT;
    ColumnNotGranted "column_not_granted" [C2 C4] Certain
        "A column that is not granted to this store. C2 says so of the column, C4 of its cells that are not NULL.", SPLIT;
    ColumnOrder "column_order" [C2] Certain
        "The columns come in another order.", SPLIT;
    RowOrder "row_order" [C2] Certain
        "Rows come in another order than that of the store.", SPLIT;
    RowInWrongPart "row_in_wrong_part" [C2] Certain
        "Rows outside the key range of their file.", SPLIT;
    Unreadable "unreadable" [C2] Certain
        "A file is not readable Parquet, from its beginning or from some row on.", SPLIT;
    StagedRowsDiffer "staged_rows_differ" [C3] Certain
        "Staging has another number of rows than its manifest says.", EXTRACT;
    RejectedRowsDiffer "rejected_rows_differ" [C3] Certain
        "The rejects have another number of rows than the manifest of staging says.", EXTRACT;
    RejectedForNothing "rejected_for_nothing" [C3] Certain
        "A row was rejected for a value that fits its column.", EXTRACT;
    SourceRowsDiffer "source_rows_differ" [C3] Certain
        "Staging and rejects together are not as many rows as the source counted.", EXTRACT;
    SourceValuesDiffer "source_values_differ" [C3] Certain
        "Staging and rejects together have not as many values in this column as the source counted.", EXTRACT;
    SourceTotalDiffers "source_total_differs" [C3] Certain
        "The control total of a column differs from the source's own, or is one that no extraction makes there.", EXTRACT;
    SourceTotalMissing "source_total_missing" [C3] Certain
        "The source gave no figures for a column, or not the sum that is due for its type.", EXTRACT;
    ControlFigureDiffers "control_figure_differs" [C3] Certain
        "A figure of the legacy team for a group (control, group and figure in `detail`) is not that of staging and rejects together.", FIGURES;
    ControlGroupMissing "control_group_missing" [C3] Certain
        "Staging or the rejects have a group (in `detail`, with the control) that the figures of the legacy team do not have.", FIGURES;
    ControlGroupUnknown "control_group_unknown" [C3] Certain
        "The figures of the legacy team have a group (its line in `detail`, with the control) that neither staging nor the rejects have.", FIGURES;
    ControlTotalDiffers "control_total_differs" [C3] Certain
        "Over all groups, a figure of the legacy team (in `detail`, with the control) differs by another amount than the rejected rows have whose group cannot be read.", FIGURES;
    ViewDiffers "view_differs" [C3] Certain
        "A view of the source is made of other tables than the catalogue says, or has not one row for each row of those that it names (counts in `detail`).", VIEW;
    RowMissing "row_missing" [C3] Certain
        "A row that the store must hold is not there.", SPLIT;
    RowDoubled "row_doubled" [C3] Certain
        "A row is there more often than it must be.", SPLIT;
    ValueChanged "value_changed" [C3] Certain
        "A granted cell differs from staging.", SPLIT;
    RegionDiffers "region_differs" [C3] Certain
        "Fingerprint or count of a region (in `detail`) differ between what must be there and what is.", SPLIT;
    DecisionUnused "decision_unused" [C4] Certain
        "A line of the file of decisions decided nothing: no staged row has its key, or the rules decide the row (in `detail`).", DECISION;
    RekeyCollision "rekey_collision" [C3] Certain
        "Two rows of the table get the same hash as their key, so one cannot be told from the other.", SECRET;
    RowNotGranted "row_not_granted" [C4] Certain
        "A row of staging that is not granted to this store: another customer's.", SPLIT;
    RowWithoutPartner "row_without_partner" [C4] Certain
        "A row that staging does not have.", SPLIT;
    CellNotGranted "cell_not_granted" [C4] Certain
        "A withheld cell is filled in.", SPLIT;
    ValueLeaked "value_leaked" [C5] Certain
        "A value that only withheld cells hold, as it is written there. The column that it comes from stands in `detail`.", LEAK;
    ValueLeakedLoose "value_leaked_loose" [C5] Certain
        "The same in another spelling: hyphens, width, kana, glyph variants, +81, kind of company.", LEAK;
    ValueEncoded "value_encoded" [C5] Certain
        "The same in base64, in hex, or in escapes (named in `detail`).", LEAK;
    ValueHashed "value_hashed" [C5] Certain
        "A digest of such a value (named in `detail`).", LEAK;
    FileNotSearched "file_not_searched" [C5] Certain
        "A Parquet file that cannot be read as a table, so that not having found anything in it is worth nothing.", LEAK;
    ValueInName "value_in_name" [C5] Certain
        "Such a value in the name of a file, a folder or a column. The name is told by its number.", NAMES;
    ValueInManifest "value_in_manifest" [C5] Certain
        "Such a value in the manifest, in the sums, or in the metadata or statistics of a Parquet file.", NAMES;
    ValueInGrantedCell "value_in_granted_cell" [C5] Review
        "Such a value in a cell that is what the source's own granted cell says: a classification to reconsider.", RECONSIDER;
    RetailerNamed "retailer_named" [C5] Review
        "Another retailer's code or name as a word of a granted text: it may tell who supplies, or will.", RECONSIDER;
    RecordCombined "record_combined" [C5] Certain
        "Several withheld values of one record (table and number of columns in `detail`) in one row of a store that is not as the source's granted cells say.", LEAK;
    DigestsNotCompared "digests_not_compared" [C5] Review
        "The store holds more different digests than could be compared.", MEMORY;
    FileNotCanonical "file_not_canonical" [C6] Certain
        "A file is not, byte for byte, what the canonical writer makes of the granted cells.", SPLIT;
    NotParquet "not_parquet" [C6] Certain
        "Not a Parquet file, or one whose records cannot be followed; its rows were not read.", SPLIT;
    HostileSize "hostile_size" [C6] Certain
        "A file claims more than a reader should be asked to hold; its rows were not read.", SPLIT;
    FooterLies "footer_lies" [C6] Certain
        "A file's footer contradicts its pages or itself; its rows were not read.", SPLIT;
    FooterNotCanonical "footer_not_canonical" [C6] Certain
        "A file's footer is not, byte for byte, the one that belongs under its pages.", SPLIT;
    MetadataForeign "metadata_foreign" [C6] Certain
        "Metadata that bunri does not write: another program's name, key-value pairs, sorting columns, unknown fields.", SPLIT;
    StatisticsPresent "statistics_present" [C6] Certain
        "Statistics, a bloom filter or a page index: values, or a digest of them, outside the rows.", SPLIT;
    SchemaDiffers "schema_differs" [C6] Certain
        "The columns in a file's footer are not those of the store's table.", SPLIT;
    ByteUnaccounted "byte_unaccounted" [C6] Certain
        "Bytes that belong to no page and no record; the count is of bytes.", SPLIT;
    ByteClaimedTwice "byte_claimed_twice" [C6] Certain
        "Two columns claim the same bytes; the file's rows were not read.", SPLIT;
    RowGroupCut "row_group_cut" [C6] Certain
        "A row group ends where the number of rows does not end it.", SPLIT;
    PageCut "page_cut" [C6] Certain
        "A page ends where its rows do not end it.", SPLIT;
    PageHeaderForeign "page_header_foreign" [C6] Certain
        "A page's header is not the one that bunri writes for such a page.", SPLIT;
    PageTrailingBytes "page_trailing_bytes" [C6] Certain
        "Bytes behind the last value of a page.", SPLIT;
    PageDamaged "page_damaged" [C6] Certain
        "A page cannot be unpacked or read to its end.", SPLIT;
    EncodingUnexpected "encoding_unexpected" [C6] Certain
        "An encoding, compression or kind of page that bunri does not write.", SPLIT;
    LevelsNotCanonical "levels_not_canonical" [C6] Certain
        "Which rows are NULL is written another way than bunri writes it.", SPLIT;
    IndicesNotCanonical "indices_not_canonical" [C6] Certain
        "Indices of a dictionary are written another way than bunri writes them.", SPLIT;
    ValuesNotCanonical "values_not_canonical" [C6] Certain
        "Bits beside the values of a page that are not zero.", SPLIT;
    ValueInvalid "value_invalid" [C6] Certain
        "Values that their column's type does not have: text that is not UTF-8, a decimal with too many digits, a real that is no number.", SPLIT;
    DictionaryEntryUnused "dictionary_entry_unused" [C6] Certain
        "Entries of a dictionary that no row uses; the count is of entries.", SPLIT;
    DictionaryEntryDoubled "dictionary_entry_doubled" [C6] Certain
        "Entries of a dictionary that are there twice.", SPLIT;
    DictionaryOrder "dictionary_order" [C6] Certain
        "Entries of a dictionary that are not in the order of their first use.", SPLIT;
    FrameSkippable "frame_skippable" [C6] Certain
        "A frame in a compressed page that decoders skip.", SPLIT;
    FrameTrailingBytes "frame_trailing_bytes" [C6] Certain
        "Bytes or further frames behind a compressed page's frame.", SPLIT;
    FrameNotCanonical "frame_not_canonical" [C6] Certain
        "A page is compressed another way than bunri compresses it: level, window, checksum.", SPLIT;
    PermissionsWider "permissions_wider" [C6] Certain
        "Others may read or write a file of the store, or everybody may write to one of its folders.", AROUND;
    ExtendedAttribute "extended_attribute" [C6] Certain
        "Extended attributes on a file or folder of the store.", AROUND;
    RetailDepends "retail_depends" [C7] Certain
        "Retail's bytes changed when something withheld from it did; detail is how it was changed.", DEPENDS;
    EvidenceUnreadable "evidence_unreadable" [C8] Certain
        "An envelope that bunri does not write: changed, too large, or with a statement that this version does not know.", SIGN;
    EvidenceOtherStatement "evidence_other_statement" [C8] Certain
        "An envelope holds another statement than its name says.", SIGN;
    EvidenceOtherSubject "evidence_other_subject" [C8] Certain
        "A statement is about other files than those that lie here, or says something else of them.", ANEW;
    EvidenceSignatureWrong "evidence_signature_wrong" [C8] Certain
        "A signature is not one of its key over this statement.", SIGN;
    EvidenceKeyUnknown "evidence_key_unknown" [C8] Certain
        "A statement is signed with a key that the job does not name for it.", SIGNERS;
    EvidenceBelowThreshold "evidence_below_threshold" [C8] Certain
        "Fewer of those whom the job names signed than must.", SIGNERS;
    RunsBroken "runs_broken" [C8] Certain
        "The ledger of runs is not as it was written: a run was dropped, replaced or moved.", LEDGER;
    AttestationDiffers "attestation_differs" [C8] Certain
        "The retail copy of the attestation is not the release that was signed.", SIGN;
    RereadValueDiffers "reread_value_differs" [C9] Certain
        "Staging has another value than the source, read again on another path.", EXTRACT;
    RereadRowMissing "reread_row_missing" [C9] Certain
        "Staging lacks a row that the source has, read again on another path.", EXTRACT;
    RereadRowAdded "reread_row_added" [C9] Certain
        "Staging has a row that the source does not have, read again on another path.", EXTRACT;
    RereadRejectsDiffer "reread_rejects_differ" [C9] Certain
        "The rejected rows are not those of the source, read again on another path.", EXTRACT;
}

note_rules! {
    EmptyTable "empty_table"
        "The table has no row in staging.";
    EmptyStoreTable "empty_store_table"
        "The table has no row in this store.";
    NoRowIsOther "no_row_is_other"
        "Nothing of this table had to be withheld from retail as another's, so the check of that passed on nothing.";
    NoRowIsOwn "no_row_is_own"
        "No row of this table is the incumbent's own.";
    RejectedRows "rejected_rows"
        "Rows that did not fit their declared types; they are in no store.";
    DecidedRows "decided_rows"
        "Rows that the rules leave undecided and a person decided, own or other (in `detail`).";
    DecisionAfterCutover "decision_after_cutover"
        "Lines of the file of decisions that were approved after the cutover (the first of them in `detail`).";
    DecisionSaysNothing "decision_says_nothing"
        "Lines of the file of decisions whose basis is too short to say anything (the first of them in `detail`).";
    ReleasedRows "released_rows"
        "Rows of other tables that are own or other (in `detail`) because a person decided rows of this one, to which they go back through parents.";
    FarAfterCutover "far_after_cutover"
        "Rows that a column (in `detail`) dates more than 60 days after the cutover: is it the cutover of this source?";
    FarBeforeCutover "far_before_cutover"
        "No day of writing or of the ledger is within 60 days of the cutover; the newest stands in this column (in `detail`), and the count is of days: is it the source of this cutover?";
    IncumbentNotListed "incumbent_not_listed"
        "A code of the incumbent (in `detail`) that the list of retailers does not have: is it written as the source writes it, and is this the list?";
    UndecidedRows "undecided_rows"
        "Rows that a person must decide, by reason (in `detail`).";
    ControlNotExact "control_not_exact"
        "Figures of a control (in `detail`) that are held against a bound or not at all, because a rejected row has a group or a value that cannot be read.";
    ReferencesDangle "references_dangle"
        "Rows of a company's store whose reference (in `detail`, with the cause) finds no row there: the rules send the two rows to different places, or the source has no such row. Nothing is repaired.";
    ReferenceNotFollowed "reference_not_followed"
        "A foreign key of the source (in `detail`) that could not be followed; `references` of the report says why.";
    ViewOfAnotherNumber "view_of_another_number"
        "By how many rows a view that is read has more or fewer than a table that it is made of (in `detail`), where the catalogue states a reason.";
    UnseenCaseValue "unseen_case_value"
        "Rows whose deciding value the catalogue has no case for; the strictest case applied.";
    WhenMatchedNoRow "when_matched_no_row"
        "A condition (`[[when]]`, its number in `detail`) that no row met.";
}

/// Where a finding of these rules stands, these claims could not look: what they say does not cover it.
const BLINDING: &[(Rule, &[Claim])] = {
    use Claim::{C1, C2, C3, C4, C5, C6};
    &[
        (Rule::StoreMissing, &[C1, C2, C3, C4, C5, C6]),
        // Nothing says what should be there, nor what the files are called.
        (Rule::ManifestMissing, &[C1, C2]),
        (Rule::ManifestUnreadable, &[C1, C2]),
        // Neither is followed, so nothing behind it was read.
        (Rule::Link, &[C4, C5, C6]),
        (Rule::NotAFile, &[C4, C5, C6]),
        (Rule::Unreadable, &[C3, C4, C5]),
        (Rule::NotParquet, &[C6]),
        (Rule::HostileSize, &[C6]),
        (Rule::FooterLies, &[C6]),
        (Rule::ByteClaimedTwice, &[C6]),
        (Rule::PageDamaged, &[C6]),
        (Rule::FileNotSearched, &[C5]),
        (Rule::DigestsNotCompared, &[C5]),
    ]
};

impl Rule {
    /// Whether a claim could not look at what a finding of this rule stands for.
    pub fn blinds(self, claim: Claim) -> bool {
        let found = BLINDING.iter().find(|(rule, _)| *rule == self);
        found.is_some_and(|(_, claims)| claims.contains(&claim))
    }
}

// A report lists findings and notes by their words, wherever a rule stands in the list above.
macro_rules! by_word {
    ($name:ident) => {
        impl Ord for $name {
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                self.word().cmp(other.word())
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.word())
            }
        }
    };
}

by_word!(Rule);
by_word!(NoteRule);

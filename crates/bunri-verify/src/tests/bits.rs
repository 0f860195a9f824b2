//! Every bit of a small run's stores turned over, one at a time: as an accident, and as somebody does it who writes the
//! manifest and the sums anew afterwards. docs/evidence/bit-flips.md tells the result; these tests hold it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow_array::RecordBatch;
use arrow_select::concat::concat_batches;
use bunri_catalogue::Store;
use bunri_columnar::guarded;
use bunri_compare::{Facts, StoreFiles, check_entry, check_store, look};
use bunri_manifest::{Digester, Digests, StoreManifest};
use bunri_redecide::Layout;
use bunri_report::{Claim, Findings};
use bunri_residue::{Admitted, is_clean};
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};

use super::fixture::Fixture;
use super::ordinary::ordinary;

fn small() -> Fixture {
    let fixture = Fixture::new(&ordinary(4), &[]);
    fixture.split();
    fixture
}

fn flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[bit / 8] ^= 1 << (bit % 8);
    bytes
}

fn digests(bytes: &[u8]) -> Digests {
    let mut digester = Digester::new();
    digester.update(bytes);
    digester.finish()
}

/// An accident: no digest is right any more, and every file is held by one.
#[test]
fn every_bit_is_held_by_a_digest() {
    let fixture = small();
    for store in Store::ALL {
        let (root, manifest) = (fixture.store(store), fixture.manifest(store));
        for file in manifest.files() {
            let bytes = std::fs::read(file.path.below(&root)).unwrap();
            for bit in 0..bytes.len() * 8 {
                let seen = digests(&flipped(&bytes, bit));
                assert!(seen.blake3 != file.blake3 && seen.sha256 != file.sha256);
            }
        }
        let text = |name: &str| std::fs::read(root.join(name)).unwrap();
        let (whole, b3sums) = (text("manifest.json"), text("B3SUMS"));
        for bit in 0..whole.len() * 8 {
            let changed = flipped(&whole, bit);
            let still = StoreManifest::parse(&changed)
                .is_ok_and(|manifest| manifest.b3sums(&digests(&changed)).as_bytes() == b3sums);
            assert!(!still, "{store:?}: bit {bit} of the manifest");
        }
    }
}

/// The same on disk, through the very look of C1, for a sample of the bits of every file.
#[test]
fn a_flipped_bit_on_disk_is_a_finding_of_integrity() {
    let fixture = small();
    for store in Store::ALL {
        let root = fixture.store(store);
        let manifest = fixture.manifest(store);
        let listed = manifest.files().map(|file| file.path.to_string());
        let sums = ["manifest.json", "B3SUMS", "SHA256SUMS"].map(str::to_owned);
        for name in listed.chain(sums) {
            let whole = std::fs::read(root.join(&name)).unwrap();
            for bit in (0..whole.len() * 8).step_by(509) {
                std::fs::write(root.join(&name), flipped(&whole, bit)).unwrap();
                let mut findings = Findings::default();
                look(&root, store.word(), 1, &mut findings).unwrap();
                assert!(findings.total(Claim::C1) > 0, "{name}: bit {bit}");
            }
            std::fs::write(root.join(&name), &whole).unwrap();
        }
    }
}

/// A data file of a store, as the audit knows it.
struct File {
    store: Store,
    name: String,
    bytes: Vec<u8>,
    schema: arrow_schema::SchemaRef,
}

fn data_files(fixture: &Fixture) -> Vec<File> {
    let mut files = Vec::new();
    for store in Store::ALL {
        for entry in fixture.manifest(store).tables {
            let table = fixture.catalogue.table(&entry.id).unwrap();
            let schema = Layout::new(table, store).unwrap().schema;
            for file in entry.files {
                files.push(File {
                    store,
                    name: file.path.to_string(),
                    bytes: std::fs::read(file.path.below(&fixture.store(store))).unwrap(),
                    schema: schema.clone(),
                });
            }
        }
    }
    files
}

/// The rows as the Parquet library reads them; [`None`] if it cannot.
fn read(bytes: &[u8]) -> Option<RecordBatch> {
    let bytes = bytes::Bytes::copy_from_slice(bytes);
    guarded(|| {
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(bytes, options).ok()?;
        let schema = builder.schema().clone();
        let batches = builder.build().ok()?.collect::<Result<Vec<_>, _>>().ok()?;
        concat_batches(&schema, &batches).ok()
    })
}

/// The bits that the audit does not see. Of each it is asserted that the file then holds other rows.
fn unseen_by_the_audit(file: &File) -> Vec<usize> {
    let whole = read(&file.bytes).unwrap();
    let bits = 0..file.bytes.len() * 8;
    let unseen = bits.filter(|&bit| {
        let changed = flipped(&file.bytes, bit);
        let clean = is_clean(&changed, &file.schema).unwrap();
        let same = clean && read(&changed).as_ref() == Some(&whole);
        assert!(
            !same,
            "{}: bit {bit} changes nothing that anybody sees",
            file.name
        );
        clean
    });
    unseen.collect()
}

/// Everything resealed: the audit sees the flip, or the rows are others, and then the whole verification says so.
#[test]
fn every_resealed_bit_of_a_data_file_is_found() {
    let fixture = small();
    let files = data_files(&fixture);
    let (next, unseen) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    let work = || {
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            let bits = unseen_by_the_audit(file);
            unseen
                .lock()
                .unwrap()
                .insert((file.store, file.name.clone()), bits);
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        work();
    });
    let unseen = unseen.into_inner().unwrap();
    let total: usize = unseen.values().map(Vec::len).sum();
    let all: usize = files.iter().map(|file| file.bytes.len() * 8).sum();
    assert!(
        total > 0 && total * 4 < all,
        "{total} of {all} bits make other rows in canonical form"
    );
    for file in &files {
        let bits = &unseen[&(file.store, file.name.clone())];
        let path = fixture.store(file.store).join(&file.name);
        for &bit in bits.iter().step_by(101) {
            std::fs::write(&path, flipped(&file.bytes, bit)).unwrap();
            fixture.reseal(file.store);
            let report = fixture.verify(1);
            let broken = |claim| report.claim(claim).unwrap().findings_total > 0;
            assert!(!broken(Claim::C1), "{}: resealed", file.name);
            let rows = broken(Claim::C2) || broken(Claim::C3) || broken(Claim::C4);
            assert!(rows, "{}: bit {bit} makes other rows", file.name);
            assert_eq!(
                broken(Claim::C6),
                file.store == Store::Retail,
                "{}: bit {bit}",
                file.name
            );
        }
        std::fs::write(&path, &file.bytes).unwrap();
        fixture.reseal(file.store);
    }
    assert_eq!(
        fixture.findings(),
        Vec::<String>::new(),
        "everything was put back"
    );
}

/// The manifest with its sums written anew: whatever it still says in canonical form is held by the files, the catalogue
/// or the job.
#[test]
fn every_resealed_bit_of_a_manifest_is_found() {
    let fixture = small();
    let facts = Facts {
        label: "test",
        kind: "rehearsal",
    };
    let mut survivors = BTreeSet::new();
    for store in Store::ALL {
        let root = fixture.store(store);
        let whole = std::fs::read(root.join("manifest.json")).unwrap();
        let original = fixture.manifest(store);
        let files = |manifest: &StoreManifest| manifest.files().cloned().collect::<Vec<_>>();
        for bit in 0..whole.len() * 8 {
            let changed = flipped(&whole, bit);
            let Ok(manifest) = StoreManifest::parse(&changed) else {
                continue;
            };
            let canonical = manifest.to_bytes().is_ok_and(|bytes| bytes == changed);
            // Paths, lengths and digests are held by the files themselves (C1), rows by their footers (C2).
            if !canonical || files(&manifest) != files(&original) {
                continue;
            }
            let seen = StoreFiles {
                root: root.clone(),
                listing: Default::default(),
                manifest: Some(manifest),
                digests: BTreeMap::new(),
                admitted: Admitted::default(),
            };
            let mut findings = Findings::default();
            check_store(
                &fixture.catalogue,
                store,
                &seen,
                Some(&facts),
                &mut findings,
            );
            for table in &fixture.catalogue.tables {
                if let Some(layout) = Layout::new(table, store) {
                    check_entry(&layout, &seen, 1, &mut findings);
                }
            }
            if findings.total(Claim::C2) == 0 {
                survivors.insert((store, bit));
            }
        }
    }
    assert_eq!(survivors, BTreeSet::new());
}

//! Leak mutants: a good run damaged in every way that we know, each caught by the claim that is named for it. The list
//! is tests/python/mutant; the table of every place is docs/evidence/mutants.md, which `make mutants` writes. Here one place of
//! each mutant is judged, because all of them take minutes.

use crate::rig::{Rig, binary, repository};

#[test]
fn every_mutant_is_caught_by_its_named_claim_as_the_page_says() {
    let rig = Rig::empty();
    let rewriter = binary().with_file_name("bunri-rewrite");
    let page = repository().join("docs/evidence/mutants.md");
    let ended = rig
        .python(
            "mutants.py",
            [
                binary().as_os_str(),
                rewriter.as_os_str(),
                "--first".as_ref(),
                "--check".as_ref(),
                page.as_os_str(),
            ],
        )
        .must(0)
        .prints(", 0 not caught by the named claim");
    let mutants: usize = ended.out.split(' ').next().unwrap().parse().unwrap();
    assert!(mutants >= 173, "only {mutants} mutants were judged");
}

/// The harness itself can fail: a verifier that finds nothing is found out.
#[test]
fn a_mutant_that_nobody_catches_is_told() {
    let rig = Rig::empty();
    let blind = rig.path("blind.sh");
    let real = binary();
    let script = format!(
        "#!/bin/sh\n{real} \"$@\"\ncode=$?\n\
         [ \"$1\" = verify ] || exit $code\n\
         sed -i 's/\"status\": \"broken\"/\"status\": \"held\"/; s/\"grade\": \"certain\"/\"grade\": \"review\"/' custody/evidence/report.json\n\
         exit 1\n",
        real = real.display()
    );
    rig.write("blind.sh", script);
    std::fs::set_permissions(&blind, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let rewriter = real.with_file_name("bunri-rewrite");
    rig.python(
        "mutants.py",
        [
            blind.as_os_str(),
            rewriter.as_os_str(),
            "--first".as_ref(),
            "--only".as_ref(),
            "22,23".as_ref(),
        ],
    )
    .must(1)
    .prints("2 mutants at 2 places, 2 not caught by the named claim");
}

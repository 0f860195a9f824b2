fn main() {
    let args: Vec<String> = std::env::args().collect();
    let mut attributes = std::collections::BTreeMap::new();
    for pair in args[2].split(';').filter(|p| !p.is_empty()) {
        let (k, v) = pair.split_once('=').unwrap();
        attributes.insert(k.to_owned(), v.to_owned());
    }
    let mut source = bunri_job::OdbcSource::new(bunri_job::OdbcEntrance::Driver(args[1].clone()), attributes);
    if let Ok(user) = std::env::var("U") { source.user = Some(user); }
    if std::env::var("P").is_ok() { source.password = Some(bunri_job::PasswordPlace::Environment("P".into())); }
    source.rest = std::env::var("REST").ok();
    let server = bunri_odbc::Server::new(&source);
    let held = match bunri_odbc::HeldDatabase::hold(&server) { Ok(h) => h, Err(e) => { println!("ERR {e}"); return; } };
    println!("{:?}", held.source().map(|s| s.state));
    let session = held.session().unwrap();
    let c = session.turn();
    for (name, t) in held.tables() {
        println!("{name}: {t:?} pk {:?} uq {:?} fk {:?}", c.primary_key(t), c.unique_keys(t), c.references(t));
    }
    for sql in &args[3..] {
        println!("--- {sql}");
        match c.describe("x", sql) { Ok(d) => for d in d { println!("   {d:?}") }, Err(e) => println!("ERR {e}") }
        match c.rows("x", sql) { Ok(r) => for r in r.iter().take(20) { println!("   {r:?}") }, Err(e) => println!("ERR {e}") }
        use bunri_odbc::{Bound, BufferKind};
        let n = c.describe("x", sql).map(|d| d.len()).unwrap_or(0);
        let bound = vec![Bound { kind: BufferKind::Bytes, most_bytes: 200 }; n];
        let r = c.blocks::<bunri_odbc::OdbcError>("x", sql, &bound, 3, |_| Ok(()), |b, _| {
            for row in 0..b.rows() { let cells: Vec<String> = (0..n).map(|c| match b.cell(c, row) { bunri_odbc::Cell::Bytes(x) => format!("{:?}", String::from_utf8_lossy(x)), o => format!("{o:?}") }).collect(); println!("   B {cells:?}"); }
            Ok(true)
        });
        println!("   blocks {:?}", r.map_err(|e| e.to_string()));
    }
}

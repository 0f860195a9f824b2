//! Which roles may read which columns: by a grant to the role, to one that it is a member of, or to everybody; as superuser, all of
//! them. Read from the server's lists of grants, so that the way is known and not only that there is one.

use std::collections::{BTreeMap, BTreeSet};

use crate::connection::Connection;
use crate::error::PostgresqlError;
use crate::readers::{ReadPath, ReaderRole};

/// Every role that can log in, by name, with what it may read of the tables and views of which `names` gives the name by the
/// number.
///
/// # Errors
/// What the server says.
pub fn readers(
    connection: &Connection,
    names: &BTreeMap<&str, &str>,
) -> Result<Vec<ReaderRole>, PostgresqlError> {
    let mut roles = BTreeMap::new();
    let all = "SELECT rolname, rolsuper FROM pg_roles WHERE rolcanlogin";
    for row in connection.rows("list its roles", all)? {
        let [role, is_super] = cells(row);
        let role = ReaderRole {
            name: role.clone(),
            reads_all: is_super == "t",
            reads: BTreeMap::new(),
        };
        roles.insert(role.name.clone(), role);
    }
    // A table without a list of grants has that of its owner.
    let sql = "WITH granted AS (\
             SELECT c.oid AS of, NULL::smallint AS number, x.grantee FROM pg_class c, \
             aclexplode(COALESCE(c.relacl, acldefault('r', c.relowner))) x \
             WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND x.privilege_type = 'SELECT' \
             UNION ALL SELECT a.attrelid, a.attnum, x.grantee FROM pg_attribute a, aclexplode(a.attacl) x \
             WHERE x.privilege_type = 'SELECT') \
             SELECT r.rolname, g.of, COALESCE(a.attname, ''), \
             CASE WHEN g.grantee = 0 THEN 'public' WHEN g.grantee = r.oid THEN '' ELSE 'role ' || q.rolname END \
             FROM granted g JOIN pg_roles r ON r.rolcanlogin AND NOT r.rolsuper \
             AND (g.grantee = 0 OR g.grantee = r.oid OR pg_has_role(r.oid, g.grantee, 'USAGE')) \
             LEFT JOIN pg_roles q ON q.oid = g.grantee \
             LEFT JOIN pg_attribute a ON a.attrelid = g.of AND a.attnum = g.number";
    for row in connection.rows("list who may read what", sql)? {
        let [role, of, column, way] = cells(row);
        let (Some(role), Some(object)) = (roles.get_mut(&role), names.get(of.as_str())) else {
            continue;
        };
        let path = match way.strip_prefix("role ") {
            Some(other) => ReadPath::MemberOf(other.to_owned()),
            None if way == "public" => ReadPath::Everybody,
            None => ReadPath::Itself,
        };
        let column = (!column.is_empty()).then_some(column);
        role.reads
            .entry(((*object).to_owned(), column))
            .or_insert_with(BTreeSet::new)
            .insert(path);
    }
    Ok(roles.into_values().collect())
}

/// So many cells of a row; NULL is the empty text.
fn cells<const N: usize>(row: Vec<Option<String>>) -> [String; N] {
    let mut cells = row.into_iter();
    std::array::from_fn(|_| cells.next().flatten().unwrap_or_default())
}

//! Ids that other systems know contracts and runs by: UUIDs of version 8 (RFC 9562), made of a BLAKE3 digest. The same
//! contract or run has the same id on every machine and at any time.

use bunri_manifest::Blake3Hex;

/// The id of what these parts name. `kind` keeps ids of different things apart.
pub(crate) fn uuid(kind: &str, parts: &[&str]) -> String {
    let mut text = format!("bunri.{kind}/1\n");
    for part in parts {
        // With its length: no two lists of parts make one text.
        text.push_str(&format!("{} {part}\n", part.len()));
    }
    let digest = Blake3Hex::of(text.as_bytes());
    let mut digits: Vec<char> = digest.as_str().chars().take(32).collect();
    // The version, and the two bits of the variant; the other 122 are the digest's.
    digits[12] = '8';
    digits[16] = match digits[16] {
        '0' | '4' | '8' | 'c' => '8',
        '1' | '5' | '9' | 'd' => '9',
        '2' | '6' | 'a' | 'e' => 'a',
        _ => 'b',
    };
    let group = |from: usize, to: usize| digits[from..to].iter().collect::<String>();
    [
        group(0, 8),
        group(8, 12),
        group(12, 16),
        group(16, 20),
        group(20, 32),
    ]
    .join("-")
}

#[cfg(test)]
mod tests {
    use super::uuid;

    #[test]
    fn an_id_is_a_uuid_of_version_8_and_depends_on_every_part() {
        let one = uuid("run", &["extract", "a"]);
        assert_eq!(one.len(), 36);
        assert_eq!(&one[14..15], "8");
        assert!(["8", "9", "a", "b"].contains(&&one[19..20]), "{one}");
        assert_eq!(one, uuid("run", &["extract", "a"]));
        for other in [
            uuid("run", &["extract", "b"]),
            uuid("run", &["split", "a"]),
            uuid("contract", &["extract", "a"]),
            uuid("run", &["extracta"]),
            uuid("run", &["extract", "a", ""]),
        ] {
            assert_ne!(one, other);
        }
    }
}

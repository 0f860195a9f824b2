//! Which values are searched for, in which form and how far.

use super::*;

const NAME: &str = "丙野カナリア零一";

#[test]
fn a_value_is_searched_for_where_it_is_withheld_and_not_where_it_is_granted() {
    let text = format!("連絡先は{NAME}様");
    assert_eq!(
        found(&[(GRID, NAME)], &text),
        [vec!["value_leaked t.c0".to_owned()], vec![]]
    );
    assert_eq!(
        found(&[(SALES, NAME)], &text),
        [vec![], vec!["value_leaked t.c0".to_owned()]]
    );
    assert_eq!(leaked(&[(GRANTED, NAME)], &text), [""; 0]);
    assert_eq!(leaked(&[(WITHHELD, NAME), (GRANTED, NAME)], &text), [""; 0]);
}

#[test]
fn what_is_found_is_named_by_the_first_column_that_withholds_it() {
    let values = [
        (GRANTED, "某所"),
        (SALES, NAME),
        (GRID, NAME),
        (WITHHELD, NAME),
    ];
    assert_eq!(
        found(&values, NAME),
        [[""; 0]; 2],
        "granted to each somewhere"
    );
    let values = [(GRANTED, "某所"), (WITHHELD, NAME), (WITHHELD, NAME)];
    assert_eq!(leaked(&values, NAME), ["value_leaked t.c1"]);
}

#[test]
fn another_spelling_is_found_unless_it_is_granted() {
    let old = "髙﨑太郎次郎";
    let new = "高崎太郎次郎";
    assert_eq!(leaked(&[(WITHHELD, old)], new), ["value_leaked_loose t.c0"]);
    assert_eq!(leaked(&[(WITHHELD, old)], old), ["value_leaked t.c0"]);
    let one_granted = [(WITHHELD, old), (GRANTED, new)];
    assert_eq!(leaked(&one_granted, new), [""; 0]);
    assert_eq!(
        leaked(&one_granted, &format!("氏名{old}、")),
        ["value_leaked t.c0"]
    );
}

#[test]
fn spellings_of_one_value_are_one_value_and_each_is_known() {
    let values = [(WITHHELD, "髙崎太郎次郎"), (WITHHELD, "高﨑太郎次郎")];
    assert_eq!(leaked(&values, "高﨑太郎次郎"), ["value_leaked t.c0"]);
    assert_eq!(leaked(&values, "髙﨑太郎次郎"), ["value_leaked_loose t.c0"]);
}

#[test]
fn characters_around_a_whole_value_belong_to_its_spelling() {
    let around = format!("（{NAME}）");
    let values = [(WITHHELD, around.as_str())];
    assert_eq!(leaked(&values, &around), ["value_leaked t.c0"]);
    assert_eq!(leaked(&values, NAME), ["value_leaked_loose t.c0"]);
    assert_eq!(
        leaked(&[(WITHHELD, NAME)], &around),
        ["value_leaked_loose t.c0"]
    );
}

#[test]
fn what_is_not_searched_for_is_counted() {
    let count = |values: &[(Grants, &str)]| {
        let [
            (
                _,
                Totals {
                    searched,
                    granted_too,
                    ..
                },
            ),
            _,
        ] = super::searched(values, "");
        (searched, granted_too)
    };
    assert_eq!(
        count(&[(WITHHELD, NAME), (WITHHELD, "090-1234-5678")]),
        (2, 0)
    );
    assert_eq!(count(&[(WITHHELD, NAME), (GRANTED, NAME)]), (0, 1));
    let spellings = [
        (WITHHELD, "髙崎太郎"),
        (WITHHELD, "高﨑太郎"),
        (GRANTED, "高﨑太郎"),
    ];
    assert_eq!(count(&spellings), (1, 1));
    let spellings = [(WITHHELD, "髙崎太郎"), (WITHHELD, "高﨑太郎")];
    assert_eq!(count(&spellings), (2, 0));
    assert_eq!(count(&[(WITHHELD, "99"), (GRANTED, NAME)]), (0, 0));
}

#[test]
fn a_short_value_is_found_as_a_whole_cell_only() {
    for value in ["高橋", "1234567"] {
        assert_eq!(leaked(&[(WITHHELD, value)], value), ["value_leaked t.c0"]);
        assert_eq!(
            leaked(&[(WITHHELD, value)], &format!("お客様 {value} 様")),
            [""; 0]
        );
    }
    let spelled = [(WITHHELD, "髙橋"), (GRANTED, "高橋")];
    assert_eq!(leaked(&spelled, "髙橋"), ["value_leaked t.c0"]);
    assert_eq!(leaked(&spelled, "株主 髙橋"), [""; 0]);
}

#[test]
fn a_number_is_found_whole_and_never_inside_another() {
    let phone = [(WITHHELD, "0901234567")];
    for text in [
        "0901234567",
        "電話0901234567。",
        "090-123-4567",
        "090\n1234567",
        "a0901234567b",
    ] {
        assert!(!leaked(&phone, text).is_empty(), "{text}");
    }
    for text in ["10901234567", "09012345678", "x109012345670"] {
        assert_eq!(leaked(&phone, text), [""; 0], "{text}");
    }
}

/// K32: the house next door.
#[test]
fn an_address_is_not_found_inside_that_of_another_house() {
    let withheld = "甲県乙市丙区大字丁町字戊川通西14丁目17−1";
    let granted = format!("{withheld}0");
    let values = [(WITHHELD, withheld), (GRANTED, granted.as_str())];
    assert_eq!(leaked(&values, &granted), [""; 0]);
    for end in ["0", "０", "00号", "2棟"] {
        let text = format!("{withheld}{end}");
        assert_eq!(leaked(&values, &text), [""; 0], "{text}");
    }
    for end in ["", "号", " 0", "-2", "A"] {
        let text = format!("住所{withheld}{end}");
        assert_eq!(leaked(&values, &text), ["value_leaked t.c0"], "{text}");
    }
}

#[test]
fn a_word_of_latin_letters_is_found_whole_and_never_inside_another() {
    let word = [(WITHHELD, "suzuki")];
    for text in [
        "suzukida",
        "xsuzuki",
        "ｘｓｕｚｕｋｉ",
        "Xsuzuki様",
        "ssuzukii",
    ] {
        assert_eq!(leaked(&word, text), [""; 0], "{text}");
    }
    for text in [
        "suzuki",
        "a-suzuki_da",
        "鈴木suzuki様",
        "1suzuki1",
        "ｓｕｚｕｋｉ",
        "a\nSUZUKI",
    ] {
        assert!(!leaked(&word, text).is_empty(), "{text}");
    }
}

/// Japanese is written without spaces.
#[test]
fn a_name_is_found_anywhere_in_a_text_of_kana_and_kanji() {
    for (name, text) in [
        ("イトウアイ", "サイトウアイ"),
        ("甲山乙郎", "連絡先甲山乙郎様方"),
        ("カナリアケン", "甲カナリアケンタ"),
    ] {
        assert_eq!(leaked(&[(WITHHELD, name)], text), ["value_leaked t.c0"]);
    }
}

#[test]
fn a_long_text_of_latin_words_is_found_though_its_beginning_ends_inside_one() {
    let value =
        "The meter behind the third door on the left has to be read by two people, never alone.";
    for text in [value.to_owned(), format!("memo: {value} See plan.")] {
        assert_eq!(leaked(&[(WITHHELD, value)], &text), ["value_leaked t.c0"]);
    }
}

#[test]
fn eighteen_digits_are_found_inside_longer_runs_and_seventeen_are_not() {
    let long = "900001000013123456";
    let short = &long[..17];
    for (before, after) in [("33", "44"), ("33", ""), ("", "44")] {
        let text = |digits: &str| format!("{before}{digits}{after}");
        assert_eq!(
            leaked(&[(WITHHELD, long)], &text(long)),
            ["value_leaked t.c0"],
            "{}",
            text(long)
        );
        assert_eq!(leaked(&[(WITHHELD, short)], &text(short)), [""; 0]);
    }
}

#[test]
fn values_of_every_length_are_found_at_the_front_in_the_middle_and_at_the_end() {
    let letters = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥";
    let endless: String = letters.chars().cycle().take(80).collect();
    for length in [3, 4, 5, 6, 7, 8, 22, 63, 64] {
        let value: String = endless.chars().take(length).collect();
        for text in [
            value.clone(),
            format!("{value}と"),
            format!("は{value}"),
            format!("は{value}と"),
        ] {
            assert_eq!(
                leaked(&[(WITHHELD, &value)], &text),
                ["value_leaked t.c0"],
                "{text}"
            );
        }
        let less: String = endless.chars().take(length - 1).collect();
        assert_eq!(
            leaked(&[(WITHHELD, &value)], &format!("は{less}と")),
            [""; 0]
        );
    }
}

#[test]
fn a_value_that_is_longer_is_known_by_its_first_64_characters() {
    let letters = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥";
    let endless: String = letters.chars().cycle().take(80).collect();
    let front: String = endless.chars().take(64).collect();
    let values = [(WITHHELD, endless.as_str())];
    assert_eq!(leaked(&values, &endless).len(), 1);
    assert_eq!(
        leaked(&values, &format!("は{front}と")),
        ["value_leaked t.c0"]
    );
}

#[test]
fn every_place_of_a_value_is_found() {
    let values = [(WITHHELD, NAME), (WITHHELD, "0901234567")];
    let text = format!("{NAME}、0901234567、{NAME}");
    let found = leaked(&values, &text);
    assert_eq!(
        found,
        [
            "value_leaked t.c0",
            "value_leaked t.c1",
            "value_leaked t.c0"
        ]
    );
}

/// Sorted runs on disk and filters in shards hold what one list in memory holds.
#[test]
fn a_small_share_of_memory_finds_what_a_large_one_finds() {
    let numbers = (0..4000_u64).map(|number| (10_000_000_000 + number * 7_654_321).to_string());
    let numbers: Vec<String> = numbers.collect();
    let grants = |number| [WITHHELD, GRANTED, GRID, SALES][number % 4];
    let values = numbers.iter().enumerate();
    let mut values: Vec<(Grants, &str)> = values.map(|(at, text)| (grants(at), &**text)).collect();
    // Of some that are withheld here, another row is granted.
    values.extend(numbers.iter().step_by(12).map(|text| (GRANTED, &**text)));
    let some: Vec<&str> = numbers.iter().step_by(151).map(String::as_str).collect();
    let text = some.join("、");
    let [small, large] = [1 << 12, 1 << 24].map(|budget| searched_within(budget, &values, &text));
    for ((found, blind), (found_too, blind_too)) in small.iter().zip(&large) {
        assert!((8..20).contains(&found.len()), "{found:?}");
        assert_eq!((found, blind), (found_too, blind_too));
    }
}

#[test]
fn what_was_counted_on_the_way_is_told_of_the_store_that_it_was_counted_for() {
    let values = [
        (WITHHELD, NAME),
        (GRID, NAME),
        (SALES, "高橋"),
        (SALES, "99"),
        (GRANTED, NAME),
    ];
    let blinds = super::searched(&values, "").map(|(_, blind)| blind);
    assert_eq!(
        blinds.map(|blind| blind.withheld),
        [[2, 0, 0, 0], [1, 1, 1, 0]]
    );
}

#[test]
fn a_copy_that_nobody_vouches_for_hides_nothing_and_leaks_nothing() {
    let copy = (GRANTED.unvouched(), NAME);
    assert_eq!(leaked(&[copy], NAME), [""; 0]);
    assert_eq!(leaked(&[copy, (GRID, NAME)], NAME), ["value_leaked t.c1"]);
    // An own customer has this name too.
    assert_eq!(
        leaked(&[copy, (GRID, NAME), (GRANTED, NAME)], NAME),
        [""; 0]
    );
}

#[test]
fn the_original_of_a_hash_is_found_whatever_else_holds_it() {
    let number = "900001013";
    let original = (GRANTED.rekeyed(), number);
    for grants in [GRANTED, GRANTED.unvouched(), GRID] {
        let values = [(grants, number), original];
        assert_eq!(leaked(&values, number), ["value_leaked t.c1"]);
    }
}

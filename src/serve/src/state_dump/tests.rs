use super::order::of_map;

#[test]
fn names_come_as_libstdcxx_has_them() {
    let names = ["tbl_prog139", "exact_counted", "prefix_metered", "ranked", "fixed", "no_key", "by_way"];
    let names = names.iter().map(|name| match name.strip_prefix("tbl") {
        Some(_) => (*name).to_owned(),
        None => format!("SessionIngress.{name}"),
    });
    let expected = ["by_way", "no_key", "fixed", "by_balance", "ranked", "prefix_metered", "exact_counted"];
    let expected = expected.map(|name| format!("SessionIngress.{name}"));
    let found = of_map(names.chain(["SessionIngress.by_balance".to_owned()]));
    assert_eq!(found[..7], expected);
    assert_eq!(found[7..], ["tbl_prog139"]);
    // It has grown in between.
    let many = |count: usize| of_map((0..count).map(|number| format!("t{number}")));
    assert_eq!(many(100).len(), 100);
}

use super::*;

#[test]
fn groups_are_read_in_the_order_of_their_nodes() {
    let text = r#"{"mgrps": [{"id": 7, "l1_handles": [1, 0]}, {"id": 8, "l1_handles": []}],
        "l1_handles": [{"handle": 0, "rid": 5, "l2_handle": 1}, {"handle": 1, "rid": 6, "l2_handle": 0}],
        "l2_handles": [{"handle": 0, "ports": [3], "lags": []}, {"handle": 1, "ports": [1, 2], "lags": []}],
        "lags": []}"#;
    let expected = Replicas::from([(7, vec![(6, 3), (5, 1), (5, 2)]), (8, vec![])]);
    assert_eq!(replicas(text), Ok(expected));
    assert!(
        replicas(r#"{"mgrps": [{"id": 7, "l1_handles": [1]}], "l1_handles": [], "l2_handles": []}"#).is_err()
    );
}

#[test]
fn a_set_of_ports_is_written_from_the_right() {
    assert_eq!(set(&[0, 3]), Value::Binary(b"1001".to_vec()));
    assert_eq!(set(&[]), Value::Binary(Vec::new()));
}

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use super::*;

fn name(device: &str) -> DeviceName {
    DeviceName { slice: "s".to_owned(), device: device.to_owned() }
}

fn pipeline(cookie: u64) -> Record {
    let cookie = Some(hyper4_p4runtime::v1::forwarding_pipeline_config::Cookie { cookie });
    Record::Pipeline(Box::new(ForwardingPipelineConfig { cookie, ..Default::default() }))
}

#[test]
fn records_are_there_when_it_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let updates = Record::Updates(vec![Update { r#type: 1, entity: None }]);
    let command = Record::Command(Command::TableClear { table: "t".to_owned() });
    let store = Store::open(&path).unwrap();
    store.append(&name("a"), &[pipeline(1)], true).unwrap();
    store.append(&name("b"), std::slice::from_ref(&command), false).unwrap();
    store.append(&name("a"), std::slice::from_ref(&updates), false).unwrap();
    store.append(&name("a"), std::slice::from_ref(&command), false).unwrap();
    drop(store);
    let store = Store::open(&path).unwrap();
    assert_eq!(store.records(&name("a")).unwrap(), [pipeline(1), updates.clone(), command.clone()]);
    assert_eq!(store.records(&name("b")).unwrap(), [command]);
    assert_eq!(store.records(&name("c")).unwrap(), []);
    store.append(&name("a"), &[pipeline(2), updates.clone()], true).unwrap();
    assert_eq!(store.records(&name("a")).unwrap(), [pipeline(2), updates]);
    assert_eq!(store.records(&name("b")).unwrap().len(), 1);
}

#[test]
fn a_store_of_another_version_or_with_garbage_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let store = Store::open(&path).unwrap();
    let change = store.database.begin_write().unwrap();
    change.open_table(RECORDS).unwrap().insert(("s", "a", 0), [9u8].as_slice()).unwrap();
    change.open_table(ABOUT).unwrap().insert(SCHEMA, VERSION + 1).unwrap();
    change.commit().unwrap();
    assert!(matches!(store.records(&name("a")), Err(StoreError::Record { number: 0, .. })));
    drop(store);
    assert!(matches!(Store::open(&path), Err(StoreError::Version(2))));
    std::fs::write(folder.path().join("text"), "no store").unwrap();
    assert!(Store::open(&folder.path().join("text")).is_err());
}

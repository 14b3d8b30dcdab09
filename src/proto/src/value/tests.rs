use proptest::prelude::*;
use thrift::protocol::{TBinaryInputProtocol, TBinaryOutputProtocol};
use thrift::transport::TBufferChannel;

use super::*;

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<i16>().prop_map(Value::I16),
        any::<i32>().prop_map(Value::I32),
        any::<i64>().prop_map(Value::I64),
        (-1e300..1e300f64).prop_map(Value::Double),
        any::<Vec<u8>>().prop_map(Value::Binary),
        prop::collection::btree_map(any::<Vec<u8>>(), any::<Vec<u8>>(), 0..3).prop_map(Value::Map),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            // The elements of a list are of one type.
            (inner.clone(), 0..4usize).prop_map(|(value, count)| Value::List(vec![value; count])),
            prop::collection::btree_map(any::<i16>(), inner, 0..4).prop_map(Value::Struct),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(value in values()) {
        let mut channel = TBufferChannel::with_capacity(1 << 16, 1 << 16);
        let mut output = TBinaryOutputProtocol::new(channel.clone(), true);
        write(&mut output, &value).unwrap();
        let bytes = channel.write_bytes();
        channel.set_readable_bytes(&bytes);
        let mut input = TBinaryInputProtocol::new(channel, true);
        prop_assert_eq!(read(&mut input, type_of(&value), 0).unwrap(), Some(value));
    }

    #[test]
    fn no_bytes_panic(bytes in any::<Vec<u8>>()) {
        let mut channel = TBufferChannel::with_capacity(1 << 16, 1 << 16);
        channel.set_readable_bytes(&bytes);
        let mut input = TBinaryInputProtocol::new(channel, true);
        let _ = read(&mut input, TType::Struct, 0);
    }
}

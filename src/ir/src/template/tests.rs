use super::*;

fn bits(width: u32, value: u64) -> Bits {
    Bits::from_u64(width, value)
}

fn template() -> RowTemplate {
    let piece = |part, width, place, to| RowPiece { part, from: 0, width, place, to };
    RowTemplate {
        command: Command::TableAdd {
            table: "t".to_owned(),
            key: vec![
                MatchValue::Exact(bits(16, 7)),
                MatchValue::Lpm { value: bits(16, 0), prefix_length: 4 },
                MatchValue::Ternary { value: bits(16, 1), mask: bits(16, 1) },
            ],
            action: "a".to_owned(),
            arguments: vec![bits(16, 0x8001), bits(16, 0)],
            priority: Some(3),
        },
        pieces: vec![
            piece(EntryPart::Value(0), 8, RowPart::Value(1), 4),
            piece(EntryPart::Mask(0), 8, RowPart::Mask(1), 4),
            piece(EntryPart::Value(1), 4, RowPart::Value(2), 4),
            piece(EntryPart::Mask(1), 4, RowPart::Mask(2), 4),
            RowPiece { part: EntryPart::Argument(0), from: 4, width: 4, place: RowPart::Argument(0), to: 0 },
            piece(EntryPart::Argument(0), 8, RowPart::Argument(1), 0),
        ],
        negated: vec![(1, bits(16, 0xff))],
        guards: vec![(2, bits(4, 5))],
    }
}

fn entry(third: u64) -> EntryValues {
    EntryValues {
        key: vec![(bits(8, 0xa0), bits(8, 0xe0)), (bits(4, 2), bits(4, 6)), (bits(4, third), bits(4, 0xf))],
        arguments: vec![bits(8, 0x31)],
    }
}

#[test]
fn an_entrys_bits_fill_the_open_places() {
    let row = Command::TableAdd {
        table: "t".to_owned(),
        key: vec![
            MatchValue::Exact(bits(16, 7)),
            MatchValue::Lpm { value: bits(16, 0xa00), prefix_length: 7 },
            MatchValue::Ternary { value: bits(16, 0x21), mask: bits(16, 0x61) },
        ],
        action: "a".to_owned(),
        arguments: vec![bits(16, 0x8002), bits(16, 0xcf)],
        priority: Some(3),
    };
    assert_eq!(template().row(&entry(5)), Some(row));
}

#[test]
fn a_row_that_can_never_be_hit_is_not_there() {
    assert_eq!(template().row(&entry(4)), None);
}

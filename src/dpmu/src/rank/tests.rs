use proptest::prelude::*;

use super::*;

/// Insert a place, and see after each single move that the order is right. Answers how many moved.
fn insert(ranks: &mut Ranks, place: Place) -> usize {
    let insertion = ranks.insertion(place, u64::from(place.1));
    for moved in &insertion.moved {
        assert_eq!(ranks.get(moved.place), Some(moved.from));
        ranks.ranks.insert(moved.place, Ranked { rank: moved.to, handle: moved.handle });
        let around = |place: Place| {
            let below = ranks.ranks.range(..place).next_back().map_or(0, |(_, r)| r.rank);
            let above = ranks.ranks.range(place..).nth(1).map_or(u32::MAX, |(_, r)| r.rank);
            (below, above)
        };
        let (below, above) = around(moved.place);
        assert!(below < moved.to && moved.to < above, "{below} {moved:?} {above}");
    }
    ranks.insert(&insertion);
    insertion.moved.len()
}

fn ordered(ranks: &Ranks) {
    let all: Vec<u32> = ranks.ranks.values().map(|r| r.rank).collect();
    assert!(all.windows(2).all(|w| w[0] < w[1]), "{all:?}");
    assert!(all.iter().all(|rank| (1..=i32::MAX as u32).contains(rank)), "{all:?}");
}

proptest! {
    #[test]
    fn ranks_are_ordered_like_places(places in prop::collection::vec((0u64..4, 0u32..64, any::<bool>()), 1..200)) {
        let mut ranks = Ranks::default();
        for (priority, number, remove) in places {
            let place = (priority << 30, number);
            match ranks.get(place) {
                Some(_) if remove => ranks.remove(place),
                Some(_) => {}
                None => drop(insert(&mut ranks, place)),
            }
            ordered(&ranks);
        }
    }
}

/// However entries come, few others move: counted, and at most so many on average.
#[test]
fn few_entries_move_in_whatever_order_they_come() {
    const COUNT: u32 = 20_000;
    type Places = Box<dyn Fn(u32) -> Place>;
    // A number's bits the other way round: always into the middle of what is there.
    let reversed = |i: u32| u64::from(i.reverse_bits() >> 12);
    let mixed = |i: u32| u64::from(i.wrapping_mul(2_654_435_761));
    let orders: [(&str, Places, f64); 9] = [
        ("ascending priorities", Box::new(|i| (u64::from(i), i)), 0.0),
        ("descending priorities", Box::new(|i| (u64::from(COUNT - i), i)), 0.0),
        ("one priority", Box::new(|i| (10, i)), 0.0),
        ("33 priorities in turn", Box::new(|i| (u64::from(i % 33), i)), 1.0),
        ("bisected", Box::new(move |i| (reversed(i), i)), 0.0),
        ("mixed", Box::new(move |i| (mixed(i), i)), 1.0),
        ("mixed, the greatest priorities", Box::new(move |i| (mixed(i) % 65_536 + 4_294_900_000, i)), 1.0),
        ("one priority, handles descending", Box::new(|i| (10, COUNT - i)), 1.0),
        ("always behind the first", Box::new(|i| if i == 0 { (0, 0) } else { (1 << 31, COUNT - i) }), 16.0),
    ];
    for (name, place, limit) in orders {
        let mut ranks = Ranks::default();
        let (mut moved, mut most) = (0, 0);
        for i in 0..COUNT {
            let now = insert(&mut ranks, place(i));
            moved += now;
            most = most.max(now);
        }
        ordered(&ranks);
        assert_eq!(ranks.ranks.len(), COUNT as usize);
        let average = moved as f64 / f64::from(COUNT);
        println!("{name}: {average:.3} moved an entry, at most {most}");
        assert!(average <= limit, "{name}: {average} moved an entry");
    }
}

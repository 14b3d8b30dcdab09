//! What campaigns have found, replayed for ever.

use hyper4_campaign::{Case, Verdict};
use hyper4_suite::{Error, root};

use crate::oracles;

#[test]
fn what_campaigns_have_found_stays_mended() -> Result<(), Error> {
    let oracles = oracles()?;
    let mut compared = 0;
    for folder in std::fs::read_dir(root().join("corpus/regressions"))? {
        let case = Case::load(&folder?.path())?;
        for oracle in &oracles {
            match oracle.examine(&case) {
                Verdict::Agree(counts) => compared += counts.packets,
                other => panic!("{}: {}: {other:?}", case.name, oracle.name()),
            }
        }
    }
    assert!(compared > 0);
    Ok(())
}

//! Sequences of packets that show what one packet alone doesn't.

use crate::execute::open::assumptions;
use crate::execute::{Input, Outcome, Start, World};
use crate::path::{Context, Path};
use crate::prove::{Finding, start_from};
use crate::verdict::Refutation;

use super::compare::{Compared, What, compare};
use super::counterexample::counterexample;
use super::{Cause, Run, Sides, Stand, cause};

/// Ways to go on from after a packet that are followed.
const MAX_STANDS: usize = 256;

impl<N: Fn(&mut Context, &Input, (Path, World)) -> Run> Sides<'_, N> {
    /// The shortest sequence of packets of this length after which two sides differ, from a start; `None` where none is
    /// found, which doesn't say that there is none.
    pub(super) fn sequence(&self, from: Start, horizon: u32) -> Option<Refutation> {
        let mut context = self.context();
        let world = World::starting(from);
        let mut path = Context::anything();
        for open in assumptions(&mut context.terms, self.entries) {
            path = context.restrict(path, &open).ok()??;
        }
        let mut stands = vec![Stand { path, native: world.clone(), virtual_: world }];
        let mut inputs: Vec<Input> = Vec::new();
        for _ in 0..horizon {
            inputs.push(Input::new(&mut context.terms, self.length));
            let mut next = Vec::new();
            for stand in std::mem::take(&mut stands) {
                match self.one_more(&mut context, &inputs, stand, &mut next) {
                    Ok(()) => {}
                    Err(Finding::Refuted(found)) => return Some(*found),
                    Err(Finding::Unknown(_)) => return None,
                }
                if next.len() > MAX_STANDS {
                    break;
                }
            }
            stands = next;
        }
        None
    }

    /// What becomes of a stand with one more packet, the last of the inputs.
    fn one_more(
        &self,
        context: &mut Context,
        inputs: &[Input],
        stand: Stand,
        next: &mut Vec<Stand>,
    ) -> Result<(), Finding> {
        let Some(input) = inputs.last() else { return Ok(()) };
        let before = accesses(&stand.native);
        let Some(path) = start_from(context, stand.path, input, self.length, [])? else { return Ok(()) };
        self.pairs(context, input, Stand { path, ..stand }, |context, native, virtual_| {
            let Compared { same, differences } = compare(context, virtual_.path.clone(), (native, virtual_))?;
            let mut ways: Vec<Path> = same.into_iter().collect();
            for difference in differences {
                if let Cause::Undefined(_) = cause(&difference, (native, virtual_))? {
                    continue;
                }
                if let What::Meters = difference.what {
                    ways.push(difference.path);
                    continue;
                }
                let case = (inputs, self.entries, self.length);
                if let Some(found) = counterexample(context, &difference, (native, virtual_), case) {
                    return Err(Finding::Refuted(Box::new(found)));
                }
            }
            // A packet that leaves nothing behind makes no difference to the next one.
            if accesses(&native.world) > before {
                next.extend(ways.into_iter().map(|path| go_on(path, (native, virtual_))));
            }
            Ok(())
        })
        .map(drop)
    }
}

/// How often registers were written and meters charged.
fn accesses(world: &World) -> usize {
    world.written.len() + world.counted.len()
}

fn go_on(path: Path, (native, virtual_): (&Outcome, &Outcome)) -> Stand {
    let (mut native, mut virtual_) = (native.world.clone(), virtual_.world.clone());
    native.another_packet();
    virtual_.another_packet();
    Stand { path, native, virtual_ }
}

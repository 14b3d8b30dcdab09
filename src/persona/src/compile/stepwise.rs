//! Transitions of many effects as several steps, so that a pass can end between two of them.

use super::allocate::{Sites, transitions};
use super::passes::step;
use super::site::{Body, SiteId, Target, Transition};
use super::template::Template;

/// Effects of a step at most.
const MOST_EFFECTS: usize = 2;

/// Transitions that have more effects than a step do the first of them, and steps behind their site the others. `effects` are
/// those of each transition, in the sites' order; so are those returned.
pub(super) fn stepwise(sites: Sites, effects: Vec<Vec<Template>>) -> (Sites, Vec<Vec<Template>>) {
    let mut next_id = sites.iter().map(|(id, _)| id + 1).max().unwrap_or(0);
    let mut take = || -> SiteId {
        next_id += 1;
        next_id - 1
    };
    let mut all_effects = Vec::with_capacity(effects.len());
    let mut all_sites = Sites::with_capacity(sites.len());
    let mut effects = effects.into_iter();
    for (id, mut site) in sites {
        let divisible = divisible(&site.body);
        let mut behind = Vec::new();
        for (number, transition) in transitions(&mut site.body).into_iter().enumerate() {
            let mut templates = effects.next().unwrap_or_default();
            if number < divisible && templates.len() > MOST_EFFECTS {
                let rest = templates.split_off(MOST_EFFECTS);
                let mut target = transition.target;
                let mut access = transition.access.take();
                let construct = format!("{}, continued", transition.construct);
                let first_behind = behind.len();
                for part in rest.chunks(MOST_EFFECTS).rev() {
                    let rest = Transition {
                        // It is made behind the last effect, which says what it takes.
                        access: access.take(),
                        target,
                        construct: construct.clone(),
                        source_info: transition.source_info.clone(),
                        ..Transition::default()
                    };
                    let here = take();
                    target = Target::Site(here);
                    behind.push((here, step(rest), part.to_vec()));
                }
                if let Some(parts) = behind.get_mut(first_behind..) {
                    parts.reverse();
                }
                transition.target = target;
            }
            all_effects.push(templates);
        }
        all_sites.push((id, site));
        for (id, site, templates) in behind {
            all_sites.push((id, site));
            all_effects.push(templates);
        }
    }
    (all_sites, all_effects)
}

/// How many of a site's transitions, from the first on, lead to whatever follows: others name what they lead to.
fn divisible(body: &Body) -> usize {
    match body {
        Body::Decision(rows) => rows.len(),
        Body::Table(table) => table.outcomes.len() + 1,
        Body::Members(members) => members.outcomes.len() + 1,
        Body::Hash(..) | Body::Position(..) => 0,
    }
}

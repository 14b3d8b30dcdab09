//! The configuration is read again, and what the operator decided since.

use std::collections::BTreeMap;

use hyper4_dpmu::{ConfigError, DpmuConfig, SliceConfig};
use hyper4_p4runtime_server::Failure;

use super::{Manager, Slices, lock, numbered};

/// What became of a slice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Created,
    Changed,
    Deleted,
    Refused(String),
}

/// What a configuration that was read again made of the slices.
pub(crate) struct Reloaded {
    /// Those that aren't as they were, or should not be.
    pub(crate) slices: Vec<(String, Outcome)>,
    /// What can't change while it is served.
    pub(crate) remarks: Vec<String>,
}

impl Slices {
    /// What slices there are to be: as the configuration says, unless the operator decided otherwise since it said that.
    pub(super) fn wanted(
        &mut self,
        config: &DpmuConfig,
    ) -> Result<BTreeMap<String, SliceConfig>, ConfigError> {
        let mut wanted: BTreeMap<String, SliceConfig> =
            config.slices.iter().map(|slice| (slice.name.clone(), slice.clone())).collect();
        let written = config.slices.iter().map(|slice| Ok((slice.name.clone(), slice.to_toml()?)));
        self.configured = written.collect::<Result<_, ConfigError>>()?;
        let configured = &self.configured;
        self.decisions.retain(|name, decision| decision.configured.as_ref() == configured.get(name));
        for (name, decision) in &self.decisions {
            match &decision.now {
                Some(now) => drop(wanted.insert(name.clone(), SliceConfig::from_toml(now)?)),
                None => drop(wanted.remove(name)),
            }
        }
        Ok(wanted)
    }
}

impl Manager {
    /// Read the configuration again and change what is otherwise in it. Each slice changes for itself, or stays as it is.
    pub(crate) fn reload(&self) -> Result<Reloaded, Failure> {
        let unread =
            |error: &dyn std::fmt::Display| Failure::invalid(format!("`{}`: {error}", self.file.display()));
        let text = std::fs::read_to_string(&self.file).map_err(|error| unread(&error))?;
        let config = DpmuConfig::from_toml(&text).map_err(|error| unread(&error))?;
        let mut slices = lock(&self.slices);
        let mut remarks = Vec::new();
        for (section, differs) in
            [("server", config.server != self.server), ("operator", config.operator != self.operator)]
        {
            if differs {
                remarks.push(format!("what `[{section}]` says now is taken at the next start"));
            }
        }
        let wanted = slices.wanted(&config).map_err(|error| unread(&error))?;
        let mut done = Vec::new();
        let gone: Vec<String> =
            slices.served.keys().filter(|name| !wanted.contains_key(*name)).cloned().collect();
        for name in gone {
            let outcome = match self.delete(&mut slices, &name) {
                Ok(()) => Outcome::Deleted,
                Err(failure) => Outcome::Refused(failure.message),
            };
            done.push((name, outcome));
        }
        // What one gives up another one takes: those that are refused are tried again while others change.
        let mut waiting: Vec<SliceConfig> = wanted.into_values().collect();
        loop {
            let mut refused = Vec::new();
            let before = waiting.len();
            for slice in waiting {
                match self.follow(&mut slices, slice.clone()) {
                    Ok(outcome) => done.extend(outcome.map(|outcome| (slice.name, outcome))),
                    Err(failure) => refused.push((slice, failure)),
                }
            }
            if refused.is_empty() || refused.len() == before {
                done.extend(
                    refused
                        .into_iter()
                        .map(|(slice, failure)| (slice.name, Outcome::Refused(failure.message))),
                );
                break;
            }
            waiting = refused.into_iter().map(|(slice, _)| slice).collect();
        }
        Ok(Reloaded { slices: done, remarks })
    }

    /// Make a slice what it is to be; `None`: it is so.
    fn follow(&self, slices: &mut Slices, wanted: SliceConfig) -> Result<Option<Outcome>, Failure> {
        match slices.served.get(&wanted.name) {
            None => self.add(slices, wanted).map(|()| Some(Outcome::Created)),
            Some(served) => {
                let wanted = numbered(wanted, Some(&served.config));
                let changed = self.change(slices, wanted, None)?;
                Ok(changed.then_some(Outcome::Changed))
            }
        }
    }
}

//! What becomes of a fault.

use std::collections::BTreeSet;
use std::sync::Arc;

use hyper4_engine::Engine;
use hyper4_ir::{Command, Packet, Program, Reply};
use hyper4_switch::{Switch, SwitchError};

use crate::bench::{Bench, Prepared, virtual_switch};
use crate::faulty::{FaultySwitch, Instead, NOWHERE};
use crate::kind::{Kind, Layer};
use crate::oracle::{Oracle, asked, notice};
use crate::plan::{Planted, rows};
use crate::subject::{Seen, Subject, run};

/// What a prover is asked: whether a fault makes a difference.
#[derive(Clone, Copy, Debug)]
pub enum Question<'a> {
    /// Whether the persona with these rows does what the subject does.
    Device(&'a [Command]),
    /// Whether this program does what the subject's does.
    Program(&'a Arc<Program>),
    /// Whether the persona does the same with the first rows as with the second ones.
    Rows(&'a [Command], &'a [Command]),
}

/// What a prover answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It makes none.
    Equivalent,
    /// It makes one with this packet.
    Differs {
        /// The packet.
        packet: Packet,
        /// What differs.
        what: String,
    },
    /// It can't be said, and why.
    Unknown(String),
}

/// Says whether a fault makes a difference at all.
pub trait Prover: Sync {
    /// What it says of a program with a fault, with those commands, of which none is refused.
    fn ask(&self, program: &Arc<Program>, commands: &[Command], question: Question<'_>) -> Answer;
}

/// What became of a fault.
#[derive(Clone, Debug)]
pub(crate) struct Judged {
    pub(crate) planted: Planted,
    pub(crate) subject: String,
    /// What was changed.
    pub(crate) what: String,
    pub(crate) asked: BTreeSet<Oracle>,
    pub(crate) killed_by: BTreeSet<Oracle>,
    /// What the prover says of one that no other check finds.
    pub(crate) answer: Option<Answer>,
}

/// A fault, ready to be run.
enum Ready {
    Rows(Instead),
    Tenants(Instead),
    Command(Instead),
    Engine(Arc<Program>),
    Persona(Arc<Program>),
}

impl Bench {
    /// Runs a fault past the checks. `None` when it can't be planted: what comes of it is no program.
    pub(crate) fn judge(&self, planted: Planted, prover: Option<&dyn Prover>) -> Option<Judged> {
        let (ready, what) = self.ready(&planted)?;
        if let Ready::Persona(persona) = &ready {
            return Some(self.persona_with(planted, persona, what));
        }
        let prepared = self.prepared.get(planted.subject)?;
        let (mut all, killed) = match &ready {
            Ready::Tenants(fault) => {
                (BTreeSet::from([Oracle::Load, Oracle::Tenants]), self.beside(prepared, fault))
            }
            _ => (asked(&prepared.seen), self.alone(prepared, &ready)),
        };
        let killed_by = killed.unwrap_or_else(|_| BTreeSet::from([Oracle::Load]));
        let answer = prover.filter(|_| killed_by.is_empty()).map(|prover| {
            all.insert(Oracle::Proof);
            self.settle(prover, prepared, &ready)
        });
        let subject = prepared.subject.name.clone();
        Some(Judged { planted, subject, what, asked: all, killed_by, answer })
    }

    fn ready(&self, planted: &Planted) -> Option<(Ready, String)> {
        let told = |right: &Command, wrong: &Option<Command>| match wrong {
            Some(wrong) => format!("`{}` became `{}`", short(right), short(wrong)),
            None => format!("without `{}`", short(right)),
        };
        match planted.kind {
            Kind::Program(Layer::Persona, fault) => {
                let (program, what) = fault.plant(&self.persona_json, planted.place)?;
                Some((Ready::Persona(Arc::new(program)), what))
            }
            Kind::Program(_, fault) => {
                let (program, what) =
                    fault.plant(&self.prepared.get(planted.subject)?.json, planted.place)?;
                Some((Ready::Engine(Arc::new(program)), what))
            }
            Kind::Command(fault) => {
                let prepared = self.prepared.get(planted.subject)?;
                let right = prepared.subject.all_commands().nth(planted.place)?;
                let wrong = fault.bend(right, planted.way)?;
                let what = told(right, &wrong);
                // It is said to be done, as it would have been.
                let reply =
                    prepared.seen.replies.get(planted.place).cloned().flatten().unwrap_or(Reply::Done);
                Some((Ready::Command(Instead { number: planted.place, command: wrong, reply }), what))
            }
            Kind::Row(_, fault) => {
                let prepared = self.prepared.get(planted.subject)?;
                let right = rows(fault, prepared).get(planted.place)?;
                let wrong = fault.bend(right, planted.way)?;
                let what = told(right, &wrong);
                let instead =
                    Instead { number: planted.place, command: wrong, reply: Reply::Handle(NOWHERE) };
                let ready =
                    if fault.is_about_isolation() { Ready::Tenants(instead) } else { Ready::Rows(instead) };
                Some((ready, what))
            }
        }
    }

    fn alone(&self, prepared: &Prepared, ready: &Ready) -> Result<BTreeSet<Oracle>, SwitchError> {
        let seen: Seen = match ready {
            Ready::Rows(fault) => self.on_persona(&self.persona, prepared, Some(fault.clone()))?,
            Ready::Command(fault) => {
                let (switch, _) = virtual_switch(&self.persona, &self.layout, None);
                run(&mut FaultySwitch::new(switch, Some(fault.clone())), &prepared.subject)?
            }
            Ready::Engine(program) => {
                let subject = Subject { program: Arc::clone(program), ..prepared.subject.clone() };
                run(&mut Engine::new(), &subject)?
            }
            Ready::Persona(persona) => self.on_persona(persona, prepared, None)?,
            Ready::Tenants(_) => return Ok(BTreeSet::new()),
        };
        Ok(notice(&prepared.seen, &seen, &prepared.subject.recorded))
    }

    fn beside(&self, prepared: &Prepared, fault: &Instead) -> Result<BTreeSet<Oracle>, SwitchError> {
        let Some(neighbours) = &prepared.neighbours else { return Ok(BTreeSet::new()) };
        let differ =
            neighbours.differ(&self.persona, &self.layout, &prepared.subject, Some(fault.clone()))?;
        Ok(differ.then_some(Oracle::Tenants).into_iter().collect())
    }

    /// A fault in the persona is run with one subject after the other whose packets meet its place, until one finds it.
    fn persona_with(&self, planted: Planted, persona: &Arc<Program>, what: String) -> Judged {
        let mut judged = Judged {
            planted,
            subject: "the persona".to_owned(),
            what,
            asked: BTreeSet::new(),
            killed_by: BTreeSet::new(),
            answer: None,
        };
        let (mut switch, _) = virtual_switch(persona, &self.layout, None);
        // Of parsers' ends, inputs of hashes and the like no trace tells.
        let name = judged.what.split(": ").next().unwrap_or_default().to_owned();
        let told = self.names.contains(&name);
        let meets = |met: &BTreeSet<String>| !told || met.contains(&name);
        let alone: Vec<&Prepared> = self.prepared.iter().filter(|one| meets(&one.met)).collect();
        let four = self.prepared.iter().filter_map(|one| Some((one, one.neighbours.as_ref()?)));
        let beside: Vec<_> = four.filter(|(_, neighbours)| meets(&neighbours.met)).collect();
        let none = alone.is_empty() && beside.is_empty();
        let why = if none { "no subject's packets meet it" } else { "it is the same for all subjects" };
        judged.answer = Some(Answer::Unknown(why.to_owned()));
        for prepared in alone {
            judged.asked.extend(asked(&prepared.seen));
            judged.killed_by = match run(&mut switch, &prepared.subject) {
                Ok(seen) => notice(&prepared.seen, &seen, &prepared.subject.recorded),
                Err(_) => BTreeSet::from([Oracle::Load]),
            };
            if !judged.killed_by.is_empty() {
                judged.subject.clone_from(&prepared.subject.name);
                return judged;
            }
        }
        for (prepared, neighbours) in beside {
            judged.asked.insert(Oracle::Tenants);
            let found = match neighbours.differ(persona, &self.layout, &prepared.subject, None) {
                Ok(differ) => differ.then_some(Oracle::Tenants),
                Err(_) => Some(Oracle::Load),
            };
            judged.killed_by.extend(found);
            if found.is_some() {
                judged.subject.clone_from(&prepared.subject.name);
                return judged;
            }
        }
        judged
    }

    fn settle(&self, prover: &dyn Prover, prepared: &Prepared, ready: &Ready) -> Answer {
        let subject = &prepared.subject;
        let ask = |question: Question<'_>| prover.ask(&subject.program, &prepared.accepted, question);
        let replaced = |rows: &[Command], fault: &Instead| -> Vec<Command> {
            let one = |(number, right): (usize, &Command)| match &fault.command {
                _ if number != fault.number => Some(right.clone()),
                wrong => wrong.clone(),
            };
            rows.iter().enumerate().filter_map(one).collect()
        };
        match ready {
            Ready::Rows(fault) => ask(Question::Device(&replaced(&prepared.rows, fault))),
            Ready::Tenants(fault) => match &prepared.neighbours {
                Some(neighbours) => ask(Question::Rows(&neighbours.rows, &replaced(&neighbours.rows, fault))),
                None => Answer::Unknown("it has no room for neighbours".to_owned()),
            },
            Ready::Command(fault) => {
                let (mut switch, log) = virtual_switch(&self.persona, &self.layout, None);
                let wrong = replaced(&subject.all_commands().cloned().collect::<Vec<_>>(), fault);
                let told = switch.load(Arc::clone(&subject.program)).and_then(|()| {
                    wrong.iter().try_for_each(|command| match switch.control(command) {
                        Ok(_) | Err(SwitchError::Control(_)) => Ok(()),
                        Err(error) => Err(error),
                    })
                });
                match told {
                    Ok(()) => ask(Question::Device(&log.take().commands())),
                    Err(error) => Answer::Unknown(error.to_string()),
                }
            }
            Ready::Engine(program) => ask(Question::Program(program)),
            Ready::Persona(_) => {
                Answer::Unknown("no subject reaches it, or it is the same for all".to_owned())
            }
        }
    }
}

/// A command, with the wide words of the persona cut.
fn short(command: &Command) -> String {
    let words = command.to_string();
    let cut = words.split(' ').map(|word| match word.char_indices().nth(34) {
        Some((at, _)) => format!("{}…{}", word.get(..at).unwrap_or(word), word.len()),
        None => word.to_owned(),
    });
    cut.collect::<Vec<_>>().join(" ")
}

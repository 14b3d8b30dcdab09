//! `hyper4 explain --graph`

use std::sync::Arc;

use hyper4_engine::Engine;
use hyper4_switch::{SwitchError, Tracing};
use hyper4_virtual::{VirtualNetwork, persona_rows};

use crate::args::{ExplainArgs, GraphFormat};
use crate::failure::Failure;
use crate::persona::Persona;
use crate::picture::{Cluster, Picture, dot, persona_way, program, rows, svg, way};
use crate::sides::{self, Switches};
use crate::subject::{Guests, Subject};
use crate::{prove, run};

/// The subject's programs, with the rows that they became, and the way of a packet, if there is one.
pub(super) fn picture(args: &ExplainArgs, subject: &Subject, persona: Persona) -> Result<Picture, Drawing> {
    let packet = args.packet.as_deref().map(run::packet).transpose()?;
    let mut network =
        VirtualNetwork::new(Box::new(Engine::new()), Arc::clone(&persona.program), persona.layout)?;
    prove::place(&mut network, &subject.guests)?;
    let mut clusters: Vec<Cluster> = Vec::new();
    match &subject.guests {
        Guests::One(guest) => {
            clusters = program(&guest.program, None);
            rows(&mut clusters, None, network.dpmu().rows());
        }
        Guests::Composition { guests, .. } => {
            for (name, guest) in guests {
                let mut of_device = program(&guest.program, Some(name));
                rows(&mut of_device, Some(name), network.dpmu().rows());
                clusters.extend(of_device);
            }
        }
    }
    let mut title = subject.name.clone();
    if let Some(packet) = packet {
        title.push_str(&format!(": {} bytes by port {}", packet.bytes.len(), packet.port));
        let packets = [packet];
        let native = sides::native(&Switches::Engine, &subject.guests)?.inject(&packets, Tracing::On)?;
        native.traces.iter().for_each(|trace| way(&mut clusters, trace));
        // The persona's own trace: of the guest's one its rows are no longer told.
        let told = network.dpmu().switch().inject(&packets, Tracing::On)?;
        for trace in &told.traces {
            let met = persona_rows(network.dpmu(), trace);
            clusters.push(persona_way(&met));
        }
    }
    Ok(Picture { title, clusters })
}

/// The picture in a format.
pub(super) fn text(picture: &Picture, format: GraphFormat) -> Result<String, Failure> {
    match format {
        GraphFormat::Dot => Ok(dot(picture)),
        GraphFormat::Svg => svg(picture).ok_or_else(|| {
            Failure::tool(format!(
                "`{}` can't be laid out here: take --graph=dot and Graphviz",
                picture.title
            ))
        }),
    }
}

/// Why there is no picture.
pub(super) enum Drawing {
    Failed(Failure),
    Refused(SwitchError),
}

impl From<Failure> for Drawing {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<SwitchError> for Drawing {
    fn from(error: SwitchError) -> Self {
        Self::Refused(error)
    }
}

//! bmv2 JSON as a serde model and as a validated IR; entries, commands, packets and traces.
